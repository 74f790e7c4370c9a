#include <algorithm>

#include "catch.h"
#include "play.h"

// Five cases, message by message; each line of state is checked where it is said.

namespace entente::tests {
namespace {

Term entitled(std::uint16_t id, std::vector<std::uint16_t> claims, std::string purpose) {
  return term(id, std::move(claims), Ground::entitlement, std::move(purpose));
}

Term repair_after_return(std::int64_t by_ms) {
  Term made = entitled(1, {1}, "repair");
  made.due = {.n = 10, .unit = Due::Unit::days, .from = Due::Start::condition};
  GoodsReturn back;
  back.lines = {Line{no_part, "kettle-17", 1, ""}};
  back.how = "pickup";
  back.fees = Party::brand;
  back.by_ms = by_ms;
  made.condition = back;
  made.blocks = true;
  made.shape = Repair{{Line{no_part, "kettle-17", 1, ""}}, false};
  return made;
}

Offer offer_of(std::vector<Term> terms, std::int64_t valid_until_ms) {
  Offer made;
  made.terms = std::move(terms);
  made.valid_until_ms = valid_until_ms;
  return made;
}

std::string phase(const Play& play) { return std::string(name(play.casefile.phase())); }

bool has_clock(const Case& casefile, std::string_view kind) {
  const auto clocks = casefile.clocks();
  return std::ranges::any_of(clocks, [&](const CaseClock& each) { return each.kind == kind; });
}

MessageId link_up(Play& play, const std::string& assurance = "email_otp") {
  play.brand(Link{LinkRequire{{"email_otp"}, "email_otp", "c-81"}});
  check(play);
  play.consumer(Link{LinkProve{"email_otp", "c-81", 0}});
  check(play);
  const auto granted = play.brand(Link{LinkGranted{0, assurance, play.now_ms + day_ms}});
  check(play);
  return granted;
}

struct Kettle {
  Play play;
  MessageId a6, a7, a8, a9;
};

// Up to the accept of the brand's second offer.
void negotiate(Kettle& k) {
  Play& play = k.play;
  play.consumer(Link{LinkStart{"email_otp", 0}});
  check(play);
  link_up(play);
  CHECK(play.casefile.link().assurance == "email_otp");
  k.a6 = play.brand(
      offer_of({repair_after_return(play.now_ms + 14 * day_ms)}, play.now_ms + 72 * hour_ms));
  CHECK(play.status(k.a6) == "standing");
  Offer counter =
      offer_of({entitled(1, {1}, "replacement"), term(2, {1})}, play.now_ms + 24 * hour_ms);
  counter.answers = k.a6;
  k.a7 = play.consumer(counter);
  check(play);
  CHECK(play.status(k.a6) == "standing");
  Offer better =
      offer_of({entitled(1, {1}, "replacement"), term(2, {1})}, play.now_ms + 72 * hour_ms);
  better.answers = k.a7;
  better.replaces = k.a6;
  better.toll_max_ms = day_ms;
  k.a8 = play.brand(better);
  CHECK(play.status(k.a6) == "replaced");
  CHECK(play.status(k.a7) == "standing");
  k.a9 = play.say({.body = accept(k.a8), .approved = true});
  check(play);
  CHECK(play.status(k.a8) == "accepted");
  CHECK(play.status(k.a7) == "ended_by_agreement");
  CHECK(play.casefile.claims().at(1).agreement == k.a9);
}

}  // namespace

TEST_CASE("A: the kettle is replaced, credited, confirmed and closed") {
  Kettle k;
  Play& play = k.play;
  negotiate(k);
  Perform both{k.a9, {}};
  both.items.push_back({.term = 2, .state = Performed::State::done, .amount = {"EUR", 500, 2}});
  both.items.push_back({.term = 1, .state = Performed::State::started});
  play.brand(both);
  check(play);
  CHECK(play.casefile.bindings().at(k.a9).is_open());
  CHECK(play.casefile.bindings().at(k.a9).find_term(2)->amount_done == 500);
  play.brand(perform(k.a9, Performed::State::done, 1));
  CHECK_FALSE(play.casefile.bindings().at(k.a9).is_open());
  play.consumer(Confirm{k.a9, {1, 2}});
  check(play);
  const auto a14 = play.brand(close_for(play.now_ms));
  CHECK(phase(play) == "close_proposed");
  play.consumer(close_final(a14));
  check(play);
  CHECK(phase(play) == "closed");
  play.consumer(Inform{});
  check(play, "none(closed)");
  play.consumer(Dispute{k.a9, {1}, "broken_again", no_part});
  check(play);
  CHECK(phase(play) == "open");
}

TEST_CASE("A: a blocked repair has no due time until the kettle is back") {
  Play play;
  const auto offer = play.brand(
      offer_of({repair_after_return(play.now_ms + 14 * day_ms)}, play.now_ms + 72 * hour_ms));
  const auto agreed = play.consumer(accept(offer));
  CHECK(play.casefile.bindings().at(agreed).terms[0].due_ms == 0);
  CHECK(has_clock(play.casefile, "condition_by"));
  Perform back = perform(agreed, Performed::State::done);
  back.items[0].of_condition = true;
  play.brand(back);
  check(play, "refused(author_forbidden)");
  play.consumer(back);
  check(play);
  CHECK(play.casefile.bindings().at(agreed).terms[0].due_ms == play.now_ms + 10 * day_ms);
  CHECK(has_clock(play.casefile, "due"));
}

TEST_CASE("B: one claim refused, two settled, the case resolved in part") {
  Play play;
  play.consumer(Link{LinkProve{"knowledge", "c-1", 0}});
  play.brand(Link{LinkGranted{0, "knowledge", play.now_ms + hour_ms}});
  const auto b4 =
      play.brand(offer_of({entitled(1, {1}, "correction_of_record")}, play.now_ms + hour_ms));
  const auto b5 = play.consumer(accept(b4));
  check(play);
  play.brand(perform(b5, Performed::State::done));
  play.brand(determine(2));
  check(play);
  CHECK(play.casefile.claims().at(2).determination->result == Determine::Verdict::refused);
  const auto b8 = play.brand(offer_of({entitled(1, {3}, "refund_partial")}, play.now_ms + hour_ms));
  const auto b9 = play.consumer(accept(b8));
  play.brand(perform(b9, Performed::State::done));
  const auto b11 = play.brand(close_for(play.now_ms));
  check(play);
  play.consumer(Close{CloseFinal{b11, {b5, b9}}});
  check(play);
  CHECK(phase(play) == "closed");
  for (const auto& source : {b5, b9}) {
    CHECK(play.casefile.bindings().at(source).terms[0].confirmed);
  }
  CHECK(play.casefile.claims().at(2).agreement == std::nullopt);
}

TEST_CASE("C: a person is asked for in the first message, and joins in a chosen slot") {
  Play play{Play::Unopened{}};
  Open open;
  open.claims = {claim(1)};
  open.jurisdiction = "es";
  open.language = "es";
  open.handoff = std::get<HandoffRequest>(ask_person().act);
  const auto c1 = play.consumer(open);
  check(play);
  CHECK(play.stage() == "requested");
  CHECK(play.casefile.handoff_pending());
  const std::int64_t slot_ms = play.now_ms + 60 * hour_ms;
  const Slot slot{"s1", slot_ms, slot_ms + hour_ms / 2, "case"};
  Unavailable closed{"out_of_hours", slot_ms - hour_ms, {slot, AnswerLater{slot_ms + 5 * hour_ms}}};
  play.brand(move(c1, Acked{closed}));
  check(play);
  CHECK(play.stage() == "unavailable");
  play.consumer(move(c1, Chosen{ChooseSlot{"s1"}}));
  CHECK(play.stage() == "scheduled");
  play.brand(move(c1, Routed{slot}));
  CHECK(play.stage() == "scheduled");
  CHECK(play.casefile.handoff()->slot_chosen);
  play.brand(propose({1}));
  check(play, "refused(handoff_pending)");
  play.wait(60 * hour_ms);
  CHECK(play.stage() == "queued");
  play.brand(
      move(c1, Routed{Queued{true, 1, play.now_ms + 120'000, "slot", play.now_ms + 180'000}}));
  check(play);
  play.person(move(c1, Joined{"op-417", "agent", "case", "operator_key", no_part, {}}));
  check(play);
  CHECK(play.casefile.person_joined());
  CHECK_FALSE(play.casefile.handoff_pending());
  play.person(Inform{});
  const auto c8 =
      play.person(offer_of({entitled(1, {1}, "bill_correction")}, play.now_ms + 9 * hour_ms));
  check(play);
  play.person(move(c1, OnHold{play.now_ms + 2 * hour_ms}));
  CHECK(play.stage() == "on_hold");
  Play absent = play;
  absent.wait(3 * hour_ms);
  CHECK(absent.stage() == "async");
  absent.wait(20 * hour_ms);  // valid_until has passed on the wall, not for an entitlement
  CHECK(absent.status(c8) == "standing");
  play.consumer(accept(c8));
  check(play, "none(approval_missing)");
  const auto c10 = play.say({.body = accept(c8), .approved = true});
  check(play);
  play.person(move(c1, Resumed{}));
  play.brand(perform(c10, Performed::State::done));
  check(play);
  play.person(move(c1, Concluded{"resolved_agreed"}));
  CHECK(play.stage() == "concluded");
  play.consumer(Confirm{c10, {1}});
  play.consumer(move(c1, HandoffConfirmed{}));
  check(play);
  CHECK(play.stage() == "confirmed");
  CHECK(phase(play) == "open");
}

TEST_CASE("D: a withdrawal crosses a retention offer, and waits for the link only") {
  Play play;
  const auto d2 = play.brand(Inform{});
  const auto d3 = play.brand(
      offer_of({term(1, {1}, Ground::concession, "plan_change")}, play.now_ms + 7 * day_ms));
  const auto d4 = play.say({.body = invoke("withdrawal", {1}), .prev = d2, .approved = true});
  check(play);
  const std::int64_t received_ms = play.now_ms;
  CHECK(play.status(d3) == "ended_by_exercise");
  play.brand(propose({1}));
  check(play, "refused(right_exercised)");
  Acknowledged answer{d4,
                      "withdrawal",
                      received_ms,
                      play.now_ms + 10 * day_ms,
                      {entitled(1, {1}, "contract_termination"), entitled(2, {1}, "refund_full")}};
  for (Term& duty : answer.duties) {
    duty.due = {.n = 14, .unit = Due::Unit::days, .from = Due::Start::exercise};
  }
  play.brand(Exercise{answer});
  check(play);
  const Binding& duties = play.casefile.bindings().at(d4);
  CHECK(duties.kind == Binding::Kind::exercise);
  CHECK(duties.awaiting_link_until_ms == answer.awaiting_link_until_ms);
  CHECK(duties.terms[1].due_ms == received_ms + 14 * day_ms);
  CHECK(has_clock(play.casefile, "awaiting_link_until"));
  play.consumer(accept(d3));
  check(play, "none(ended_by_exercise)");
  play.brand(perform(d4, Performed::State::done));
  check(play, "refused(assurance_too_low)");
  play.brand(close_for(play.now_ms));
  check(play, "refused(duty_open)");
  link_up(play);
  CHECK_FALSE(has_clock(play.casefile, "awaiting_link_until"));
  Perform both = perform(d4, Performed::State::done, 1);
  both.items.push_back({.term = 2, .state = Performed::State::done, .amount = {"EUR", 1299, 2}});
  play.brand(both);
  check(play);
  play.consumer(Confirm{d4, {1, 2}});
  check(play);
  const auto d11 = play.brand(close_for(play.now_ms));
  check(play);
  play.consumer(close_final(d11));
  CHECK(phase(play) == "closed");
}

TEST_CASE("E: a stale counter, an accept that crosses a retract, a revoked mandate") {
  Play play;
  const auto e2 = play.brand(
      offer_of({term(1, {1}, Ground::concession, "voucher")}, play.now_ms + 72 * hour_ms));
  play.brand(Inform{});
  Offer counter =
      offer_of({term(1, {1}, Ground::concession, "voucher")}, play.now_ms + 24 * hour_ms);
  counter.answers = e2;
  play.say({.body = counter, .prev = e2, .act = "e4"});
  check(play, "refused(stale_head)");
  const auto e5 = play.say({.body = counter, .act = "e4"});  // the act id was not used up
  check(play);
  play.brand(Retract{e2});
  CHECK(play.status(e2) == "retracted");
  play.brand(close_for(play.now_ms));
  CHECK(phase(play) == "close_proposed");

  Play seen = play;
  seen.consumer(accept(e2));
  check(seen, "none(no_offer)");

  const auto e8 = play.say({.body = accept(e2), .prev = e5, .act = "e8"});
  check(play);
  CHECK(play.status(e2) == "accepted");
  CHECK(play.status(e5) == "ended_by_agreement");
  CHECK(phase(play) == "open");
  CHECK_FALSE(play.casefile.close_proposal());
  play.say({.body = accept(e2), .act = "e8"});
  check(play, "refused(act_conflict)");

  play.say({.actor = Actor::person, .body = Revoke{cast().mandate(1)}, .principal = true});
  check(play);
  play.consumer(Inform{});
  check(play, "refused(mandate_revoked)");
  const auto e11 = play.say({.body = ask_person(HandoffRequest::Present::async), .lapsed = true});
  check(play);
  CHECK(play.casefile.handoff()->lapsed);
  play.brand(move(e11, Acked{AnswerLater{play.now_ms + day_ms}}));
  CHECK(play.stage() == "async");
  play.brand(perform(e8, Performed::State::done));
  check(play);
  play.say({.body = Confirm{e8, {1}}, .mandate = 2});
  check(play);
  CHECK(play.casefile.bindings().at(e8).terms[0].confirmed);
}

TEST_CASE("E: a mandate revoked before the accept ends the assistant's offers, not the brand's") {
  Play play;
  const auto brands = play.brand(propose({1}));
  const auto own = play.consumer(propose({2}));
  play.say({.actor = Actor::person, .body = Revoke{cast().mandate(1)}, .principal = true});
  CHECK(play.status(own) == "ended_by_revoke");
  CHECK(play.status(brands) == "standing");
  play.consumer(accept(brands));
  check(play, "refused(mandate_revoked)");
  play.brand(accept(own));
  check(play, "refused(ended_by_revoke)");
  play.say({.body = accept(brands), .mandate = 2});
  check(play);
}

}  // namespace entente::tests
