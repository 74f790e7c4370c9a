#include <entente/transport/client.h>

#include "peer.h"
#include "raw_server.h"
#include "server_under_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "catch.h"

using namespace entente;
using namespace entente::tests;

namespace {

Result<HttpResponse> ask_raw(const std::string& answer,
                             HttpClientOptions options = plain_options()) {
  const RawServer server(answer);
  return HttpClient(std::move(options)).get(server.url());
}

}  // namespace

TEST_CASE("a URL that is not https or hides something is refused", "[transport][negative]") {
  HttpClient client;
  for (const char* target :
       {"http://kettle.example/", "ftp://kettle.example/", "file:///etc/passwd",
        "gopher://kettle.example/", "https://user@kettle.example/",
        "https://user:secret@kettle.example/", "https://", "", "kettle.example/",
        "https://kettle.example:99999/", "https://kettle example/", "/card"}) {
    CAPTURE(target);
    CHECK(client.get(target).error().code == ErrorCode::address_refused);
  }
}

TEST_CASE("a certificate must be of this name, this time and a trusted authority",
          "[transport][negative]") {
  const CertificateFiles files({"kettle.example"});
  const CertificateFiles others({"kettle.example"});
  ServerUnderTest server(with_tls(files));
  const auto port = std::to_string(server.port());
  HttpClientOptions options{
      .ca_file = files.ca(),
      .allow_private = true,
      .resolve = {"kettle.example:" + port + ":127.0.0.1", "pot.example:" + port + ":127.0.0.1"}};
  const auto code = [&](const std::string& name) {
    const auto answer = HttpClient(options).get("https://" + name + ":" + port + "/echo");
    return answer ? std::nullopt : std::optional(answer.error().code);
  };
  CHECK(code("kettle.example") == std::nullopt);
  CHECK(code("pot.example") == ErrorCode::peer_failed);
  options.ca_file = others.ca();
  CHECK(code("kettle.example") == ErrorCode::peer_failed);
  options.ca_file = "";
  CHECK(code("kettle.example") == ErrorCode::peer_failed);
  options.ca_file = "/no/such/file";
  CHECK(code("kettle.example") == ErrorCode::file_invalid);
}

TEST_CASE("an expired throw-away certificate is not trusted", "[transport][negative]") {
  const CertificateFiles files;
  const auto old = make_test_authority({"127.0.0.1"}, wall_ms() - std::int64_t{32} * 86'400'000);
  REQUIRE(old);
  std::ofstream(files.ca()) << old->ca_pem;
  std::ofstream(files.certificate()) << old->certificate_pem;
  std::ofstream(files.key()) << old->key_pem;
  ServerUnderTest server(with_tls(files));
  CHECK(HttpClient(trusting(files)).get(url(server, "/echo")).error().code ==
        ErrorCode::peer_failed);
}

TEST_CASE("an answer that is too large is not read to its end", "[transport][negative]") {
  auto options = plain_options();
  options.response_bytes_max = 100;
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  CHECK(ask_raw(ok + "Content-Length: 101\r\n\r\n" + std::string(101, 'x'), options).error().code ==
        ErrorCode::too_large);
  CHECK(ask_raw(ok + "\r\n" + std::string(101, 'x'), options).error().code == ErrorCode::too_large);
  CHECK(ask_raw(ok + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
                    "\r\n0\r\n\r\n",
                options)
            .error()
            .code == ErrorCode::too_large);
  CHECK(ask_raw(ok + "X: " + std::string(20'000, 'x') + "\r\n\r\n", options).error().code ==
        ErrorCode::too_large);
  CHECK(ask_raw(ok + "Content-Length: 100\r\n\r\n" + std::string(100, 'x'), options)->body.size() ==
        100);
}

TEST_CASE("what is no answer is a failure of the peer or the network", "[transport][negative]") {
  CHECK_FALSE(ask_raw(""));
  CHECK_FALSE(ask_raw("hello, I speak no HTTP\r\n\r\n"));
  CHECK_FALSE(ask_raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  CHECK(ask_raw("").error().code == ErrorCode::network_failed);
  CHECK(ask_raw("hello, I speak no HTTP\r\n\r\n").error().code == ErrorCode::peer_failed);
  CHECK(HttpClient(plain_options()).get("http://127.0.0.1:1/").error().code ==
        ErrorCode::network_failed);
}

TEST_CASE("any status is an answer, and a redirect is not followed", "[transport]") {
  const auto moved = ask_raw(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nRetry-After: 7\r\n"
      "Content-Length: 0\r\n\r\n");
  REQUIRE(moved);
  CHECK(moved->status == 302);
  CHECK(find_header(moved->headers, "location") == "http://127.0.0.1:1/");
  CHECK(find_header(moved->headers, "retry-after") == "7");
  const auto after_interim = ask_raw(
      "HTTP/1.1 100 Continue\r\nX: early\r\n\r\n"
      "HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nno");
  REQUIRE(after_interim);
  CHECK(after_interim->status == 503);
  CHECK_FALSE(find_header(after_interim->headers, "x"));
  CHECK(to_text(after_interim->body) == "no");
}

TEST_CASE("a peer that does not answer in time is left", "[transport][negative]") {
  ServerUnderTest server;
  auto options = plain_options();
  options.timeout_ms = 200;
  HttpClient client(options);
  const auto target = "http://127.0.0.1:" + std::to_string(server.port());
  CHECK(client.get(target + "/never").error().code == ErrorCode::timed_out);
  // The client is of use after a failure, and a wait that was asked for is granted.
  CHECK(client.send({.url = target + "/later", .wait_ms = 1'000}));
}

TEST_CASE("a cancelled client refuses further calls", "[transport]") {
  ServerUnderTest server;
  HttpClient client(plain_options());
  const auto target = "http://127.0.0.1:" + std::to_string(server.port()) + "/echo";
  CHECK(client.get(target));
  client.cancel();
  CHECK(client.get(target).error().code == ErrorCode::network_failed);
}

TEST_CASE("a call that HTTP cannot carry is not made", "[transport][negative]") {
  ServerUnderTest server;
  const auto target = "http://127.0.0.1:" + std::to_string(server.port()) + "/echo";
  HttpClient client(plain_options());
  const std::vector<HttpCall> calls = {
      {.method = "GET", .url = target, .body = to_bytes("x")},
      {.method = "A B", .url = target},
      {.method = "", .url = target},
      {.method = "X\r\nY: z", .url = target},
      {.method = "POST", .url = target, .content_type = "a\r\nb: c"},
      {.url = target, .headers = {{"x", "a\r\nb: c"}}},
      {.url = target, .headers = {{"x\r\ny", "a"}}},
      {.url = target, .headers = {{"", "a"}}},
  };
  for (const auto& call : calls) CHECK(client.send(call).error().code == ErrorCode::wrong_use);
  CHECK(HttpClient({.resolve = {"no colons"}}).get("https://a.example/").error().code ==
        ErrorCode::wrong_use);
  CHECK(server->stats().accepted == 0);
  CHECK(client.send({.url = target, .headers = {{"x-empty", ""}}}));
  CHECK(find_header(server.seen().at(0).headers, "x-empty") == "");
}

TEST_CASE("other methods arrive as they were sent", "[transport]") {
  ServerUnderTest server;
  const auto target = "http://127.0.0.1:" + std::to_string(server.port()) + "/echo";
  HttpClient client(plain_options());
  for (const char* method : {"HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "POST", "GET"}) {
    CAPTURE(method);
    const auto answer = client.send({.method = method, .url = target});
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(server.seen().back().method == method);
  }
  CHECK(server->stats().accepted == 1);
}

TEST_CASE("a call leaves the caller's signal mask as it was", "[transport]") {
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_BLOCK, nullptr, &before);
  CHECK(ask_raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  pthread_sigmask(SIG_BLOCK, nullptr, &after);
  CHECK(sigismember(&before, SIGPIPE) == sigismember(&after, SIGPIPE));
}
