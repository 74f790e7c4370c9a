#pragma once
// A server under attack, with somebody honest beside the attackers. After each attack it must hold
// what it held before: the honest client's one connection, no request that waits, and not one
// descriptor more.

#include "attack.h"
#include "honest.h"

namespace entente::tests {

inline constexpr const char* attacker_address = "127.0.0.66";

class Siege {
 public:
  Siege(HttpServerOptions options, bool tls);

  // One after another.
  void attack_in_turn(const Attacks& attacks);
  // All at once, each from a thread of its own; every one must end by a deadline.
  void attack_together(const Attacks& attacks);

  ServerUnderTest& server() { return *server_; }
  Honest& honest() { return *honest_; }
  PeerOptions attacker(const Attack& attack) const;

  // How it is compared with how it was when the siege began.
  void check_back_to_normal();

 private:
  void check_verdict(const Attack& attack, Peer& peer);

  const bool tls_;
  CertificateFiles files_;
  std::unique_ptr<ServerUnderTest> server_;
  std::unique_ptr<Honest> honest_;
  std::size_t descriptors_ = 0;
};

// Of this process.
std::size_t open_descriptors();

}  // namespace entente::tests
