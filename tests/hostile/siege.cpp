#include "siege.h"

#include <filesystem>
#include <iterator>

namespace entente::tests {
namespace {

constexpr char alert_record = 21;

// "alert" if one of these records is an alert in the clear; what comes after the server's hello is
// sealed, and cannot be told from other records.
std::string verdict_on_records(std::string_view bytes) {
  constexpr std::size_t header = 5;
  while (bytes.size() >= header) {
    if (bytes[0] == alert_record) return "alert";
    const auto size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[3])) * 256 +
                      static_cast<unsigned char>(bytes[4]);
    bytes.remove_prefix(std::min(bytes.size(), header + size));
  }
  return "closed";
}

std::string verdict_of(const Attack& attack, Peer& peer) {
  if (peer.is_gone()) return "left";
  if (!peer.is_closed(20'000)) return "open";
  const auto received = peer.read_all();
  const auto statuses = statuses_in(received);
  if (!statuses.empty()) return statuses;
  if (!attack.shakes_hands) return verdict_on_records(received);
  const auto& failure = peer.tls_failure();
  return failure.empty() || failure == "closed" ? "closed" : "alert: " + failure;
}

bool is_on(const Attack& attack, bool tls) {
  return attack.wire == Wire::both || (attack.wire == Wire::tls) == tls;
}

}  // namespace

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

Siege::Siege(HttpServerOptions options, bool tls) : tls_(tls), files_({"127.0.0.1", "a"}) {
  if (tls) {
    options.certificate_file = files_.certificate();
    options.key_file = files_.key();
  }
  server_ = std::make_unique<ServerUnderTest>(std::move(options));
  auto trusted = trusting(files_);
  trusted.allow_plain = !tls;
  const std::string scheme = tls ? "https" : "http";
  honest_ = std::make_unique<Honest>(
      asks_echo(scheme + "://127.0.0.1:" + std::to_string(server_->port())), trusted);
  CHECK(honest_->is_served(3));
  honest_->rest();
  CHECK(eventually([&] { return (*server_)->stats().open == 1; }));
  descriptors_ = open_descriptors();
  honest_->go_on();
}

PeerOptions Siege::attacker(const Attack& attack) const {
  return {.tls = tls_ && attack.shakes_hands, .from = attacker_address, .adjust = attack.adjust};
}

void Siege::check_verdict(const Attack& attack, Peer& peer) {
  CAPTURE(attack.name, attack.why, tls_);
  CHECK(verdict_of(attack, peer) == attack.verdict);
}

void Siege::attack_in_turn(const Attacks& attacks) {
  for (const auto& attack : attacks) {
    if (!is_on(attack, tls_)) continue;
    CAPTURE(attack.name, tls_);
    const auto expired = (*server_)->stats().expired;
    {
      Peer peer(server_->port(), attacker(attack));
      attack.act(peer);
      CHECK(honest_->is_served(1));
      if (attack.leave) attack.leave(peer);
      check_verdict(attack, peer);
    }
    CHECK((*server_)->stats().expired == expired);  // judged by what it said, not by its slowness
    check_back_to_normal();
  }
  CHECK_FALSE(server_->has_seen("/smuggled"));
}

void Siege::attack_together(const Attacks& attacks) {
  std::vector<const Attack*> chosen;
  for (const auto& attack : attacks) {
    if (is_on(attack, tls_)) chosen.push_back(&attack);
  }
  std::vector<std::unique_ptr<Peer>> peers(chosen.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    threads.emplace_back([&, i] {
      peers[i] = std::make_unique<Peer>(server_->port(), attacker(*chosen[i]));
      chosen[i]->act(*peers[i]);
    });
  }
  CHECK(honest_->is_served(20));
  for (auto& thread : threads) thread.join();
  // Each is still there, and none has been read to its end: the server alone made an end.
  honest_->rest();
  CHECK(eventually([&] { return (*server_)->stats().open == 1; }));
  honest_->go_on();
  for (std::size_t i = 0; i < chosen.size(); ++i) check_verdict(*chosen[i], *peers[i]);
  peers.clear();
  check_back_to_normal();
}

void Siege::check_back_to_normal() {
  CHECK(honest_->is_served(1));
  honest_->rest();
  CHECK(eventually([&] { return (*server_)->stats().open == 1; }));
  CHECK((*server_)->stats().parked == 0);
  CHECK(eventually([&] { return open_descriptors() == descriptors_; }));
  CHECK(honest_->first_failure() == "");
  honest_->go_on();
}

}  // namespace entente::tests
