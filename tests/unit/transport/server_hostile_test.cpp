#include <entente/transport/server.h>

#include "peer.h"
#include "server_under_test.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.h"

using namespace entente;
using namespace entente::tests;

namespace {

const std::string honest = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

bool serves(const ServerUnderTest& server) {
  Peer peer(server.port());
  peer.send(honest);
  return status_in(peer.read_all()) == 200;
}

}  // namespace

TEST_CASE("a refused request is answered once, and what follows it is never read as another",
          "[transport][negative]") {
  HttpServerOptions options;
  options.allowed_hosts = {"a"};
  options.limits.body_bytes_max = 1'000;
  ServerUnderTest server(options);
  const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\n";
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::vector<std::pair<std::string, int>> probes = {
      {post + "Content-Length: 1001\r\n\r\n" + std::string(1'001, 'x'), 413},
      {post + "Content-Length: 300000\r\n\r\n" + std::string(200'000, 'x'), 413},
      {post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 501},
      {post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
      {post + "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello", 501},
      {post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
      {post + "\r\nhello", 411},
      {post + "Content-Length: 5\r\nExpect: x\r\n\r\nhello", 417},
      {"GET /echo HTTP/1.1\r\nHost: b\r\n\r\n", 421},
      {"GET /echo HTTP/1.1\r\nHost: a.b\r\n\r\n", 421},
      {"GET http://a/echo HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\nHost: a\n\n", 400},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9), 400},
      {"GET /echo HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'x'), 431},
  };
  for (const auto& [bytes, status] : probes) {
    CAPTURE(bytes.substr(0, 120), status);
    Peer peer(server.port());
    peer.send(bytes + smuggled);
    const auto answer = peer.read_all();
    CHECK(status_in(answer) == status);
    CHECK(answers_in(answer) == 1);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  }
  CHECK(server.seen().empty());
  CHECK(server->stats().bad_requests == probes.size());
  CHECK(server->stats().requests == 0);
}

TEST_CASE("100 Continue is said before a body, and only if it was asked for", "[transport]") {
  ServerUnderTest server;
  Peer peer(server.port());
  peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  CHECK(peer.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hello" + honest);
  const auto answers = peer.read_all();
  CHECK(answers.find("hello") != std::string::npos);
  CHECK(answers_in(answers) == 3);
}

TEST_CASE("HEAD is answered without the body it speaks of", "[transport]") {
  ServerUnderTest server;
  Peer peer(server.port());
  peer.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n" + honest);
  CHECK(answers_in(peer.read_all()) == 2);
}

TEST_CASE("a peer that has finished sending still gets its answer", "[transport]") {
  ServerUnderTest server;
  Peer peer(server.port());
  peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
  peer.end_sending();
  CHECK(peer.read_all().ends_with("hello"));
}

TEST_CASE("the server outlives peers that connect and reset, at each stage", "[transport]") {
  const CertificateFiles files;
  for (const bool plain : {true, false}) {
    CAPTURE(plain);
    ServerUnderTest server(plain ? HttpServerOptions{} : with_tls(files));
    const std::vector<std::string> starts = {
        "", "P", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", honest,
        std::string("\x16\x03\x01\x00\x05\x01", 6)};
    for (int i = 0; i < 500; ++i) {
      Peer peer(server.port());
      peer.send(starts.at(static_cast<std::size_t>(i) % starts.size()));
      peer.reset();
    }
    CHECK(eventually([&] { return server->stats().open == 0; }));
    if (plain) {
      CHECK(serves(server));
    } else {
      CHECK(HttpClient(trusting(files)).get(url(server, "/echo")));
    }
  }
}

TEST_CASE("every total deadline ends what drips or stalls", "[transport][negative]") {
  const CertificateFiles files;
  HttpServerOptions options;
  options.limits.request_ms = 200;
  options.limits.idle_ms = 200;
  options.limits.handshake_ms = 200;
  options.limits.wait_ms = 200;
  ServerUnderTest server(options);
  Peer silent(server.port());
  Peer in_head(server.port());
  in_head.send("GET /echo HT");
  Peer in_body(server.port());
  in_body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  Peer kept(server.port());
  kept.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  Peer waiting(server.port());
  waiting.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  Peer dripping(server.port());
  for (int i = 0; i < 40; ++i) {
    dripping.send("G");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(dripping.is_closed());
  CHECK(silent.is_closed());
  CHECK(in_head.is_closed());
  CHECK(in_body.is_closed());
  CHECK(kept.is_closed());
  CHECK(status_in(kept.read_all()) == 200);
  CHECK(status_in(waiting.read_all()) == 503);
  CHECK(waiting.is_closed());
  CHECK(server->stats().expired == 4);  // closing an idle connection is no failure

  options.certificate_file = files.certificate();
  options.key_file = files.key();
  ServerUnderTest over_tls(options);
  Peer no_hello(over_tls.port());
  Peer half_hello(over_tls.port());
  half_hello.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  CHECK(no_hello.is_closed());
  CHECK(half_hello.is_closed());
  CHECK(eventually([&] { return over_tls->stats().handshake_failures == 2; }));
}

TEST_CASE("a peer that never reads its answer is cut off", "[transport][negative]") {
  HttpServerOptions options;
  options.limits.write_ms = 100;
  options.limits.bytes_per_s_min = 1'000'000'000;
  ServerUnderTest server(options);
  const std::string body(4'000'000, 'x');
  Peer peer(server.port());
  peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n" + body);
  for (int i = 0; i < 4; ++i) peer.send(honest);
  CHECK(eventually([&] { return server->stats().expired == 1; }));
  CHECK(eventually([&] { return server->stats().open == 0; }));
}

TEST_CASE("connections over a cap are closed at once and others are served",
          "[transport][negative]") {
  HttpServerOptions options;
  options.limits.connections_per_address_max = 3;
  ServerUnderTest server(options);
  {
    Peer first(server.port());
    Peer second(server.port());
    Peer third(server.port());
    third.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(eventually([&] { return server->stats().open == 3; }));
    Peer fourth(server.port());
    CHECK(fourth.is_closed());
    CHECK(server->stats().refused == 1);
  }
  CHECK(eventually([&] { return server->stats().open == 0; }));
  CHECK(serves(server));
}

TEST_CASE("bodies that together are too much are refused with a time to come back",
          "[transport][negative]") {
  HttpServerOptions options;
  options.limits.bodies_bytes_max = 100'000;
  ServerUnderTest server(options);
  const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n";
  {
    Peer first(server.port());
    first.send(post + std::string(80'000, 'x'));
    Peer second(server.port());
    second.send(post + std::string(80'000, 'x'));
    const auto answer = second.read_all(500) + first.read_all(500);
    CHECK(status_in(answer) == 503);
    CHECK(answer.find("retry-after: ") != std::string::npos);
  }
  Peer third(server.port());
  CHECK(eventually([&] { return server->stats().open == 1; }));
  third.send(post + std::string(90'000, 'x') + honest);
  CHECK(answers_in(third.read_all()) == 2);
}

TEST_CASE("a connection ends after its number of requests", "[transport]") {
  HttpServerOptions options;
  options.limits.requests_per_connection_max = 3;
  ServerUnderTest server(options);
  Peer peer(server.port());
  for (int i = 0; i < 5; ++i) peer.send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto answers = peer.read_all();
  CHECK(answers_in(answers) == 3);
  CHECK(answers.find("Connection: close") > answers.rfind("HTTP/1.1 "));
}

TEST_CASE("without descriptors the server turns peers away, and recovers", "[transport]") {
  ServerUnderTest server;
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  std::vector<int> raw;
  for (int i = 0; i < 20; ++i) raw.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  // From here the process may open nothing: what it has open now is all it gets.
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(raw.front());
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const int peer : raw) {
    static_cast<void>(::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  }
  const bool noticed = eventually([&] { return server->stats().accept_failures > 0; });
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  for (const int peer : raw) ::close(peer);
  CHECK(noticed);
  CHECK(serves(server));
}

TEST_CASE("peers that leave while another thread answers them do no harm", "[transport]") {
  HttpServerOptions options;
  options.threads = 2;
  ServerUnderTest server(options);
  for (int i = 0; i < 200; ++i) {
    Peer peer(server.port());
    peer.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    if (i % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(i % 60));
    peer.reset();
  }
  CHECK(eventually([&] { return server->stats().open == 0; }));
  CHECK(serves(server));
}
