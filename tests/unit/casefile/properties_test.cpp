#include <entente/protocol/parcel.h>

#include <algorithm>
#include <random>

#include "babbler.h"
#include "case_rules.h"
#include "catch.h"
#include "play.h"

namespace entente::tests {
namespace {

Babbler::Choose choose_by(unsigned seed) {
  return [random = std::mt19937(seed)](std::size_t count) mutable {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
}

// Says it, unless it is what no authority lets pass.
void hear(Play& play, const Said& said) {
  play.casefile.advance(play.now_ms + 1000);
  const CaseBefore before(play.casefile);
  const std::optional<MessageId> id = play.try_say(said);
  if (!id) return;
  INFO(name(verb_of(said.body)) << ", " << describe(play.outcome));
  Message message;
  message.author.party = said.party;
  message.body = said.body;
  CHECK(broken_by(message, play.outcome, before, play.casefile) == Sentences{});
  CHECK(broken_in(play.casefile) == Sentences{});
}

}  // namespace

TEST_CASE("whatever two parties say to each other, the rules of a case hold") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    Babbler babbler(choose_by(seed));
    Play play;
    for (int i = 0; i < 80; ++i) {
      INFO("seed " << seed << ", step " << i);
      if (babbler.below(8) == 0) {
        play.wait(static_cast<std::int64_t>(babbler.below(48)) * hour_ms);
      }
      hear(play, babbler.next(play.casefile, play.now_ms));
    }
  }
}

TEST_CASE("time passes the same in one step and in many, and replay needs none of them") {
  for (unsigned seed = 21; seed <= 26; ++seed) {
    INFO("seed " << seed);
    Babbler babbler(choose_by(seed));
    Play play;
    for (int i = 0; i < 40; ++i) play.try_say(babbler.next(play.casefile, play.now_ms));
    CHECK(broken_at_the_end(play.casefile, play.now_ms) == Sentences{});
  }
}

TEST_CASE("what an accept was told first counts, in whichever order it is heard") {
  // Each reaches the next one, and none the one after that.
  std::array<std::int64_t, 3> after_ms{0, limits::offer_grace_ms - 1,
                                       2 * limits::offer_grace_ms - 2};
  do {
    Play play;
    Offer offer = propose({1});
    offer.valid_until_ms = play.now_ms + hour_ms;
    const auto message =
        cast().say(play.casefile, {.body = accept(play.brand(offer))}, play.now_ms);
    const std::int64_t end_ms = offer.valid_until_ms;
    for (const std::int64_t each : after_ms) {
      play.casefile.note_busy({.message = message.id(), .code = "busy", .at_ms = end_ms + each});
    }
    INFO(after_ms[0] << " " << after_ms[1] << " " << after_ms[2]);
    const std::int64_t last_ms = end_ms + 3 * limits::offer_grace_ms - 2;
    CHECK(play.casefile.judged_at_ms(message.verified(), last_ms) == end_ms);
    CHECK(play.casefile.judged_at_ms(message.verified(), last_ms + 1) == last_ms + 1);
  } while (std::ranges::next_permutation(after_ms).found);
}

}  // namespace entente::tests
