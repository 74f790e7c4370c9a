// Single words of a message that a case holds its author to.

#include <algorithm>

#include "catch.h"
#include "play.h"

namespace entente::tests {

TEST_CASE("what waits for its condition is not due before it, whatever date was agreed") {
  for (const std::int64_t back_after_ms : {hour_ms, 3 * day_ms}) {
    Play play;
    Offer offer = propose({1});
    Term& waits = offer.terms.front();
    GoodsReturn back;
    back.lines = {Line{no_part, "kettle-17", 1, ""}};
    back.how = "by_mail";
    back.fees = Party::brand;
    back.by_ms = play.now_ms + 14 * day_ms;
    waits.condition = back;
    waits.blocks = true;
    const std::int64_t agreed_ms = play.now_ms + day_ms;
    waits.due = {.at_ms = agreed_ms};
    const auto agreement = agree(play, offer);
    check(play);
    CHECK(clock_at(play.casefile, "due") == 0);
    play.wait(back_after_ms);
    play.consumer(
        Perform{agreement, {{.term = 1, .state = Performed::State::done, .of_condition = true}}});
    check(play);
    CHECK(clock_at(play.casefile, "due") == std::max(agreed_ms, play.now_ms));
  }
}

TEST_CASE("a brand asks about one topic once, in one message, too") {
  Play play;
  Question first;
  first.id = 1;
  first.topic = "model";
  Question second = first;
  second.id = 2;
  play.brand(Ask{{first, second}});
  check(play, "refused(already_answered)");
  play.consumer(Ask{{first, second}});
  check(play);
  second.topic = "age";
  play.brand(Ask{{first, second}});
  check(play);
}

}  // namespace entente::tests
