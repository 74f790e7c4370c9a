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

}  // namespace entente::tests
