#include "catch.h"
#include "siege.h"

using namespace entente;
using namespace entente::tests;

namespace {

HttpServerOptions strict() {
  HttpServerOptions options;
  options.limits.requests_per_address = {.per_s = 1, .burst = 10};
  return options;
}

std::string without_date(std::string answer) {
  const auto at = answer.find("Date: ");
  if (at != std::string::npos) answer.erase(at, answer.find("\r\n", at) + 2 - at);
  return answer;
}

struct Tally {
  int served = 0;
  int refused = 0;
};

// Each request over a new connection, with fields that change.
Tally ask(const ServerUnderTest& server, const char* from, int times,
          const std::function<std::string(int)>& fields) {
  Tally tally;
  for (int i = 0; i < times; ++i) {
    Peer peer(server.port(), {.from = from});
    peer.send(get("Connection: close\r\n" + fields(i)));
    const int status = status_in(peer.read_all());
    tally.served += status == 200 ? 1 : 0;
    tally.refused += status == 429 ? 1 : 0;
  }
  return tally;
}

std::string nothing(int) { return ""; }

std::string forwarded_for(const std::string& list) { return "X-Forwarded-For: " + list + "\r\n"; }

// A bucket of ten may gain a token or two while a slow machine asks.
bool is_about_ten(const Tally& tally, int asked) {
  return tally.served >= 10 && tally.served < asked / 2 && tally.served + tally.refused == asked;
}

}  // namespace

TEST_CASE("an address that asks too often hears 429, and others are served meanwhile",
          "[hostile]") {
  ServerUnderTest server(strict());
  Tally attacker;
  for (int round = 0; round < 8; ++round) {
    const auto tally = ask(server, attacker_address, 20, nothing);
    attacker.served += tally.served;
    attacker.refused += tally.refused;
    CHECK(ask(server, "127.0.0.67", 1, nothing).served == 1);
  }
  CHECK(is_about_ten(attacker, 160));
  CHECK(server->stats().throttled == static_cast<unsigned>(attacker.refused));
}

TEST_CASE("429 is the same for all, and comes before the body", "[hostile]") {
  ServerUnderTest server(strict());
  CHECK(is_about_ten(ask(server, attacker_address, 60, nothing), 60));
  std::string first;
  for (const auto& request :
       {get(""), post("Content-Length: 8000000\r\n"), post("Content-Length: 5\r\n") + "hello",
        std::string("GET /entente/v1/cases/0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        post("Content-Length: 5\r\nExpect: 100-continue\r\n"), std::string(last)}) {
    CAPTURE(request);
    std::string answer;
    for (int i = 0; i < 20 && status_in(answer) != 429; ++i) {
      Peer peer(server.port(), {.from = attacker_address});
      peer.send(request);
      answer = without_date(peer.read_all());
    }
    if (first.empty()) first = answer;
    CHECK(status_in(answer) == 429);
    CHECK(answer == first);
  }
}

TEST_CASE("an address that connects too often is closed at once", "[hostile]") {
  HttpServerOptions options;
  options.limits.connections_per_address = {.per_s = 1, .burst = 10};
  ServerUnderTest server(options);
  const auto tally = ask(server, attacker_address, 60, nothing);
  CHECK(tally.served >= 10);
  CHECK(tally.served < 30);
  CHECK(server->stats().refused == 60U - static_cast<unsigned>(tally.served));
  CHECK(ask(server, "127.0.0.67", 5, nothing).served == 5);
}

TEST_CASE("what a stranger says of his address buys him nothing", "[hostile]") {
  auto options = strict();
  options.trusted_proxies = {"127.0.0.9"};
  const std::vector<std::function<std::string(int)>> lies = {
      [](int i) { return forwarded_for("192.0.2." + std::to_string(i)); },
      [](int i) { return "Forwarded: for=192.0.2." + std::to_string(i) + "\r\n"; },
      [](int i) { return "X-Real-IP: 192.0.2." + std::to_string(i) + "\r\n"; },
      [](int i) { return forwarded_for("192.0.2." + std::to_string(i) + ", 127.0.0.9"); },
  };
  for (const auto& lie : lies) {
    ServerUnderTest server(options);
    CHECK(is_about_ten(ask(server, attacker_address, 60, lie), 60));
    CHECK(server.seen().front().remote_address == attacker_address);
  }
}

TEST_CASE("behind a trusted proxy each client has a bucket, whatever it invents", "[hostile]") {
  auto options = strict();
  options.trusted_proxies = {"127.0.0.9"};
  options.limits.connections_per_address = {.per_s = 1, .burst = 1};  // the proxy is not held to it
  options.limits.connections_per_address_max = 1;
  const std::vector<std::function<std::string(int)>> lies = {
      [](int) { return forwarded_for("192.0.2.7"); },
      [](int i) { return forwarded_for("203.0.113." + std::to_string(i) + ", 192.0.2.7"); },
      [](int i) {
        return forwarded_for("203.0.113." + std::to_string(i) + ", 192.0.2.7, 127.0.0.9");
      },
      [](int i) { return forwarded_for("127.0.0.9, 192.0.2.7:" + std::to_string(1'000 + i)); },
      [](int i) { return forwarded_for("\"" + std::to_string(i) + ", ::ffff:192.0.2.7"); },
      [](int i) {
        return forwarded_for("203.0.113." + std::to_string(i)) + forwarded_for("192.0.2.7");
      },
      [](int i) {
        return "Forwarded: for=203.0.113." + std::to_string(i) + ", for=\"192.0.2.7:80\"\r\n";
      },
  };
  for (std::size_t i = 0; i < lies.size(); ++i) {
    CAPTURE(i);
    ServerUnderTest server(options);
    CHECK(is_about_ten(ask(server, "127.0.0.9", 60, lies[i]), 60));
    CHECK(server.seen().front().remote_address == "192.0.2.7");
    const auto other = [](int) { return forwarded_for("192.0.2.8"); };
    CHECK(ask(server, "127.0.0.9", 5, other).served == 5);
  }
}

TEST_CASE("all addresses of an IPv6 /64 share a bucket", "[hostile]") {
  auto options = strict();
  options.trusted_proxies = {"127.0.0.9"};
  ServerUnderTest server(options);
  const auto within = [](int i) { return forwarded_for("2001:db8:0:1::" + std::to_string(i)); };
  const auto beside = [](int i) {
    return forwarded_for("2001:db8:0:" + std::to_string(100 + i) + "::1");
  };
  CHECK(is_about_ten(ask(server, "127.0.0.9", 60, within), 60));
  CHECK(ask(server, "127.0.0.9", 60, beside).served == 60);
}
