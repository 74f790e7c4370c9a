#pragma once
// A certificate authority for an afternoon: demos and tests speak real TLS without asking anyone.
//
//     ENTENTE_LET(made, make_test_authority({"kettle.example", "127.0.0.1"}, clock.now_ms()));
//
// Nothing outside a sandbox should trust it; its own key is forgotten once the leaf is signed.

#include <entente/core/result.h>

#include <cstdint>
#include <string>
#include <vector>

namespace entente {

struct TestAuthority {
  std::string ca_pem;           // what a client trusts
  std::string certificate_pem;  // what a server shows, signed by it
  std::string key_pem;          // the server's private key
};

// ECDSA P-256, valid from a day before `now_ms` until 30 days after. `names` are DNS names and
// numeric addresses. Fails with wrong_use (no names, or one that a certificate cannot carry).
Result<TestAuthority> make_test_authority(const std::vector<std::string>& names,
                                          std::int64_t now_ms);

}  // namespace entente
