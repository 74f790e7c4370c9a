// `entente serve` itself: signals while people are being served, and too few descriptors.

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "catch.h"
#include "honest.h"
#include "peer.h"
#include "serve_process.h"
#include "shared_data.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

const std::string health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string upload =
    "POST /entente/v1/cases HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n0123456789";

bool is_refused(const ServeProcess& serve) {
  Peer peer(serve.port());
  peer.send(health);
  return peer.read_all().empty();
}

HttpClientOptions trusting(const fs::path& authority) {
  return {.ca_file = authority, .allow_private = true};
}

Honest::Ask asks_health(const ServeProcess& serve) {
  return [url = "https://127.0.0.1:" + std::to_string(serve.port()) + "/healthz"](
             HttpClient& client, int) -> std::string {
    const auto answer = client.get(url);
    if (!answer) return describe(answer.error());
    return to_text(answer->body) == "ok" ? "" : "status " + std::to_string(answer->status);
  };
}

std::string ask_once(const ServeProcess& serve, const fs::path& authority) {
  HttpClient client(trusting(authority));
  return asks_health(serve)(client, 0);
}

int times_in(const std::string& text, std::string_view what) {
  int count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("told to stop, it finishes what is in hand, takes nothing new, and exits with 0",
          "[serve]") {
  for (const int number : {SIGTERM, SIGINT}) {
    const DemoBrand brand;
    brand.listen_with("limits: {drain: 60s}");
    ServeProcess serve(brand);
    Peer idle(serve.port(), {.tls = true});
    idle.send(health);
    CHECK(idle.read_until("ok").ends_with("ok"));
    Peer in_hand(serve.port(), {.tls = true});
    in_hand.send(upload);
    Peer asking(serve.port(), {.tls = true});
    asking.send(health.substr(0, 20));
    Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")));
    CHECK(honest.is_served(2));  // so both uploads have been noticed
    honest.rest();

    serve.signal(number);
    CHECK(idle.is_closed(20'000));
    CHECK(eventually([&] { return is_refused(serve); }));
    asking.send(health.substr(20));
    const auto answer = asking.read_all(20'000);
    CHECK(status_in(answer) == 503);
    CHECK(answer.ends_with("draining"));
    in_hand.send("0123456789");
    const auto last = in_hand.read_all(20'000);
    CHECK(status_in(last) == 400);  // digits are no parcel; what counts is that it was heard out
    CHECK(last.find("Connection: close\r\n") != std::string::npos);
    CHECK(serve.wait() == 0);
  }
}

TEST_CASE("told to stop once more, it stops at once, and starts again", "[serve]") {
  const DemoBrand brand;
  brand.listen_with("limits: {drain: 1h}");
  {
    ServeProcess serve(brand);
    Peer idle(serve.port(), {.tls = true});
    Peer in_hand(serve.port(), {.tls = true});
    in_hand.send(upload);
    Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")));
    CHECK(honest.is_served(2));
    honest.rest();
    serve.signal(SIGTERM);
    CHECK(eventually([&] { return serve.output().find("once more") != std::string::npos; }));
    CHECK_FALSE(in_hand.is_closed(100));
    serve.signal(SIGTERM);
    CHECK(serve.wait() == 128 + SIGTERM);
  }
  ServeProcess again(brand);
  Honest honest(asks_health(again), trusting(brand.file("tls/ca.pem")));
  CHECK(honest.is_served(2));
}

TEST_CASE("a new certificate under traffic costs nobody an answer", "[serve]") {
  constexpr int renewals = 6;
  const DemoBrand brand;
  ServeProcess serve(brand);
  const auto bundle = brand.file("bundle.pem");
  std::vector<TestAuthority> authorities;
  std::string trusted = read_file(brand.file("tls/ca.pem"));
  for (int i = 0; i < renewals; ++i) {
    const auto made = make_test_authority({"127.0.0.1"}, wall_ms());
    REQUIRE(made);
    authorities.push_back(*made);
    trusted += made->ca_pem;
  }
  std::ofstream(bundle) << trusted;
  Honest one(asks_health(serve), trusting(bundle));
  Honest another(asks_health(serve), trusting(bundle));
  Peer kept(serve.port(), {.tls = true});
  for (int i = 0; i < renewals; ++i) {
    std::ofstream(brand.file("tls/chain.pem")) << authorities.at(i).certificate_pem;
    std::ofstream(brand.file("tls/key.pem")) << authorities.at(i).key_pem;
    serve.signal(SIGHUP);
    CHECK(
        eventually([&] { return times_in(serve.output(), "read again: certificate\n") == i + 1; }));
    CHECK(one.is_served(3));
    CHECK(another.is_served(3));
    kept.send(health);
    std::ofstream(brand.file("new.pem")) << authorities.at(i).ca_pem;
    CHECK(ask_once(serve, brand.file("new.pem")).empty());
    CHECK(ask_once(serve, brand.file("tls/ca.pem")).starts_with("peer_failed"));
  }
  one.rest();
  another.rest();
  CHECK(one.first_failure().empty());
  CHECK(another.first_failure().empty());
  CHECK(answers_in(kept.read_all(100)) == renewals);
  CHECK_FALSE(kept.is_closed(0));
  serve.signal(SIGTERM);
  CHECK(serve.wait() == 0);
}

TEST_CASE("with every descriptor taken by a stranger, who is connected is served on", "[serve]") {
  const DemoBrand brand;
  std::size_t usual = 0;
  {
    ServeProcess serve(brand);
    Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")));
    CHECK(honest.is_served(2));
    honest.rest();
    usual = serve.descriptors();
  }
  ServeProcess serve(brand, usual + 10);
  Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")), Honest::Habit::keeps);
  CHECK(honest.is_served(2));
  {
    std::vector<std::unique_ptr<Peer>> strangers;
    for (int i = 0; i < 60; ++i) {
      strangers.push_back(std::make_unique<Peer>(serve.port(), PeerOptions{.from = "127.0.0.66"}));
      if (i % 10 == 0) CHECK(honest.is_served(1));
    }
    CHECK(eventually([&] { return serve.descriptors() >= usual + 9; }));
    CHECK(honest.is_served(10));
    CHECK(strangers.back()->is_closed());  // turned away, and not left to wait
    CHECK(honest.is_served(10));
  }
  honest.rest();
  CHECK(eventually([&] { return serve.descriptors() <= usual; }));
  Honest fresh(asks_health(serve), trusting(brand.file("tls/ca.pem")));
  CHECK(fresh.is_served(5));
}

TEST_CASE("strangers that reset while they are answered do not end the process", "[serve]") {
  const DemoBrand brand;
  ServeProcess serve(brand);
  Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")));
  for (int i = 0; i < 100; ++i) {
    Peer peer(serve.port(), {.tls = true, .from = "127.0.0.66"});
    for (int ask = 0; ask < 30; ++ask) peer.send(health);
    if (i % 2 == 0) peer.read_until("ok");
    peer.reset();
  }
  CHECK(honest.is_served(6));
  honest.rest();
  serve.signal(SIGTERM);
  CHECK(serve.wait() == 0);
}

TEST_CASE("one stranger cannot take the places of others", "[serve]") {
  const DemoBrand brand;
  brand.listen_with("limits: {connections_per_address: 8}");
  ServeProcess serve(brand, 128);
  Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")));
  CHECK(honest.is_served(2));
  std::vector<std::unique_ptr<Peer>> strangers;
  for (int i = 0; i < 300; ++i) {
    strangers.push_back(std::make_unique<Peer>(serve.port(), PeerOptions{.from = "127.0.0.66"}));
    if (i % 50 == 0) CHECK(honest.is_served(1));
  }
  CHECK(honest.is_served(9));  // three of them over new connections
  int open = 0;
  for (const auto& stranger : strangers) open += stranger->is_closed(0) ? 0 : 1;
  CHECK(open <= 8);
}

namespace {

// In the brand's directory, by the command line just built.
void shell(const DemoBrand& brand, const std::string& command) {
  const std::string line = "cd " + brand.file("").string() +
                           " && PATH=" + fs::path(ENTENTE_CLI).parent_path().string() +
                           ":$PATH && (" + command + ") >/dev/null";
  INFO(line);
  REQUIRE(std::system(line.c_str()) == 0);
}

constexpr const char* next_card =
    "entente card make card.yaml --root keys/root.key --message keys/message.key "
    "--log keys/log.key -o card.entente ";

}  // namespace

TEST_CASE("told to read its files again, it goes on as before with any that it cannot use",
          "[serve][negative]") {
  struct Bad {
    const char* what;
    std::string make;
    const char* says;
  };
  const std::string card = next_card;
  const Bad all[] = {
      {"a card that follows nothing", card, "card_invalid: card 1: not the one after"},
      {"a card of another root",
       "entente key new other.key && " +
           std::string("entente card make card.yaml --root other.key --message keys/message.key "
                       "--log keys/log.key -o card.entente"),
       "card_invalid: card 1"},
      {"a card after one that is missing",
       card + "--previous first.entente && cp card.entente two && " + card + "--previous two",
       "give card 2 as well (earlier_cards)"},
      {"a card that revokes what is said",
       "entente key new new.key && entente card make card.yaml --previous first.entente "
       "--root keys/root.key --message new.key --log keys/log.key --revoke keys/message.key "
       "--from-entry 2 -o card.entente && cp new.key keys/message.key",
       "card_invalid: card 2 revokes a key from entry 2"},
      {"a message key that is not on the card",
       "rm keys/message.key && entente key new keys/message.key", "key_unknown"},
      {"a card of another log key",
       "entente key new new.key && entente card make card.yaml --previous first.entente "
       "--root keys/root.key --message keys/message.key --log new.key -o card.entente",
       "config_invalid: the log key is not the one on the card"},
      {"a card that has expired",
       "sed -i 's/^valid_for: .*/valid_for: 1s/' card.yaml && " + card +
           "--previous first.entente && sleep 1",
       "card_expired"},
      {"no card", "rm card.entente", "file_missing"},
      {"a policy that is none", "echo 'nothing: here' >policy.yaml", "policy_invalid"},
      {"facts that the policy does not know", "echo 'nothing: here' >facts.yaml",
       "config_invalid: facts.yaml"},
      {"a certificate that is none, with another policy",
       "sed -i 's/^/# /' tls/chain.pem && sed -i '1i -----BEGIN X-----' tls/chain.pem && "
       "echo >>policy.yaml",
       "file_invalid"},
      {"no message key", "rm keys/message.key", "file_missing"},
      {"no log key", "rm keys/log.key", "file_missing"},
      {"another log key", "rm keys/log.key && entente key new keys/log.key",
       "holds another key than the one that signs this log"},
      {"no master key", "rm data/master.key", "file_missing: no master key"}};
  for (const Bad& bad : all) {
    DYNAMIC_SECTION(bad.what) {
      const DemoBrand brand;
      shell(brand, "cp card.entente first.entente; sed -i '$a events: stderr' brand.yaml");
      ServeProcess serve(brand);
      Peer kept(serve.port(), {.tls = true});
      kept.send(health);
      CHECK(kept.read_until("ok").ends_with("ok"));
      shell(brand, bad.make);
      serve.signal(SIGHUP);
      CHECK(eventually([&] { return times_in(serve.output(), "going on as before: ") == 2; }));
      INFO(serve.output());
      CHECK(times_in(serve.output(), bad.says) == 2);  // to a person, and as an event
      CHECK(times_in(serve.output(), R"("event":"trouble")") == 1);
      // The same connection, the same card.
      kept.send("GET /.well-known/entente HTTP/1.1\r\nHost: a\r\n\r\n");
      const auto answer = kept.read_until("privacy@kettle.example");
      CHECK(status_in(answer) == 200);
      CHECK_FALSE(kept.is_closed(0));
      serve.signal(SIGTERM);
      CHECK(serve.wait() == 0);
    }
  }
}

TEST_CASE("told to read a new policy, it keeps its port: who comes meanwhile waits", "[serve]") {
  const DemoBrand brand;
  brand.listen_with("limits: {drain: 60s}");
  ServeProcess serve(brand);
  for (int reload = 0; reload < 2; ++reload) {
    CAPTURE(reload);
    Honest honest(asks_health(serve), trusting(brand.file("tls/ca.pem")));
    Peer idle(serve.port(), {.tls = true});
    idle.send(health);
    CHECK(idle.read_until("ok").ends_with("ok"));
    Peer in_hand(serve.port(), {.tls = true});
    in_hand.send(upload);
    CHECK(honest.is_served(2));  // so the upload has been noticed
    honest.rest();

    shell(brand, "echo '# again' >>policy.yaml");
    serve.signal(SIGHUP);
    CHECK(idle.is_closed(20'000));  // nothing is accepted any more, and one is still in hand
    std::string answer;
    std::thread comes([&] {
      Peer newcomer(serve.port(), {.tls = true});
      newcomer.send(health);
      answer = newcomer.read_until("ok", 20'000);
    });
    in_hand.send("0123456789");
    CHECK(status_in(in_hand.read_all(20'000)) == 400);
    comes.join();
    CHECK(status_in(answer) == 200);
    CHECK(eventually([&] { return times_in(serve.output(), "read again: policy") == reload + 1; }));
  }
  serve.signal(SIGTERM);
  CHECK(serve.wait() == 0);
  CHECK(is_refused(serve));
}

TEST_CASE("told to read a new policy, it keeps its monitoring port, too", "[serve]") {
  const DemoBrand brand;
  shell(brand, "sed -i '$a monitoring: {port: 0}' brand.yaml");
  ServeProcess serve(brand);
  const std::string at = "metrics on http://127.0.0.1:";
  REQUIRE(eventually([&] { return times_in(serve.output(), "/metrics\n") == 1; }));
  const std::string output = serve.output();
  const auto port =
      static_cast<std::uint16_t>(std::stoul(output.substr(output.find(at) + at.size())));
  std::atomic<bool> done = false;
  std::atomic<int> refused = 0;
  std::atomic<int> ready = 0;
  std::jthread scraper([&] {
    while (!done) {
      const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (!connect_from(descriptor, "127.0.0.1", port)) ++refused;
      ::close(descriptor);
      Peer peer(port);
      peer.send(health);
      // One that was let in just before the change is closed; one that comes during it waits.
      if (peer.read_until("ready", 20'000).ends_with("ready")) ++ready;
    }
  });
  for (int reload = 0; reload < 3; ++reload) {
    const int before = ready;
    shell(brand, "echo '# again' >>policy.yaml");
    serve.signal(SIGHUP);
    CHECK(eventually([&] { return times_in(serve.output(), "read again: policy") == reload + 1; }));
    CHECK(eventually([&] { return ready > before + 1; }));
  }
  done = true;
  scraper.join();
  CHECK(refused == 0);
}
