// Two parties and a clock, driven by bytes: whatever they say, the rules of a case hold, judging
// foresees what admitting does, and folding again gives the same case.
#include "babbler.h"
#include "case_rules.h"
#include "fuzz.h"
#include "lines.h"

namespace entente::fuzz {
namespace {

using namespace tests;

constexpr int steps_max = 64;

void check(const Sentences& broken) {
  if (!broken.empty()) throw Broken(broken.front());
}

// A case and what is said to it, each truly signed and authorised.
class Play {
 public:
  Play() { say({.body = open_claims()}); }

  const Case& casefile() const { return casefile_; }
  std::int64_t now_ms() const { return now_ms_; }

  void wait(std::int64_t for_ms) { casefile_.advance(now_ms_ += for_ms); }

  void say(Said said) {
    now_ms_ += 1000;
    if (said.parts.empty()) said.parts = {part()};
    const auto message = cast_.try_say(casefile_, said, now_ms_);
    if (!message) return;  // what no authority lets pass
    casefile_.advance(now_ms_);
    const CaseBefore before(casefile_);
    const Outcome foreseen = casefile_.judge(*message, now_ms_);
    const Outcome outcome = casefile_.admit(*message, now_ms_);
    require(outcome == foreseen, "judging foresees what admitting does");
    check(broken_by(**message, outcome, before, casefile_));
    check(broken_in(casefile_));
  }

 private:
  Casting cast_;
  Case casefile_;
  std::int64_t now_ms_ = play_start_ms;
};

}  // namespace

void casefile(ByteView bytes) {
  Input input(bytes);
  Babbler babbler([&](std::size_t count) { return input.below(count); });
  Play play;
  for (int step = 0; step < steps_max && !input.is_empty(); ++step) {
    if (babbler.below(8) == 0) play.wait(static_cast<std::int64_t>(babbler.below(48)) * hour_ms);
    play.say(babbler.next(play.casefile(), play.now_ms()));
  }
  check(broken_at_the_end(play.casefile(), play.now_ms()));
}

}  // namespace entente::fuzz
