#include <entente/casefile/summary.h>

#include "catch.h"
#include "play.h"

namespace entente::tests {
namespace {

// What an auditor does: the same messages at the same times, into a case of its own.
Case replay(const Case& casefile) {
  Case again;
  for (std::uint64_t i = 0; i < casefile.next_position(); ++i) {
    const Outcome outcome = again.admit(casefile.messages()[i], casefile.admitted_ms(i));
    REQUIRE(outcome == casefile.outcome_at(i));
  }
  return again;
}

}  // namespace

TEST_CASE("two folds of the same messages read the same, and a further message tells") {
  Play play;
  const auto offer = play.brand(propose({1}));
  const auto agreed = play.consumer(accept(offer));
  play.brand(perform(agreed, Performed::State::done));
  play.consumer(ask_person());
  const Case again = replay(play.casefile);
  CHECK(describe(again) == describe(play.casefile));
  play.consumer(Confirm{agreed, {1}});
  CHECK(describe(again) != describe(play.casefile));
}

TEST_CASE("every difference of state is a difference of text") {
  Play base;
  const auto offer = base.brand(propose({1}));
  std::vector<std::string> texts = {describe(base.casefile)};
  for (const Body& body :
       {Body(accept(offer)), Body(Decline{offer, "no"}), Body(invoke("withdrawal", {1})),
        Body(ask_person()), Body(Leave{"x"}), Body(close_for(base.now_ms)), Body(Inform{})}) {
    Play other = base;
    other.consumer(body);
    texts.push_back(describe(other.casefile));
  }
  for (std::size_t a = 0; a < texts.size(); ++a) {
    for (std::size_t b = a + 1; b < texts.size(); ++b) CHECK(texts[a] != texts[b]);
  }
}

TEST_CASE("an offer that lapsed reads otherwise than one that stands") {
  Play play;
  play.brand(propose({1}));
  const std::string standing = describe(play.casefile);
  play.wait(366 * day_ms);
  CHECK(describe(play.casefile) != standing);
}

}  // namespace entente::tests
