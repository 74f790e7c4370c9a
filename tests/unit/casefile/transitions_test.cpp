#include <entente/casefile/transitions.h>

#include <algorithm>

#include "catch.h"
#include "play.h"

namespace entente::tests {
namespace {

constexpr std::array phases = {Phase::open, Phase::close_proposed, Phase::closed};

Deed deed_at(std::size_t i) { return static_cast<Deed>(i); }

constexpr std::size_t deed_count = 10;

// A case in that phase, with a brand's offer on claim 1, made under `before`.
struct Staged {
  Play play;
  MessageId offer;
  MessageId before;

  explicit Staged(Phase phase) {
    offer = play.brand(propose({1}));
    before = play.head();
    if (phase == Phase::open) return;
    const auto proposed = play.brand(close_for(play.now_ms));
    if (phase == Phase::closed) play.consumer(close_final(proposed));
  }
};

}  // namespace

TEST_CASE("each party, deed and phase has at most one row, and every row changes or replaces") {
  for (const Party who : {Party::unset, Party::consumer, Party::brand}) {
    for (std::size_t d = 0; d < deed_count; ++d) {
      for (const Phase from : phases) {
        const auto rows = std::ranges::count_if(transitions(), [&](const Transition& row) {
          return row.who == who && row.deed == deed_at(d) && row.from == from;
        });
        CHECK(rows <= 1);
        if (rows == 0) CHECK(next_phase(who, deed_at(d), from) == from);
      }
    }
  }
}

TEST_CASE("only the consumer, or the clock, makes a close final") {
  for (std::size_t d = 0; d < deed_count; ++d) {
    for (const Phase from : {Phase::open, Phase::close_proposed}) {
      CHECK(next_phase(Party::brand, deed_at(d), from) != Phase::closed);
    }
  }
  CHECK(next_phase(Party::consumer, Deed::finish_close, Phase::close_proposed) == Phase::closed);
  CHECK(next_phase(Party::unset, Deed::contest_over, Phase::close_proposed) == Phase::closed);
}

TEST_CASE("nothing that a brand does reopens a case") {
  for (std::size_t d = 0; d < deed_count; ++d) {
    CHECK(next_phase(Party::brand, deed_at(d), Phase::closed) == Phase::closed);
  }
}

TEST_CASE("a case goes through the phases that the table says") {
  struct Act {
    Deed deed;
    Body body;
  };
  for (const Phase from : phases) {
    for (std::size_t i = 0; i < 6; ++i) {
      Staged staged(from);
      Play& play = staged.play;
      Offer offer = propose({1});
      const std::vector<Act> acts = {{Deed::propose, offer},
                                     {Deed::accept, accept(staged.offer)},
                                     {Deed::exercise, invoke("withdrawal", {1})},
                                     {Deed::ask_person, ask_person()},
                                     {Deed::propose_close, close_for(play.now_ms)},
                                     {Deed::other, Inform{}}};
      const Act& act = acts[i];
      REQUIRE(deed_of(act.body) == act.deed);
      play.consumer(act.body);
      INFO(name(from) << " / " << name(act.deed) << " / " << describe(play.outcome));
      const bool binds = play.outcome == Outcome::binding();
      CHECK(play.casefile.phase() == (binds ? next_phase(Party::consumer, act.deed, from) : from));
    }
  }
}

TEST_CASE("every body has its row, which names its verb") {
  Body link = Link{LinkProve{}};
  CHECK(role_of(link).step == "prove");
  Body joined = Handoff{{}, Joined{}};
  CHECK(role_of(joined).step == "joined");
  Body waiting = Handoff{{}, ContinueWhileWaiting{}};
  CHECK(role_of(waiting).step == "continue_while_waiting");
  Body finish = Close{CloseFinal{}};
  CHECK(role_of(finish).step == "final");
  CHECK(std::ranges::is_sorted(roles(), {}, &Role::verb));
}

TEST_CASE("what a party may not say is refused in every phase") {
  for (const Phase phase : phases) {
    Staged staged(phase);
    Play& play = staged.play;
    for (const Body& body :
         {Body(Leave{"x"}), Body(invoke("access", {1})), Body(Close{CloseFinal{play.head(), {}}}),
          Body(Revoke{cast().mandate(1)})}) {
      play.brand(body);
      CHECK(describe(play.outcome) == "refused(author_forbidden)");
    }
    for (const Body& body : {Body(determine(1)), Body(Grant{{term(1, {1})}})}) {
      play.consumer(body);
      CHECK(describe(play.outcome) == "refused(author_forbidden)");
    }
  }
}

TEST_CASE("a brand may bring a person too, but not twice") {
  Play play;
  play.brand(ask_person());
  CHECK(play.outcome == Outcome::binding());
  CHECK(play.casefile.handoff()->stage == HandoffStage::requested);
  play.brand(ask_person());
  CHECK(describe(play.outcome) == "refused(ticket_live)");
}

TEST_CASE("a consumer's step of the brand's handoff is refused, and its own never is") {
  Play play;
  const auto hid = play.consumer(ask_person());
  play.consumer(move(hid, Joined{"op-1", "agent", "case", "operator_key", no_part, {}}));
  CHECK(describe(play.outcome) == "refused(author_forbidden)");
  play.consumer(move(hid, HandoffWithdrawn{}));
  CHECK(describe(play.outcome) == "none(author_forbidden)");
  play.consumer(move(hid, HandoffConfirmed{}));
  CHECK(describe(play.outcome) == "none(handoff_forbidden)");
  play.consumer(move(MessageId{{9}}, HandoffConfirmed{}));
  CHECK(describe(play.outcome) == "none(unknown_reference)");
  CHECK(play.stage() == "requested");
}

}  // namespace entente::tests
