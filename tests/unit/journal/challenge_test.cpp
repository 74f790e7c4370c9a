#include <entente/journal/challenge.h>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::int64_t now_ms = 1'795'000'000'000;

PublicKey key(std::uint8_t number) {
  PublicKey made;
  made.bytes.fill(number);
  return made;
}

ChallengeMaker maker(std::uint8_t secret = 7) {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(secret);
  return ChallengeMaker(bytes);
}

}  // namespace

TEST_CASE("an answer holds for whom it was asked of, for a minute at least", "[journal]") {
  const ChallengeMaker::Asked asked{.network = "192.0.2.1", .opener = key(1), .now_ms = now_ms};
  const auto answer = solve({.bits = 10, .seed = maker().seed_for(asked)});
  REQUIRE(answer);
  const auto holds = [&](auto change, unsigned bits = 10) {
    ChallengeMaker::Asked other = asked;
    change(other);
    return maker().is_answered(*answer, other, bits);
  };
  CHECK(holds([](auto&) {}));
  CHECK(holds([](auto& other) { other.now_ms += 60'000; }));
  CHECK_FALSE(holds([](auto& other) { other.now_ms += 120'000; }));
  CHECK_FALSE(holds([](auto& other) { other.now_ms -= 60'000; }));
  CHECK_FALSE(holds([](auto& other) { other.opener = key(2); }));
  CHECK_FALSE(holds([](auto& other) { other.network = "192.0.2.2"; }));
  CHECK_FALSE(maker(8).is_answered(*answer, asked, 10));
}

TEST_CASE("less work than is asked is no answer", "[journal][negative]") {
  const ChallengeMaker::Asked asked{.network = "", .opener = key(1), .now_ms = now_ms};
  const Digest seed = maker().seed_for(asked);
  std::size_t accepted = 0;
  for (int number = 0; number < 4096; ++number) {
    accepted += maker().is_answered(to_hex(seed) + ";" + std::to_string(number), asked, 8) ? 1 : 0;
  }
  CHECK(accepted > 0);
  CHECK(accepted < 64);  // one in 256
  const auto answer = solve({.bits = 8, .seed = seed});
  for (const std::string& broken :
       {std::string(), std::string(";"), to_hex(seed), to_hex(seed) + ";", to_hex(seed) + ";-1",
        to_hex(seed) + ";x", *answer + "0", " " + *answer, *answer + " ",
        to_hex(seed).substr(1) + ";1"}) {
    INFO(broken);
    CHECK_FALSE(maker().is_answered(broken, asked, 8));
  }
}

TEST_CASE("a challenge is read as it was written, and nothing else is", "[journal]") {
  const Challenge challenge{.bits = 18,
                            .seed = maker().seed_for({.network = "", .opener = key(1)})};
  const auto read = parse_challenge(to_text(challenge));
  REQUIRE(read);
  CHECK(read->bits == 18);
  CHECK(read->seed == challenge.seed);
  const std::string hex = to_hex(challenge.seed);
  for (const std::string& broken :
       {std::string(), std::string("1;"), "2;18;" + hex, "1;18;" + hex.substr(2), "1;;" + hex,
        "1;-1;" + hex, "1;18" + hex, "1;99999999999;" + hex, "1;18;" + hex + ";"}) {
    INFO(broken);
    CHECK_FALSE(parse_challenge(broken));
  }
}

TEST_CASE("a client works within a bound", "[journal][negative]") {
  CHECK(solve({.bits = challenge_bits_max + 1, .seed = {}}).error().code == ErrorCode::too_large);
  CHECK(solve({.bits = 0, .seed = {}}));
}
