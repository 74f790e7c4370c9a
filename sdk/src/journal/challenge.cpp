#include <entente/crypto/hash.h>
#include <entente/crypto/mac.h>
#include <entente/journal/challenge.h>

#include <bit>
#include <charconv>

namespace entente {
namespace {

constexpr std::string_view label{"entente/challenge/v1\0", 21};
constexpr std::string_view version = "1;";
constexpr std::int64_t good_for_ms = 60'000;  // and until the end of the next such span

unsigned leading_zeros(const Digest& digest) {
  unsigned zeros = 0;
  for (const std::uint8_t byte : digest.bytes) {
    zeros += static_cast<unsigned>(std::countl_zero(byte));
    if (byte != 0) break;
  }
  return zeros;
}

unsigned zeros_of(const Digest& seed, std::uint64_t number) {
  Bytes work = to_bytes(label);
  append(work, ByteView(seed));
  append_u64(work, number);
  return leading_zeros(sha256(work));
}

template <class Number>
Result<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(ErrorCode::malformed, "a number was expected");
  }
  return number;
}

Result<Digest> seed_of(std::string_view hex) {
  ENTENTE_LET(bytes, from_hex(hex));
  return to_digest(bytes);
}

}  // namespace

std::string to_text(const Challenge& challenge) {
  return std::string(version) + std::to_string(challenge.bits) + ";" + to_hex(challenge.seed);
}

Result<Challenge> parse_challenge(std::string_view text) {
  if (!text.starts_with(version)) return fail(ErrorCode::malformed, "a challenge of another kind");
  text.remove_prefix(version.size());
  const std::size_t end = text.find(';');
  if (end == std::string_view::npos) return fail(ErrorCode::malformed, "half a challenge");
  ENTENTE_LET(bits, number_of<unsigned>(text.substr(0, end)));
  ENTENTE_LET(seed, seed_of(text.substr(end + 1)));
  return Challenge{bits, seed};
}

Result<std::string> solve(const Challenge& challenge) {
  if (challenge.bits > challenge_bits_max) {
    return fail(ErrorCode::too_large, "more work is asked for than a client does");
  }
  const std::uint64_t tries = std::uint64_t{16} << challenge.bits;
  for (std::uint64_t number = 0; number < tries; ++number) {
    if (zeros_of(challenge.seed, number) >= challenge.bits) {
      return to_hex(challenge.seed) + ";" + std::to_string(number);
    }
  }
  return fail(ErrorCode::timed_out, "no answer to the challenge was found");
}

Digest ChallengeMaker::seed_for(const Asked& asked) const {
  Bytes bound = to_bytes(label);
  append_u64(bound, static_cast<std::uint64_t>(asked.now_ms / good_for_ms));
  append(bound, ByteView(asked.opener));
  append(bound, asked.network);
  return hmac_sha256(secret_, bound);
}

bool ChallengeMaker::is_answered(std::string_view answer, const Asked& asked, unsigned bits) const {
  const std::size_t end = answer.find(';');
  if (end == std::string_view::npos) return false;
  const auto seed = seed_of(answer.substr(0, end));
  const auto number = number_of<std::uint64_t>(answer.substr(end + 1));
  if (!seed || !number || zeros_of(*seed, *number) < bits) return false;
  Asked before = asked;
  before.now_ms -= good_for_ms;
  return *seed == seed_for(asked) || *seed == seed_for(before);
}

}  // namespace entente
