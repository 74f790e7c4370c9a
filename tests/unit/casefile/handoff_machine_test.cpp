#include <entente/casefile/handoff_machine.h>

#include <algorithm>
#include <vector>

#include "catch.h"

namespace entente {
namespace {

using Stage = HandoffStage;
using Event = HandoffEvent;
using Who = HandoffSpeaker;

constexpr std::int64_t now_ms = 1'000'000'000;
constexpr std::int64_t later_ms = now_ms + 3'600'000;

Stage stage_at(std::size_t i) { return static_cast<Stage>(i); }
Event event_at(std::size_t i) { return static_cast<Event>(i); }
Who who_at(std::size_t i) { return static_cast<Who>(i); }

std::vector<HandoffAct> sample_acts() {
  HandoffRequest supervisor;
  supervisor.level = HandoffRequest::Level::supervisor;
  const Queued queued{.eta_ms = later_ms, .next_update_by_ms = later_ms};
  const Slot slot{"s9", later_ms, later_ms + 1000, "case"};
  const Unavailable closed{"out_of_hours", later_ms, {}};
  const AnswerLater async{later_ms};
  return {HandoffRequest{},
          supervisor,
          Acked{queued},
          Acked{slot},
          Acked{closed},
          Acked{async},
          Routed{queued},
          Routed{slot},
          Routed{closed},
          Routed{async},
          Chosen{ChooseSlot{"s1"}},
          Chosen{ChooseAsync{}},
          Joined{"op-1", "agent", "case", "operator_key", no_part, {}},
          OnHold{later_ms},
          Resumed{},
          Transferring{"billing", "skill"},
          Missed{},
          ReturnOffered{},
          Returned{},
          Concluded{"resolved_agreed"},
          HandoffConfirmed{},
          HandoffDisputed{"not_helped"},
          HandoffWithdrawn{},
          ContinueWhileWaiting{ContinueWhileWaiting::What::updates}};
}

// A ticket in that stage, with a slot and an answer that may be chosen.
HandoffState ticket_in(Stage stage) {
  HandoffState state = start_handoff(Digest{{1}}, HandoffRequest{}, now_ms - 1000);
  state.stage = stage;
  state.alternatives = {Slot{"s1", later_ms, later_ms + 1000, "case"}, AnswerLater{later_ms}};
  return state;
}

std::size_t count_rows(Stage from, Who who, Event event) {
  return static_cast<std::size_t>(std::ranges::count_if(handoff_rows(), [&](const HandoffRow& row) {
    return row.who == who && row.event == event && (row.from & stages(from)) != 0;
  }));
}

}  // namespace

TEST_CASE("each stage, speaker and event has at most one row") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    for (std::size_t w = 0; w < handoff_speaker_count; ++w) {
      for (std::size_t e = 0; e < handoff_event_count; ++e) {
        CHECK(count_rows(stage_at(s), who_at(w), event_at(e)) <= 1);
      }
    }
  }
}

TEST_CASE("every act in every stage by every speaker does what the table says, and nothing else") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    const HandoffState state = ticket_in(stage_at(s));
    for (const Who who : {Who::consumer, Who::consumer_person, Who::brand, Who::brand_person}) {
      for (const HandoffAct& act : sample_acts()) {
        const Event event = event_of(state, act);
        const auto expected = next_stage(state.stage, who, event);
        const auto next = step(state, act, who, now_ms);
        INFO(name(state.stage) << " / " << name(who) << " / " << name(event));
        REQUIRE(next.has_value() == expected.has_value());
        if (!next) {
          const auto person = who == Who::consumer ? Who::consumer_person : Who::brand_person;
          CHECK(next.error().code == (next_stage(state.stage, person, event)
                                          ? ErrorCode::author_forbidden
                                          : ErrorCode::handoff_forbidden));
          continue;
        }
        CHECK(next->stage == *expected);
        CHECK(next->hid == state.hid);
      }
    }
  }
}

TEST_CASE("every live stage has a deadline, and a way on that does not need the consumer") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    const Stage stage = stage_at(s);
    if (!is_live(stage)) continue;
    INFO(name(stage));
    CHECK_FALSE(deadline_kind(stage).empty());
    bool moves_on = false;
    for (const Who who : {Who::brand_person, Who::desk, Who::clock}) {
      for (std::size_t e = 0; e < handoff_event_count; ++e) {
        const auto next = next_stage(stage, who, event_at(e));
        moves_on = moves_on || (next && *next != stage);
      }
    }
    CHECK(moves_on);
  }
}

TEST_CASE("every act that enters a live stage leaves it with a deadline in the future") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    for (const HandoffAct& act : sample_acts()) {
      for (const Who who : {Who::consumer_person, Who::brand_person}) {
        const auto next = step(ticket_in(stage_at(s)), act, who, now_ms);
        if (!next || !is_live(next->stage)) continue;
        const bool stayed = std::holds_alternative<ContinueWhileWaiting>(act);
        INFO(name(stage_at(s)) << " / " << name(event_of(ticket_in(stage_at(s)), act)));
        CHECK((next->deadline_ms > now_ms || stayed));
      }
    }
  }
}

TEST_CASE("a brand has no way to end a ticket before a person has joined") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    const Stage stage = stage_at(s);
    if (!is_waiting(stage)) continue;
    for (const Who who : {Who::brand, Who::brand_person, Who::desk, Who::clock}) {
      for (std::size_t e = 0; e < handoff_event_count; ++e) {
        const auto next = next_stage(stage, who, event_at(e));
        INFO(name(stage) << " / " << name(who) << " / " << name(event_at(e)));
        CHECK((!next || is_live(*next)));
      }
    }
  }
}

TEST_CASE("a request begins a ticket wherever none is live") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    const auto next = next_stage(stage_at(s), Who::consumer, Event::request);
    INFO(name(stage_at(s)));
    CHECK(next.has_value() == !is_live(stage_at(s)));
    if (next) CHECK(*next == Stage::requested);
  }
}

TEST_CASE("a consumer may withdraw and go back to the agent in person only") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    for (const Event event : {Event::withdrawn, Event::returned}) {
      CHECK_FALSE(next_stage(stage_at(s), Who::consumer, event));
    }
    CHECK(next_stage(stage_at(s), Who::consumer_person, Event::withdrawn).has_value() ==
          is_live(stage_at(s)));
  }
}

TEST_CASE("a route needs a deadline that lies ahead") {
  const HandoffState asked = ticket_in(Stage::requested);
  const std::vector<Route> late = {
      Queued{},
      Queued{.next_update_by_ms = now_ms},
      Slot{"s1", now_ms, now_ms + 1, "case"},
      Slot{"s1", later_ms, later_ms, "case"},
      Slot{"", later_ms, later_ms + 1, "case"},
      Unavailable{"capacity", 0, {}},
      AnswerLater{0},
      AnswerLater{now_ms},
  };
  for (const Route& route : late) {
    const auto next = step(asked, Acked{route}, Who::brand, now_ms);
    REQUIRE_FALSE(next);
    CHECK(next.error().code == ErrorCode::out_of_range);
  }
  CHECK_FALSE(step(ticket_in(Stage::joined), OnHold{now_ms}, Who::brand_person, now_ms));
}

TEST_CASE("only what was offered can be chosen") {
  HandoffState closed = ticket_in(Stage::unavailable);
  const auto unknown = step(closed, Chosen{ChooseSlot{"s2"}}, Who::consumer, now_ms);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::unknown_reference);
  const auto chosen = step(closed, Chosen{ChooseSlot{"s1"}}, Who::consumer, now_ms);
  REQUIRE(chosen);
  CHECK(chosen->slot_chosen);
  closed.alternatives = {OtherContact{"phone"}};
  CHECK_FALSE(step(closed, Chosen{ChooseAsync{}}, Who::consumer, now_ms));
}

TEST_CASE("time takes every ticket on, and always towards a person or a promised answer") {
  for (std::size_t s = 0; s < handoff_stage_count; ++s) {
    HandoffState state = ticket_in(stage_at(s));
    state.deadline_ms = later_ms;
    if (!next_move_ms(state)) continue;
    const HandoffState next = move_on(state);
    INFO(name(state.stage) << " -> " << name(next.stage));
    CHECK(next.since_ms == later_ms);
    if (state.stage == Stage::concluded) {
      CHECK(next.stage == Stage::confirmed);
      continue;
    }
    CHECK(is_live(next.stage));
    CHECK(next.deadline_ms > later_ms);
  }
}

TEST_CASE("a slot that nobody kept is missed, and the ticket is first in line again") {
  HandoffState state = ticket_in(Stage::scheduled);
  state.slot = Slot{"s1", later_ms, later_ms + 1000, "case"};
  state.deadline_ms = later_ms;
  state = move_on(state);
  CHECK(state.stage == Stage::queued);
  CHECK(state.queue.first_in_line);
  REQUIRE(next_move_ms(state) == later_ms + 1000);
  state = move_on(state);
  CHECK(state.stage == Stage::missed);
  state = move_on(state);
  CHECK(state.stage == Stage::queued);
  CHECK(state.queue.first_in_line);
  CHECK_FALSE(next_move_ms(state));
}

TEST_CASE("the desk offers a ticket, and takes it back when an operator declines or is silent") {
  const HandoffState queued = ticket_in(Stage::queued);
  const auto offered = desk_event(queued, Event::desk_offered, now_ms);
  REQUIRE(offered);
  CHECK(offered->deadline_ms == now_ms + handoff_desk_ms);
  for (const Event event : {Event::desk_declined, Event::deadline}) {
    const auto back = desk_event(*offered, event, now_ms);
    REQUIRE(back);
    CHECK(back->stage == Stage::queued);
  }
  const auto accepted = desk_event(*offered, Event::desk_accepted, now_ms);
  REQUIRE(accepted);
  CHECK(accepted->stage == Stage::accepted);
  CHECK_FALSE(desk_event(queued, Event::desk_accepted, now_ms));
  CHECK_FALSE(desk_event(queued, Event::joined, now_ms));
}

TEST_CASE("a supervisor is asked for once, while a person is there") {
  HandoffRequest request;
  request.level = HandoffRequest::Level::supervisor;
  const HandoffState joined = ticket_in(Stage::joined);
  const auto escalated = step(joined, request, Who::consumer, now_ms);
  REQUIRE(escalated);
  CHECK(escalated->stage == Stage::escalated);
  const auto there =
      step(*escalated, Joined{"op-2", "supervisor", "case", "operator_key", no_part, {}},
           Who::brand_person, now_ms);
  REQUIRE(there);
  CHECK_FALSE(step(*there, request, Who::consumer, now_ms));
  CHECK_FALSE(step(ticket_in(Stage::queued), request, Who::consumer, now_ms));
}

}  // namespace entente
