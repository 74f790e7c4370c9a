#include <entente/casefile/case.h>
#include <entente/protocol/parcel.h>

#include <algorithm>

#include "catch.h"
#include "play.h"

namespace entente::tests {
TEST_CASE("a case begins once, and an open may ask for a person and nothing else") {
  Play play{Play::Unopened{}};
  Open open;
  open.jurisdiction = "es";
  open.language = "en";
  CHECK_FALSE(play.casefile.is_open());
  CHECK(play.casefile.head().is_zero());
  open.handoff = std::get<HandoffRequest>(ask_person().act);
  const auto id = play.consumer(open);
  check(play);
  CHECK(play.casefile.id() == id);
  CHECK(play.casefile.handoff()->hid == id);
  play.consumer(open);
  check(play, "refused(wrong_use)");
  CHECK(play.casefile.next_position() == 1);
}

TEST_CASE("a message of one case is refused by another") {
  Play one;
  Play two;
  const auto message = cast().say(one.casefile, {.body = Inform{}}, one.now_ms);
  CHECK(describe(two.casefile.admit(message, two.now_ms)) == "refused(wrong_use)");
  CHECK(describe(Case{}.judge(message, one.now_ms)) == "refused(not_found)");
}

TEST_CASE("positions count admitted messages of both parties, and refused ones leave no trace") {
  Play play;
  const auto offer = play.brand(propose({1}));
  play.consumer_unseen(propose({1}), play.casefile.id());
  check(play, "refused(stale_head)");
  play.consumer(accept(offer));
  CHECK(play.casefile.find_position(play.head()) == 2);
  CHECK(play.casefile.next_position() == 3);
}

TEST_CASE("what names a message that the case does not have is refused, but for the way out") {
  const MessageId elsewhere{{42}};
  for (const bool is_protected : {false, true}) {
    for (const Body& body :
         is_protected ? std::vector<Body>{ask_person(), invoke("access", {1}), Leave{"x"}}
                      : std::vector<Body>{Inform{}, propose({1}), Link{LinkStart{"oidc", 0}}}) {
      Play play;
      play.consumer_unseen(body, elsewhere);
      check(play, is_protected ? "binding" : "refused(unknown_prev)");
    }
  }
}

TEST_CASE("an act counts once, whatever body it comes with the second time") {
  Play play;
  play.say({.body = Inform{}, .act = "x"});
  check(play);
  const auto first = play.head();
  play.say({.body = Inform{}, .act = "x"});
  check(play, "refused(act_conflict)");
  play.say({.body = propose({1}), .act = "x"});
  check(play, "refused(act_conflict)");
  const auto& message = *play.casefile.find_message(first);
  REQUIRE(play.casefile.find_act(message->author.key, message->act_id));
  CHECK(play.casefile.find_act(message->author.key, message->act_id)->id() == first);
  CHECK(play.casefile.admit(message, play.now_ms).effect == Effect::refused);
  CHECK_FALSE(play.casefile.find_act(message->author.key, ActId{}));
}

TEST_CASE("an agreement that is over stays over while another on its claim is not") {
  using State = Performed::State;
  for (const State ended : {State::failed, State::done}) {
    Play play;
    const auto first = agree(play);
    play.brand(perform(first, ended));
    const auto second = agree(play);
    check(play);
    const auto is_open = [&](const MessageId& source) {
      return play.casefile.bindings().at(source).is_open();
    };
    CHECK_FALSE(is_open(first));
    REQUIRE(is_open(second));

    play.consumer(Dispute{first, {1}, "not_done"});
    check(play, "none(agreement_stands)");
    for (const State again : {State::started, State::partial, State::unknown}) {
      play.brand(perform(first, again));
      check(play, ended == State::failed ? "refused(agreement_stands)" : "binding");
    }
    play.brand(perform(first, State::done));  // the truth may be told
    check(play);
    CHECK_FALSE(is_open(first));

    play.brand(perform(second, State::done));
    play.consumer(Dispute{first, {1}, "not_done"});
    check(play);
    CHECK(is_open(first));
    play.consumer(Dispute{second, {1}, "not_done"});
    check(play, "none(agreement_stands)");
    CHECK_FALSE(is_open(second));
  }
}

TEST_CASE("the brand speaks at the head") {
  Play play;
  play.consumer(Inform{});
  play.say(
      {.party = Party::brand, .actor = Actor::rules, .body = Inform{}, .prev = play.casefile.id()});
  check(play, "refused(stale_head)");
}

TEST_CASE("terms must name claims, each other and nothing that is not there") {
  Play play;
  const auto refuse = [&](auto change, std::string_view outcome) {
    Offer offer = propose({1});
    change(offer);
    play.brand(offer);
    CHECK(describe(play.outcome) == outcome);
  };
  refuse([](Offer& o) { o.terms[0].claims = {9}; }, "refused(unknown_claim)");
  refuse([&](Offer& o) { o.valid_until_ms = play.now_ms - 1; }, "refused(out_of_range)");
  refuse([](Offer& o) { o.answers = MessageId{{9}}; }, "refused(unknown_reference)");
  refuse([](Offer& o) { o.replaces = MessageId{{9}}; }, "refused(unknown_reference)");
  refuse([](Offer& o) { o.supersedes = {MessageId{{9}}}; }, "refused(unknown_reference)");
}

TEST_CASE("a grant gives and asks for nothing") {
  const auto grant = [](auto change) {
    Play play;
    Grant made{{term(1, {1})}};
    change(made.terms[0]);
    play.brand(made);
    return describe(play.outcome);
  };
  CHECK(grant([](Term&) {}) == "binding");
  CHECK(grant([](Term& t) { t.condition = EvidenceCondition{"photo"}; }) ==
        "refused(invalid_terms)");
  CHECK(grant([](Term& t) { t.obligor = Party::consumer; }) == "refused(invalid_terms)");
}

TEST_CASE("an offer is answered by the other party only") {
  Play play;
  const auto own = play.consumer(propose({1}));
  const auto brands = play.brand(propose({1}));
  play.consumer(accept(own));
  check(play, "refused(author_forbidden)");
  play.consumer(Retract{brands});
  check(play, "refused(author_forbidden)");
  play.consumer(accept(play.casefile.id()));
  check(play, "refused(unknown_reference)");
  play.brand(accept(own));
  check(play);
  CHECK(play.casefile.bindings().at(play.head()).by == Party::brand);
}

TEST_CASE("a second agreement on a claim supersedes the first by name, or does not come about") {
  Play play;
  const auto first = agree(play);
  play.brand(propose({1}));
  check(play, "refused(agreement_stands)");
  Offer better = propose({1});
  better.supersedes = {first};
  const auto second = agree(play, better);
  CHECK(play.casefile.bindings().at(first).superseded);
  CHECK(play.casefile.claims().at(1).agreement == second);
  CHECK(play.casefile.claims().at(1).superseded == std::vector<MessageId>{first});
  CHECK_FALSE(play.casefile.bindings().at(second).superseded);
}

TEST_CASE("a term that was begun, or may have been, is never superseded") {
  for (const auto state : {Performed::State::started, Performed::State::partial,
                           Performed::State::done, Performed::State::unknown}) {
    Play play;
    const auto first = agree(play);
    Offer better = propose({1});
    better.supersedes = {first};
    const auto offer = play.brand(better);
    play.brand(perform(first, state));
    play.consumer(accept(offer));
    check(play, "none(performance_started)");
    play.brand(better);
    check(play, "refused(performance_started)");
    CHECK_FALSE(play.casefile.bindings().at(first).superseded);
  }
}

TEST_CASE("what failed goes to its standby term, and what was done stays done") {
  Play play;
  Offer offer = propose({1});
  offer.terms.push_back(term(2, {1}));
  offer.terms[1].standby = true;
  offer.terms[0].on_failure = ToTerm{2};
  const auto agreed = agree(play, offer);
  play.brand(perform(agreed, Performed::State::done, 2));
  check(play, "refused(invalid_terms)");
  play.brand(perform(agreed, Performed::State::failed, 1));
  check(play);
  CHECK(play.casefile.bindings().at(agreed).is_open());
  CHECK(play.casefile.bindings().at(agreed).terms[1].due_ms == play.now_ms + day_ms);
  play.brand(perform(agreed, Performed::State::done, 2));
  CHECK_FALSE(play.casefile.bindings().at(agreed).is_open());
  play.brand(perform(agreed, Performed::State::started, 2));
  CHECK(play.casefile.bindings().at(agreed).terms[1].state == Performed::State::done);
}

TEST_CASE("a case with an open term, a failed one or a duty is not closed by the brand") {
  Play play;
  const auto agreed = agree(play);
  play.brand(close_for(play.now_ms));
  check(play, "refused(term_open)");
  play.brand(perform(agreed, Performed::State::failed));
  play.brand(close_for(play.now_ms));
  check(play, "refused(term_open)");
  const auto again = agree(play);  // nothing open stands in its way
  play.brand(perform(again, Performed::State::done));
  play.brand(close_for(play.now_ms));
  check(play);
}

TEST_CASE("performance is told by who owes it, and of what is owed") {
  Play play;
  const auto agreed = agree(play);
  play.consumer(perform(agreed, Performed::State::done));
  check(play, "refused(author_forbidden)");
  play.brand(perform(agreed, Performed::State::done, 7));
  check(play, "refused(unknown_reference)");
  play.brand(perform(play.casefile.id(), Performed::State::done));
  check(play, "refused(unknown_reference)");
  play.brand(Confirm{agreed, {1}});
  check(play, "refused(author_forbidden)");
  play.consumer(Confirm{agreed, {7}});
  check(play, "refused(unknown_reference)");
  Perform of_condition = perform(agreed, Performed::State::done);
  of_condition.items[0].of_condition = true;
  play.consumer(of_condition);
  check(play, "refused(invalid_terms)");
}

TEST_CASE("an unknown performance is looked up half a minute later") {
  Play play;
  const auto agreed = agree(play);
  CHECK(clock_at(play.casefile, "lookup_at") == 0);
  play.brand(perform(agreed, Performed::State::unknown));
  CHECK(clock_at(play.casefile, "lookup_at") == play.now_ms + 30'000);
}

TEST_CASE("silence is never acceptance: an offer left alone lapses a minute after its time") {
  Play play;
  Offer offer = propose({1});
  offer.valid_until_ms = play.now_ms + hour_ms;
  const auto id = play.brand(offer);
  Play late = play;
  play.now_ms = offer.valid_until_ms + limits::offer_grace_ms - 1000;
  play.consumer(accept(id));
  check(play);
  late.now_ms = offer.valid_until_ms + limits::offer_grace_ms;
  late.consumer(accept(id));
  check(late, "none(lapsed)");
  CHECK(late.status(id) == "lapsed");
  CHECK(late.casefile.bindings().empty());
}

TEST_CASE("an accept that was told to come back is in time when it comes back in time") {
  struct Told {
    std::int64_t busy_after_ms;  // of the end of the offer and its grace
    std::string code = "busy";
    std::vector<std::int64_t> again_after_ms = {};  // of the busy, told busy again
    std::int64_t back_after_ms = 0;                 // of the last busy
    std::string outcome = "binding";
    bool unlogged = false;
  };
  constexpr std::int64_t retry_ms = 5'000;
  constexpr std::int64_t last_ms = retry_ms + limits::offer_grace_ms;
  const std::vector<Told> cases = {
      {.busy_after_ms = -1, .back_after_ms = 1},
      {.busy_after_ms = 0, .back_after_ms = last_ms},
      {.busy_after_ms = 0, .back_after_ms = last_ms + 1, .outcome = "none(lapsed)"},
      {.busy_after_ms = 1, .back_after_ms = 1, .outcome = "none(lapsed)"},
      {.busy_after_ms = 0, .code = "too_late", .back_after_ms = 1, .outcome = "none(lapsed)"},
      {.busy_after_ms = 0, .back_after_ms = 1, .outcome = "none(lapsed)", .unlogged = true},
      {.busy_after_ms = 0, .again_after_ms = {last_ms, last_ms}, .back_after_ms = last_ms},
      {.busy_after_ms = 0,
       .again_after_ms = {last_ms, last_ms + 1},
       .back_after_ms = 1,
       .outcome = "none(lapsed)"},
      // Ten minutes are the most that an offer is held open, however often the answer is busy.
      {.busy_after_ms = 0,
       .again_after_ms = std::vector<std::int64_t>(9, 60'000),
       .back_after_ms = 60'000},
      {.busy_after_ms = 0,
       .again_after_ms = std::vector<std::int64_t>(9, 60'000),
       .back_after_ms = 60'001,
       .outcome = "none(lapsed)"},
  };
  for (const Told& told : cases) {
    Play play;
    Offer offer = propose({1});
    offer.valid_until_ms = play.now_ms + hour_ms;
    const auto id = play.brand(offer);
    const auto message = cast().say(play.casefile, {.body = accept(id)}, play.now_ms);
    std::int64_t at_ms = offer.valid_until_ms + limits::offer_grace_ms + told.busy_after_ms;
    const auto busy = [&] {
      play.casefile.note_busy({.message = message.id(),
                               .code = told.code,
                               .at_ms = at_ms,
                               .retry_after_ms = retry_ms,
                               .unlogged = told.unlogged});
      play.casefile.advance(at_ms);
    };
    busy();
    for (const std::int64_t after_ms : told.again_after_ms) {
      at_ms += after_ms;
      busy();
    }
    INFO(told.busy_after_ms << " " << told.back_after_ms);
    CHECK(describe(play.casefile.admit(message, at_ms + told.back_after_ms)) == told.outcome);
    CHECK(play.status(id) == (told.outcome == "binding" ? "accepted" : "lapsed"));
    CHECK(play.casefile.bindings().size() == (told.outcome == "binding" ? 1 : 0));
  }
}

TEST_CASE("busy makes nothing timely but the accept it names") {
  Play play;
  Offer offer = propose({1});
  offer.valid_until_ms = play.now_ms + hour_ms;
  const auto id = play.brand(offer);
  const std::int64_t end_ms = offer.valid_until_ms + limits::offer_grace_ms;
  const auto decline = cast().say(play.casefile, {.body = Decline{id, "too_little"}}, play.now_ms);
  const auto told = cast().say(play.casefile, {.body = accept(id)}, play.now_ms);
  const auto other = cast().say(play.casefile, {.body = accept(id)}, play.now_ms + 1);
  for (const auto& message : {decline, told}) {
    play.casefile.note_busy({.message = message.id(), .code = "busy", .at_ms = end_ms});
  }
  CHECK(describe(play.casefile.judge(decline, end_ms + 1)) == "none(lapsed)");
  CHECK(describe(play.casefile.judge(other, end_ms + 1)) == "none(lapsed)");
  CHECK(describe(play.casefile.judge(told, end_ms + 1)) == "binding");
}

TEST_CASE("questions are asked once and answered once") {
  Play play;
  Question question;
  question.id = 1;
  question.topic = "model";
  question.answer_by_ms = play.now_ms + day_ms;
  play.brand(Ask{{question}});
  check(play);
  CHECK(clock_at(play.casefile, "answer_by") == question.answer_by_ms);
  play.brand(Ask{{question}});
  check(play, "refused(already_answered)");
  question.id = 2;
  play.brand(Ask{{question}});
  check(play, "refused(already_answered)");
  Inform answer;
  answer.answers = {{1, no_part}};
  play.consumer(answer);
  check(play);
  CHECK(clock_at(play.casefile, "answer_by") == 0);
  play.consumer(answer);
  check(play, "none(already_answered)");
  answer.answers = {{5, no_part}};
  play.consumer(answer);
  check(play, "refused(unknown_reference)");
}

TEST_CASE("later claims come from the consumer, with ids of their own") {
  Play play;
  Inform more;
  more.claims = {claim(4)};
  play.brand(more);
  check(play, "refused(author_forbidden)");
  play.consumer(more);
  check(play);
  CHECK(play.casefile.claims().contains(4));
  play.consumer(more);
  check(play, "refused(out_of_range)");
  play.brand(propose({4}));
  check(play);
}

TEST_CASE("a close becomes final when nobody contests it, and can be reopened until its time") {
  Play play;
  play.brand(close_for(play.now_ms));
  CHECK(clock_at(play.casefile, "contest_until") == play.casefile.contest_until_ms());
  play.wait(14 * day_ms - 3000);
  CHECK(play.casefile.phase() == Phase::close_proposed);
  play.wait(minute_ms);
  CHECK(play.casefile.phase() == Phase::closed);
  Play late = play;
  play.consumer(ask_person());
  check(play);
  CHECK(play.casefile.phase() == Phase::open);
  late.wait(90 * day_ms);
  late.consumer(ask_person());
  check(late, "none(closed)");
  CHECK(late.casefile.phase() == Phase::closed);
}

TEST_CASE("a close is contested for some time, and confirmed only by who was asked") {
  Play play;
  Close now = close_for(play.now_ms);
  std::get<CloseProposed>(now.step).contest_until_ms = play.now_ms;
  play.brand(now);
  check(play, "refused(out_of_range)");
  play.consumer(close_final(play.head()));
  check(play, "refused(unknown_reference)");
  const auto proposed = play.brand(close_for(play.now_ms));
  play.consumer(propose({1}));
  CHECK(play.casefile.phase() == Phase::open);
  play.consumer(close_final(proposed));
  check(play, "refused(unknown_reference)");
}

TEST_CASE("a consumer who has left can still get a person, a right and what is owed") {
  Play play;
  const auto agreed = agree(play);
  play.consumer(Leave{"enough"});
  CHECK(play.casefile.consumer_left());
  play.brand(propose({2}));
  check(play, "refused(left)");
  play.consumer(propose({2}));
  check(play, "refused(left)");
  play.brand(perform(agreed, Performed::State::done));
  check(play);
  play.consumer(Confirm{agreed, {1}});
  check(play);
  play.consumer(invoke("access", {}));
  check(play);
  play.consumer(ask_person());
  check(play);
}

TEST_CASE("copies of a case go their own ways") {
  Play play;
  const auto offer = play.brand(propose({1}));
  Play other = play;
  other.consumer(accept(offer));
  CHECK(play.status(offer) == "standing");
  CHECK(other.status(offer) == "accepted");
  play = other;
  CHECK(play.status(offer) == "accepted");
}

}  // namespace entente::tests
