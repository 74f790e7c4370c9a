#include <entente/transport/server.h>

#include "peer.h"
#include "server_under_test.h"

#include "catch.h"

using namespace entente;
using namespace entente::tests;

TEST_CASE("a request and its answer pass through TLS", "[transport]") {
  const CertificateFiles files;
  ServerUnderTest server(with_tls(files));
  HttpClient client(trusting(files));
  const auto answer = client.send({.method = "POST",
                                   .url = url(server, "/echo?a=b"),
                                   .content_type = "text/plain",
                                   .body = to_bytes("hello"),
                                   .headers = {{"X-Case", "7"}}});
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->content_type == "text/plain");
  CHECK(to_text(answer->body) == "hello");
  const auto seen = server.seen().at(0);
  CHECK(seen.method == "POST");
  CHECK(seen.path == "/echo");
  CHECK(seen.query == "a=b");
  CHECK(seen.host == "127.0.0.1:" + std::to_string(server.port()));
  CHECK(seen.content_type == "text/plain");
  CHECK(seen.remote_address == "127.0.0.1");
  CHECK(find_header(seen.headers, "x-case") == "7");
  CHECK_FALSE(find_header(seen.headers, "expect"));
}

TEST_CASE("a connection is kept for the next request", "[transport]") {
  const CertificateFiles files;
  ServerUnderTest server(with_tls(files));
  HttpClient client(trusting(files));
  for (int i = 0; i < 20; ++i) {
    const auto text = std::to_string(i);
    const auto answer = client.post(url(server, "/echo"), "text/plain", to_bytes(text));
    REQUIRE(answer);
    CHECK(to_text(answer->body) == text);
  }
  CHECK(server->stats().accepted == 1);
  CHECK(server->stats().requests == 20);
}

TEST_CASE("bodies of many sizes come back as they went, up to the cap", "[transport]") {
  const CertificateFiles files;
  for (const bool plain : {false, true}) {
    ServerUnderTest server(plain ? HttpServerOptions{} : with_tls(files));
    auto options = trusting(files);
    options.allow_plain = plain;
    HttpClient client(options);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{16'383}, std::size_t{16'385},
          std::size_t{700'001}, limits::parcel_bytes_max}) {
      CAPTURE(plain, size);
      Bytes body(size);
      for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
      auto target = url(server, "/echo");
      if (plain) target.erase(4, 1);
      const auto answer = client.post(target, "application/octet-stream", body);
      REQUIRE(answer);
      CHECK(answer->status == 200);
      CHECK(answer->body == body);
    }
    CHECK(server->stats().accepted == 1);
  }
}

TEST_CASE("an answer may come later and from another thread", "[transport]") {
  const CertificateFiles files;
  auto options = with_tls(files);
  options.threads = 2;
  ServerUnderTest server(options);
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      HttpClient client(trusting(files));
      for (int i = 0; i < 5; ++i) {
        const auto text = std::to_string(t * 100 + i);
        const auto answer = client.post(url(server, "/later"), "text/plain", to_bytes(text));
        if (answer && to_text(answer->body) == text) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 20);
  CHECK(eventually([&] { return server->stats().parked == 0; }));
}

TEST_CASE("a handler's failure is a 500 that tells nothing", "[transport][negative]") {
  ServerUnderTest server;
  for (const char* path : {"/throw", "/drop", "/split"}) {
    CAPTURE(path);
    Peer peer(server.port());
    const std::string line = std::string("GET ") + path + " HTTP/1.1\r\nHost: a\r\n";
    peer.send(line + "\r\n");
    peer.send(line + "Connection: close\r\n\r\n");
    const auto answer = peer.read_all();
    CHECK(status_in(answer) == 500);
    CHECK(answers_in(answer) == 2);
    CHECK(answer.find("secret") == std::string::npos);
    CHECK(answer.find("set-cookie") == std::string::npos);
  }
  CHECK(server->stats().handler_failures == 4);
}

TEST_CASE("a peer that leaves while its request waits is forgotten at once", "[transport]") {
  const CertificateFiles files;
  for (const bool plain : {true, false}) {
    CAPTURE(plain);
    ServerUnderTest server(plain ? HttpServerOptions{} : with_tls(files));
    if (plain) {
      for (const bool resets : {false, true}) {
        Peer peer(server.port());
        peer.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
        REQUIRE(eventually([&] { return server->stats().parked == 1; }));
        CHECK(server.kept().back().is_wanted());
        resets ? peer.reset() : peer.close();
        CHECK(eventually([&] { return server->stats().open == 0; }));
      }
    } else {
      HttpClient client(trusting(files));
      std::thread caller([&] { CHECK_FALSE(client.get(url(server, "/never"))); });
      CHECK(eventually([&] { return server->stats().parked == 1; }));
      client.cancel();
      caller.join();
      CHECK(eventually([&] { return server->stats().open == 0; }));
    }
    CHECK(server->stats().peers_gone == (plain ? 2 : 1));
    for (const auto& reply : server.kept()) {
      CHECK_FALSE(reply.is_wanted());
      reply.send({});  // too late, and harmless
    }
  }
}

TEST_CASE("requests sent ahead are answered in their order", "[transport]") {
  ServerUnderTest server;
  Peer peer(server.port());
  for (const char* body : {"one", "two"}) {
    peer.send("POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n" + std::string(body));
  }
  peer.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto answers = peer.read_all();
  CHECK(answers_in(answers) == 3);
  CHECK(answers.find("\r\n\r\none") < answers.find("\r\n\r\ntwo"));
  CHECK(answers.find("\r\n\r\ntwo") != std::string::npos);
}

TEST_CASE("stop lets a request in flight finish and closes what is idle", "[transport]") {
  const CertificateFiles files;
  ServerUnderTest server(with_tls(files));
  Peer idle(server.port());
  HttpClient client(trusting(files));
  std::optional<Result<HttpResponse>> answer;
  std::thread caller([&] { answer = client.get(url(server, "/never")); });
  REQUIRE(eventually([&] { return server.kept().size() == 1; }));
  std::thread replier([reply = server.kept().at(0)] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    reply.send({.status = 202});
  });
  server->stop();
  replier.join();
  caller.join();
  REQUIRE(answer.has_value());
  REQUIRE(answer->has_value());
  CHECK((*answer)->status == 202);
  CHECK(idle.is_closed());
  CHECK(server->stats().open == 0);
  CHECK(HttpClient(trusting(files)).get(url(server, "/echo")).error().code ==
        ErrorCode::network_failed);
}

TEST_CASE("a port that is held goes to the next server, and nobody is refused in between",
          "[transport]") {
  for (const std::size_t threads : {1, 3}) {
    CAPTURE(threads);
    const auto answers = [](const std::string& text) {
      return [text](const HttpRequest&, const HttpReply& reply) {
        reply.send({.body = to_bytes(text)});
      };
    };
    auto first =
        std::make_unique<HttpServer>(HttpServerOptions{.threads = threads}, answers("one"));
    CHECK_FALSE(first->hold_port());
    REQUIRE(first->start());
    const std::uint16_t port = first->port();
    const auto held = first->hold_port();
    REQUIRE(held);
    first->stop();
    std::vector<std::unique_ptr<Peer>> waiting;
    for (int i = 0; i < 12; ++i) {
      waiting.push_back(std::make_unique<Peer>(port));
      waiting.back()->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    HttpServer second({.port = port, .threads = threads, .held_port = *held}, answers("two"));
    REQUIRE(second.start());
    CHECK(second.port() == port);
    for (const auto& peer : waiting) CHECK(peer->read_until("two").ends_with("two"));
    // What was handed over is held no longer: once this one stops, nobody listens.
    second.stop();
    Peer late(port);
    late.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(late.read_all(1'000).empty());
    HttpServer third({.port = port}, answers("three"));
    CHECK(third.start());
  }
}

TEST_CASE("stop does not wait longer than it was told to", "[transport]") {
  HttpServerOptions options;
  options.limits.drain_ms = 50;
  ServerUnderTest server(options);
  Peer parked(server.port());
  parked.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  Peer slow(server.port());
  slow.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
  REQUIRE(eventually([&] { return server->stats().parked == 1; }));
  server->stop();
  CHECK(status_in(parked.read_all()) == 503);
  CHECK(slow.read_all().empty());
  CHECK(slow.is_closed());
}

TEST_CASE("a server that cannot serve says why", "[transport][negative]") {
  const HttpHandler handler = [](const HttpRequest&, const HttpReply& reply) { reply.send({}); };
  const CertificateFiles files;
  const CertificateFiles other;
  ServerUnderTest running;
  const auto code = [&](HttpServerOptions options) {
    HttpServer server(std::move(options), handler);
    const auto started = server.start();
    return started ? ErrorCode::internal : started.error().code;
  };
  CHECK(code({.address = "localhost"}) == ErrorCode::config_invalid);
  CHECK(code({.address = "0.0.0.0"}) == ErrorCode::config_invalid);
  CHECK(code({.address = "::"}) == ErrorCode::config_invalid);
  CHECK(code({.address = "192.0.2.1", .allow_plain = true}) == ErrorCode::config_invalid);
  CHECK(code({.port = running.port()}) == ErrorCode::config_invalid);
  CHECK(code({.port = running.port(), .threads = 2}) == ErrorCode::config_invalid);
  CHECK(code({.certificate_file = "/no/such", .key_file = files.key()}) == ErrorCode::file_missing);
  CHECK(code({.certificate_file = files.certificate(), .key_file = "/no/such"}) ==
        ErrorCode::file_missing);
  CHECK(code({.certificate_file = files.key(), .key_file = files.key()}) ==
        ErrorCode::file_invalid);
  CHECK(code({.certificate_file = files.certificate(), .key_file = other.key()}) ==
        ErrorCode::file_invalid);
  CHECK(running->start().error().code == ErrorCode::wrong_use);
  CHECK(running->reload().error().code == ErrorCode::wrong_use);
  CHECK(HttpServer({}, nullptr).start().error().code == ErrorCode::wrong_use);
}

TEST_CASE("a renewed certificate is used from the next connection on", "[transport]") {
  const CertificateFiles files;
  ServerUnderTest server(with_tls(files));
  REQUIRE(HttpClient(trusting(files)).get(url(server, "/echo")));
  files.renew({"127.0.0.1"});
  CHECK(HttpClient(trusting(files)).get(url(server, "/echo")).error().code ==
        ErrorCode::peer_failed);
  REQUIRE(server->reload());
  CHECK(HttpClient(trusting(files)).get(url(server, "/echo")));
  std::ofstream(files.key()) << "no key";
  CHECK(server->reload().error().code == ErrorCode::file_invalid);
  CHECK(HttpClient(trusting(files)).get(url(server, "/echo")));
}
