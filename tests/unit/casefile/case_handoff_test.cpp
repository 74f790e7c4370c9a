#include <entente/casefile/case.h>

#include <algorithm>

#include "catch.h"
#include "play.h"

namespace entente::tests {
namespace {

MessageId join(Play& play) {
  const auto hid = play.consumer(ask_person());
  play.brand(move(hid, Acked{AnswerLater{play.now_ms + day_ms}}));
  play.person(move(hid, Joined{"op-1", "agent", "case", "operator_key", no_part, {}}));
  REQUIRE(play.casefile.person_joined());
  return hid;
}

}  // namespace

TEST_CASE(
    "an entitlement's time stands still while a person is awaited, a concession's grows once") {
  Play play;
  Offer owed = propose({1}, Ground::entitlement);
  Offer goodwill = propose({2});
  owed.valid_until_ms = goodwill.valid_until_ms = play.now_ms + 12 * hour_ms;
  goodwill.toll_max_ms = hour_ms;
  const auto first = play.brand(owed);
  const auto second = play.brand(goodwill);
  const auto hid = play.consumer(ask_person());
  const std::int64_t asked_ms = play.now_ms;
  CHECK(play.casefile.offers().at(second).valid_until_ms == goodwill.valid_until_ms + hour_ms);
  play.brand(move(hid, Acked{AnswerLater{play.now_ms + 20 * day_ms}}));
  play.wait(3 * day_ms);
  CHECK(play.status(first) == "standing");
  CHECK(play.status(second) == "lapsed");
  play.person(move(hid, Joined{"op-1", "agent", "case", "operator_key", no_part, {}}));
  CHECK(play.casefile.offers().at(first).valid_until_ms ==
        owed.valid_until_ms + (play.now_ms - asked_ms));
  play.wait(13 * hour_ms);
  CHECK(play.status(first) == "lapsed");
}

TEST_CASE("the consumer's own offers do not wait for the brand's person") {
  Play play;
  Offer wish = propose({1}, Ground::entitlement);
  wish.valid_until_ms = play.now_ms + hour_ms;
  const auto offer = play.consumer(wish);
  play.consumer(ask_person());
  play.wait(2 * hour_ms);
  CHECK(play.status(offer) == "lapsed");
}

TEST_CASE("one ticket is live: a repeated request returns it") {
  Play play;
  const auto hid = play.consumer(ask_person());
  play.consumer(ask_person());
  check(play, "none(ticket_live)");
  CHECK(play.casefile.handoff()->hid == hid);
  CHECK(play.casefile.handoffs().size() == 1);
  play.say({.actor = Actor::person, .body = move(hid, HandoffWithdrawn{}), .principal = true});
  check(play);
  const auto second = play.consumer(ask_person());
  check(play);
  CHECK(play.casefile.handoff()->hid == second);
  CHECK(play.casefile.handoffs().size() == 2);
}

TEST_CASE("once a person has joined, the automated agent does only what is due") {
  Play play;
  const auto agreed = agree(play);
  join(play);
  play.brand(propose({2}));
  check(play, "refused(handoff_pending)");
  play.brand(perform(agreed, Performed::State::done));
  check(play);
  play.brand(close_for(play.now_ms));
  check(play, "refused(handoff_pending)");
  const auto offer = play.person(propose({2}));
  check(play);
  play.consumer(accept(offer));
  check(play, "none(approval_missing)");
  play.say({.body = accept(offer), .approved = true});
  check(play);
}

TEST_CASE("asking for another person sends nobody away who has joined", "[negative]") {
  Play play;
  const auto hid = join(play);
  const auto offer = play.person(propose({2}));
  play.person(move(hid, Concluded{"resolved_agreed"}));
  play.consumer(ask_person());
  check(play);
  CHECK(play.casefile.handoff()->hid != hid);
  play.consumer(accept(offer));
  check(play, "none(approval_missing)");
}

TEST_CASE("a person accepts only what the principal itself approved") {
  Play play;
  const auto plain = play.consumer(propose({1}));
  const auto approved = play.say({.body = propose({1}), .approved = true});
  join(play);
  play.person(accept(plain));
  check(play, "refused(approval_missing)");
  play.person(accept(approved));
  check(play);
}

TEST_CASE("a disputed conclusion asks for a person again") {
  Play play;
  const auto hid = join(play);
  play.person(move(hid, Concluded{"resolved_agreed"}));
  CHECK_FALSE(play.casefile.handoff_pending());
  play.consumer(move(hid, HandoffDisputed{"not_solved"}));
  check(play);
  CHECK(play.stage() == "requested");
  CHECK(play.casefile.handoff()->hid == hid);
  CHECK(play.casefile.handoff_pending());
}

TEST_CASE("a live ticket without a word lists when contact counts as lost") {
  Play play;
  const auto hid = play.consumer(ask_person());
  const std::int64_t spoke_ms = play.now_ms;
  CHECK(clock_at(play.casefile, "lost_after") == spoke_ms + limits::lost_contact_ms);
  play.brand(move(hid, Acked{AnswerLater{play.now_ms + day_ms}}));
  CHECK(clock_at(play.casefile, "lost_after") == 0);
  CHECK(clock_at(play.casefile, "reply_by") == play.casefile.handoff()->reply_by_ms);
}

}  // namespace entente::tests
