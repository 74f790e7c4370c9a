// Rights: dated at once, acknowledged once, and carried out once the principal stands behind them.

#include "catch.h"
#include "play.h"

namespace entente::tests {

TEST_CASE("a contest asks for a new answer and ends no offer; a new answer can be contested") {
  Play play;
  const auto offer = play.brand(propose({1}));
  play.brand(determine(1));
  play.consumer(invoke("contest", {1}));
  check(play);
  CHECK(play.status(offer) == "standing");
  play.brand(propose({1}, Ground::entitlement));
  check(play);
  play.consumer(invoke("contest", {1}));
  check(play, "none(already_exercised)");
  play.brand(determine(1));
  play.consumer(invoke("contest", {1}));
  check(play);
}

TEST_CASE("a withdrawal ends what was agreed on that contract and not begun") {
  Play play;
  const auto agreed = agree(play);
  play.say({.body = invoke("withdrawal", {1}), .approved = true});
  CHECK(play.casefile.bindings().at(agreed).terms[0].ended);
  CHECK_FALSE(play.casefile.bindings().at(agreed).is_open());
}

TEST_CASE("what cannot be undone is dated at once, and waits for the principal", "[negative]") {
  const auto acknowledge = [](Play& play, const MessageId& right) {
    play.brand(Exercise{Acknowledged{
        right, "withdrawal", play.now_ms, 0, {term(1, {1}, Ground::entitlement, "refund_full")}}});
    check(play);
  };
  for (const bool acknowledged_first : {true, false}) {
    Play play;
    const auto agreed = agree(play);
    const auto right = play.consumer(invoke("withdrawal", {1}));
    check(play);
    const std::int64_t received_ms = play.now_ms;
    CHECK(play.casefile.exercises().at(right).approved_ms == 0);
    CHECK(play.casefile.bindings().at(agreed).is_open());
    if (acknowledged_first) {
      acknowledge(play, right);
      CHECK(play.casefile.bindings().at(right).awaiting_approval);
      play.brand(perform(right, Performed::State::done));
      check(play, "refused(approval_missing)");
      play.person(
          perform(right, Performed::State::started));  // who may have spoken to the principal
      check(play);
    }
    // The same without an approval, and another right with one, approve nothing.
    play.consumer(invoke("withdrawal", {1}));
    check(play, "none(already_exercised)");
    play.say({.body = invoke("cancellation", {1}), .approved = true});
    check(play);
    Exercise later = invoke("withdrawal", {1});
    std::get<Invoke>(later.act).effective = "next_period";
    play.say({.body = later, .approved = true});
    check(play, "none(already_exercised)");
    play.say({.body = invoke("withdrawal", {1, 2}), .approved = true});
    check(play, "none(already_exercised)");
    CHECK(play.casefile.exercises().at(right).approved_ms == 0);

    play.say({.body = invoke("withdrawal", {1}), .approved = true});
    check(play, "none(already_exercised)");
    CHECK(play.casefile.exercises().at(right).approved_ms == play.now_ms);
    CHECK(play.casefile.exercises().at(right).received_ms == received_ms);
    if (!acknowledged_first) acknowledge(play, right);
    CHECK_FALSE(play.casefile.bindings().at(right).awaiting_approval);
    play.brand(perform(right, Performed::State::done));
    check(play);
  }
}

TEST_CASE("an approval ends what was agreed, which its right alone did not") {
  Play play;
  const auto agreed = agree(play);
  play.consumer(invoke("withdrawal", {1}));
  CHECK(play.casefile.bindings().at(agreed).is_open());
  play.say({.body = invoke("withdrawal", {1}), .approved = true});
  CHECK(play.casefile.bindings().at(agreed).terms[0].ended);
}

TEST_CASE("a right is acknowledged once, by its own name") {
  Play play;
  const auto right = play.consumer(invoke("access", {1}));
  const auto acknowledge = [&](const MessageId& of, std::string name) {
    play.brand(Exercise{Acknowledged{of, std::move(name), play.now_ms, 0, {}}});
    return describe(play.outcome);
  };
  CHECK(acknowledge(right, "erasure") == "refused(invalid_terms)");
  CHECK(acknowledge(play.casefile.id(), "access") == "refused(unknown_reference)");
  CHECK(acknowledge(right, "access") == "binding");
  CHECK(acknowledge(right, "access") == "refused(already_answered)");
}

TEST_CASE("a right under a revoked mandate is dated and binds nobody until the principal speaks") {
  Play play;
  const auto offer = play.brand(propose({1}));
  const auto right = play.say({.body = invoke("withdrawal", {1}), .lapsed = true});
  check(play, "none(mandate_revoked)");
  CHECK(play.status(offer) == "standing");
  play.brand(Exercise{Acknowledged{right, "withdrawal", play.now_ms, 0, {}}});
  check(play);
}

}  // namespace entente::tests
