#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.h"
#include "siege.h"

using namespace entente;
using namespace entente::tests;

namespace {

const std::string never = "GET /never HTTP/1.1\r\nHost: a\r\n\r\n";

bool serves(const ServerUnderTest& server, const char* from = "127.0.0.1") {
  Peer peer(server.port(), {.from = from});
  peer.send(last);
  return status_in(peer.read_all()) == 200;
}

std::unique_ptr<Peer> connected(const ServerUnderTest& server, const char* from = "127.0.0.1") {
  return std::make_unique<Peer>(server.port(), PeerOptions{.from = from});
}

}  // namespace

TEST_CASE("connections over a cap are closed at once and others are served", "[hostile]") {
  HttpServerOptions options;
  options.limits.connections_per_address_max = 3;
  Siege siege(options, false);
  {
    std::vector<std::unique_ptr<Peer>> attackers;
    for (int i = 0; i < 3; ++i) attackers.push_back(connected(siege.server(), attacker_address));
    REQUIRE(eventually([&] { return siege.server()->stats().open >= 4; }));
    for (int i = 0; i < 50; ++i) CHECK(connected(siege.server(), attacker_address)->is_closed());
    CHECK(siege.server()->stats().refused == 50);
    CHECK(siege.honest().is_served(6));
    CHECK(serves(siege.server(), "127.0.0.67"));
  }
  siege.check_back_to_normal();
  CHECK(serves(siege.server(), attacker_address));
}

TEST_CASE("bodies that together are too much are refused with a time to come back", "[hostile]") {
  HttpServerOptions options;
  options.limits.bodies_per_address_bytes_max = 100'000;
  Siege siege(options, false);
  const std::string start = post("Content-Length: 90000\r\n");
  {
    const auto first = connected(siege.server(), attacker_address);
    first->send(start + std::string(80'000, 'x'));
    const auto second = connected(siege.server(), attacker_address);
    second->send(start + std::string(80'000, 'x'));
    const auto answer = second->read_all(500) + first->read_all(500);
    CHECK(status_in(answer) == 503);
    CHECK(answer.find("retry-after: 1\r\n") != std::string::npos);
    CHECK(siege.honest().is_served(6));
  }
  siege.check_back_to_normal();
  const auto third = connected(siege.server(), attacker_address);
  third->send(start + std::string(90'000, 'x') + std::string(last));
  CHECK(answers_in(third->read_all()) == 2);
}

TEST_CASE("answers that nobody reads are held within the same bound", "[hostile]") {
  HttpServerOptions options;
  options.limits.bodies_per_address_bytes_max = 40'000'000;
  options.limits.bodies_bytes_max = 40'000'000;
  Siege siege(options, false);
  const std::string much = "GET /much?40000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  {
    const auto first = connected(siege.server(), attacker_address);
    first->send(much);
    REQUIRE(eventually([&] { return siege.server().has_seen("/much"); }));
    const auto second = connected(siege.server(), attacker_address);
    second->send(much);
    const auto answer = second->read_all(20'000);
    CHECK(status_in(answer) == 503);
    CHECK(answer.find("retry-after: 1\r\n") != std::string::npos);
    CHECK(siege.honest().is_served(6));
  }
  siege.check_back_to_normal();
  const auto third = connected(siege.server(), attacker_address);
  third->send(much);
  CHECK(status_in(third->read_all(20'000)) == 200);
}

TEST_CASE("a connection ends after its number of requests, or at its age", "[hostile]") {
  HttpServerOptions by_number;
  by_number.limits.requests_per_connection_max = 3;
  HttpServerOptions by_age;
  by_age.limits.connection_age_ms_max = 0;
  for (const auto& [options, requests] : {std::pair(by_number, 3), std::pair(by_age, 1)}) {
    ServerUnderTest server(options);
    Peer peer(server.port());
    peer.send(repeat(get(""), 5));
    const auto answers = peer.read_all();
    CHECK(answers_in(answers) == requests);
    CHECK(answers.find("Connection: close") > answers.rfind("HTTP/1.1 "));
    CHECK(peer.is_closed());
  }
}

TEST_CASE("an idle connection ends, and that is no failure", "[hostile]") {
  HttpServerOptions options;
  options.limits.idle_ms = 100;
  ServerUnderTest server(options);
  Peer peer(server.port());
  peer.send(get(""));
  CHECK(status_in(peer.read_all()) == 200);
  CHECK(peer.is_closed());
  CHECK(server->stats().expired == 0);
}

TEST_CASE("polls over a cap wait a moment only, and answers that come in it arrive", "[hostile]") {
  HttpServerOptions options;
  options.limits.parked_per_address_max = 4;
  options.limits.wait_crowded_ms = 300;
  Siege siege(options, false);
  {
    std::vector<std::unique_ptr<Peer>> polls;
    for (int i = 0; i < 12; ++i) {
      polls.push_back(connected(siege.server(), attacker_address));
      polls.back()->send(never);
      REQUIRE(eventually(
          [&] { return siege.server().kept().size() == static_cast<std::size_t>(i) + 1; }));
    }
    for (int i = 4; i < 12; ++i) {
      const auto answer = polls.at(i)->read_all(20'000);
      CHECK(status_in(answer) == 503);
      CHECK(answer.find("retry-after: 1\r\n") != std::string::npos);
      CHECK(polls.at(i)->is_closed());
    }
    CHECK(eventually([&] { return siege.server()->stats().parked == 4; }));
    // In a crowded place an answer that is being worked on still arrives.
    const auto working = connected(siege.server(), attacker_address);
    working->send(
        "POST /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\none");
    CHECK(working->read_all(20'000).ends_with("one"));
    // Another address may poll as long as it likes.
    const auto other = connected(siege.server(), "127.0.0.67");
    other->send(never);
    CHECK(eventually([&] { return siege.server()->stats().parked == 5; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(900));
    CHECK_FALSE(other->is_closed(0));
    CHECK(siege.honest().is_served(6));
  }
  siege.check_back_to_normal();
}

TEST_CASE("polls never take all connections", "[hostile]") {
  HttpServerOptions options;
  options.limits.connections_max = 16;
  options.limits.wait_crowded_ms = 200;
  ServerUnderTest server(options);
  std::vector<std::unique_ptr<Peer>> polls;
  for (int i = 0; i < 15; ++i) {
    polls.push_back(connected(server, attacker_address));
    polls.back()->send(never);
  }
  CHECK(eventually([&] { return server->stats().parked == 12; }));
  CHECK(serves(server));
}

TEST_CASE("without descriptors the connected are served, others turned away, and all recovers",
          "[hostile]") {
  ServerUnderTest server;
  Peer kept(server.port());
  kept.send(get(""));
  CHECK(status_in(kept.read_until("\r\n\r\n")) == 200);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  std::vector<int> raw;
  for (int i = 0; i < 20; ++i) raw.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // From here the process may open nothing: what it has open now is all it gets.
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(raw.front());
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  for (const int peer : raw) static_cast<void>(connect_from(peer, attacker_address, server.port()));
  const bool noticed = eventually([&] { return server->stats().accept_failures > 0; });
  for (int i = 0; i < 50; ++i) kept.send(get(""));
  kept.send(last);
  const auto answers = kept.read_all();
  char byte = 0;
  std::size_t turned_away = 0;
  for (const int peer : raw) turned_away += ::recv(peer, &byte, 1, 0) <= 0 ? 1 : 0;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  for (const int peer : raw) ::close(peer);
  CHECK(noticed);
  CHECK(answers_in(answers) == 52);
  CHECK(turned_away == raw.size());
  CHECK(serves(server));
}

TEST_CASE("the server outlives floods of peers that reset", "[hostile]") {
  const int peers = std::getenv("ENTENTE_FULL") != nullptr ? 10'000 : 500;
  HttpServerOptions options;
  options.threads = 2;
  options.limits.connections_per_address = {};
  const std::vector<std::string> starts = {"",
                                           "P",
                                           post("Content-Length: 9\r\n") + "abc",
                                           std::string(last),
                                           never,
                                           "GET /later HTTP/1.1\r\nHost: a\r\n\r\n",
                                           std::string("\x16\x03\x01\x00\x05\x01", 6)};
  for (const bool tls : {false, true}) {
    Siege siege(options, tls);
    for (int i = 0; i < peers; ++i) {
      Peer peer(siege.server().port(), {.from = attacker_address});
      peer.send(starts.at(static_cast<std::size_t>(i) % starts.size()));
      // Most are gone before they are accepted; the others get to where their bytes take them.
      if (i % 10 == 0) CHECK(siege.honest().is_served(1));
      peer.reset();
    }
    CHECK(siege.honest().is_served(6));
    siege.check_back_to_normal();
  }
}
