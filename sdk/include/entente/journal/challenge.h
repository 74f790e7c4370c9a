#pragma once
// A price in work for opening a case while an endpoint is loaded: a number that makes a hash begin
// with zeros. The endpoint keeps nothing to check it. Off unless the brand turns it on, and never
// asked for a person, a right, leaving or revoking.
//
//     ENTENTE_LET(challenge, parse_challenge(header));
//     ENTENTE_LET(answer, solve(challenge));          // sent along with the same bytes
//
// Format: protocol/spec/11-transport.md (Load).

#include <entente/core/digest.h>
#include <entente/core/key.h>
#include <entente/core/result.h>

#include <array>
#include <string>
#include <string_view>

namespace entente {

struct Challenge {
  unsigned bits = 0;  // that must be zero; each doubles the work
  Digest seed;
};

// More than this a client does not do: some seconds of one core.
inline constexpr unsigned challenge_bits_max = 24;

// "1;18;<seed in hex>" and back. Fails with malformed.
std::string to_text(const Challenge& challenge);
Result<Challenge> parse_challenge(std::string_view text);

// "<seed in hex>;<number>". Fails with too_large if more than challenge_bits_max bits are asked,
// timed_out if no number was found in sixteen times the work expected.
Result<std::string> solve(const Challenge& challenge);

// The endpoint's side. One secret per process: an answer is good for a minute or two, for the key
// and the network it was asked of, and for nobody else.
class ChallengeMaker {
 public:
  explicit ChallengeMaker(const std::array<std::uint8_t, 32>& secret) : secret_(secret) {}

  struct Asked {
    std::string_view network;
    PublicKey opener;
    std::int64_t now_ms = 0;
  };
  Digest seed_for(const Asked& asked) const;
  bool is_answered(std::string_view answer, const Asked& asked, unsigned bits) const;

 private:
  std::array<std::uint8_t, 32> secret_;
};

}  // namespace entente
