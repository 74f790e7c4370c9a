#include <entente/casefile/handoff_machine.h>

#include <algorithm>

#include "core/overloaded.h"

namespace entente {
namespace {

using Stage = HandoffStage;
using Event = HandoffEvent;

void enter(HandoffState& state, Stage stage, std::int64_t at_ms, std::int64_t deadline_ms) {
  state.stage = stage;
  state.since_ms = at_ms;
  state.deadline_ms = deadline_ms;
}

void forget_route(HandoffState& state) {
  state.queue = {};
  state.slot = {};
  state.slot_chosen = false;
  state.alternatives.clear();
  state.reply_by_ms = 0;
}

Status check_future(std::int64_t at_ms, std::int64_t now_ms, std::string_view what) {
  if (at_ms > now_ms) return {};
  return fail(ErrorCode::out_of_range, std::string(what) + " is missing or past");
}

Status enter_queue(HandoffState& state, const Queued& queued, std::int64_t now_ms) {
  ENTENTE_TRY(check_future(queued.next_update_by_ms, now_ms, "next_update_by_ms"));
  // A slot that has begun is still owed while its ticket is first in line.
  const Slot slot = state.stage == Stage::queued && state.slot.to_ms > now_ms ? state.slot : Slot{};
  const bool chosen = state.slot_chosen && !slot.id.empty();
  forget_route(state);
  state.queue = queued;
  state.slot = slot;
  state.slot_chosen = chosen;
  enter(state, Stage::queued, now_ms, queued.next_update_by_ms);
  return {};
}

Status enter_slot(HandoffState& state, const Slot& slot, bool chosen, std::int64_t now_ms) {
  ENTENTE_TRY(check_future(slot.from_ms, now_ms, "from_ms"));
  if (slot.id.empty() || slot.to_ms <= slot.from_ms) {
    return fail(ErrorCode::out_of_range, "a slot needs an id and must end after it starts");
  }
  // The brand repeating a slot that the consumer chose does not undo the choice.
  const bool kept = chosen || (state.slot_chosen && state.slot.id == slot.id);
  const auto alternatives = std::move(state.alternatives);
  forget_route(state);
  state.alternatives = alternatives;
  state.slot = slot;
  state.slot_chosen = kept;
  enter(state, Stage::scheduled, now_ms, slot.from_ms);
  return {};
}

Status enter_unavailable(HandoffState& state, const Unavailable& closed, std::int64_t now_ms) {
  if (closed.alternatives.empty() && closed.next_open_ms <= now_ms) {
    return fail(ErrorCode::out_of_range, "unavailable needs next_open_ms or an alternative");
  }
  forget_route(state);
  state.alternatives = closed.alternatives;
  const bool opens = closed.next_open_ms > now_ms;
  enter(state, Stage::unavailable, now_ms, opens ? closed.next_open_ms : now_ms + handoff_reply_ms);
  return {};
}

Status enter_async(HandoffState& state, std::int64_t reply_by_ms, std::int64_t now_ms) {
  ENTENTE_TRY(check_future(reply_by_ms, now_ms, "reply_by_ms"));
  forget_route(state);
  state.reply_by_ms = reply_by_ms;
  enter(state, Stage::async, now_ms, reply_by_ms);
  return {};
}

Status take_route(HandoffState& state, const Route& route, std::int64_t now_ms) {
  return std::visit(
      Overloaded{
          [&](const Queued& queued) { return enter_queue(state, queued, now_ms); },
          [&](const Slot& slot) { return enter_slot(state, slot, false, now_ms); },
          [&](const Unavailable& closed) { return enter_unavailable(state, closed, now_ms); },
          [&](const AnswerLater& later) { return enter_async(state, later.reply_by_ms, now_ms); },
      },
      route);
}

Status take_choice(HandoffState& state, const Chosen& chosen, std::int64_t now_ms) {
  const auto* wanted = std::get_if<ChooseSlot>(&chosen.choice);
  if (wanted && state.slot.id == wanted->slot) {
    return enter_slot(state, Slot(state.slot), true, now_ms);
  }
  for (const Alternative& each : state.alternatives) {
    const auto* slot = std::get_if<Slot>(&each);
    if (wanted && slot && slot->id == wanted->slot) {
      return enter_slot(state, Slot(*slot), true, now_ms);
    }
    const auto* later = std::get_if<AnswerLater>(&each);
    if (!wanted && later) return enter_async(state, later->reply_by_ms, now_ms);
  }
  return fail(ErrorCode::unknown_reference, "not one of the alternatives offered");
}

void join(HandoffState& state, const Joined& joined, std::int64_t now_ms) {
  forget_route(state);
  state.joined = joined;
  state.joined_ms = now_ms;
  enter(state, Stage::joined, now_ms, now_ms + handoff_idle_ms);
}

void ask_again(HandoffState& state, std::int64_t now_ms) {
  forget_route(state);
  state.asked_ms = now_ms;
  state.disposition.clear();
  enter(state, Stage::requested, now_ms, now_ms + handoff_ack_ms);
}

void escalate(HandoffState& state, std::int64_t now_ms) {
  state.level = HandoffRequest::Level::supervisor;
  enter(state, Stage::escalated, now_ms, now_ms + handoff_escalate_ms);
}

Status apply(HandoffState& state, const HandoffAct& act, std::int64_t now_ms) {
  const auto to = [&](Stage stage, std::int64_t deadline_ms) {
    enter(state, stage, now_ms, deadline_ms);
    return Status{};
  };
  return std::visit(
      Overloaded{
          // A request for a new ticket starts one: see start_handoff().
          [&](const HandoffRequest&) { return escalate(state, now_ms), Status{}; },
          [&](const Acked& acked) { return take_route(state, acked.route, now_ms); },
          [&](const Routed& routed) { return take_route(state, routed.route, now_ms); },
          [&](const Chosen& chosen) { return take_choice(state, chosen, now_ms); },
          [&](const Joined& joined) { return join(state, joined, now_ms), Status{}; },
          [&](const OnHold& hold) -> Status {
            ENTENTE_TRY(check_future(hold.resume_by_ms, now_ms, "resume_by_ms"));
            return to(Stage::on_hold, hold.resume_by_ms);
          },
          [&](const Resumed&) { return to(Stage::joined, now_ms + handoff_idle_ms); },
          [&](const Transferring&) {
            return to(Stage::transferring, now_ms + handoff_transfer_ms);
          },
          [&](const Missed&) {
            forget_route(state);
            return to(Stage::missed, now_ms + handoff_ack_ms);
          },
          [&](const ReturnOffered&) { return to(Stage::return_offered, now_ms + handoff_idle_ms); },
          [&](const Returned&) { return to(Stage::returned, 0); },
          [&](const Concluded& concluded) {
            forget_route(state);
            state.disposition = concluded.disposition;
            return to(Stage::concluded, now_ms + handoff_contest_ms);
          },
          [&](const HandoffConfirmed&) { return to(Stage::confirmed, 0); },
          [&](const HandoffDisputed&) { return ask_again(state, now_ms), Status{}; },
          [&](const HandoffWithdrawn&) { return to(Stage::withdrawn, 0); },
          [&](const ContinueWhileWaiting& meanwhile) {
            state.meanwhile = meanwhile.what;
            return Status{};
          },
      },
      act);
}

Event route_event(const Route& route, Event first) {
  return static_cast<Event>(static_cast<std::size_t>(first) + route.index());
}

// The way on that time takes, always back to the front of the queue or to a promised answer.
void return_to_queue(HandoffState& state, std::int64_t at_ms) {
  const bool slot_began = state.stage == Stage::scheduled;
  const Slot slot = slot_began ? state.slot : Slot{};
  const bool chosen = slot_began && state.slot_chosen;
  forget_route(state);
  state.slot = slot;
  state.slot_chosen = chosen;
  state.queue.first_in_line = true;
  state.queue.next_update_by_ms = at_ms + handoff_ack_ms;
  enter(state, Stage::queued, at_ms, state.queue.next_update_by_ms);
}

}  // namespace

HandoffState start_handoff(const Digest& hid, const HandoffRequest& request, std::int64_t now_ms) {
  HandoffState state;
  state.hid = hid;
  state.request = request;
  state.level = request.level;
  ask_again(state, now_ms);
  return state;
}

Event event_of(const HandoffState& state, const HandoffAct& act) {
  return std::visit(
      Overloaded{
          [&](const HandoffRequest& request) {
            const bool higher = request.level == HandoffRequest::Level::supervisor &&
                                state.level != HandoffRequest::Level::supervisor;
            return higher && person_speaks(state.stage) ? Event::escalate : Event::request;
          },
          [](const Acked& acked) { return route_event(acked.route, Event::ack_queued); },
          [](const Routed& routed) { return route_event(routed.route, Event::route_queued); },
          [](const Chosen& chosen) {
            return std::holds_alternative<ChooseSlot>(chosen.choice) ? Event::choose_slot
                                                                     : Event::choose_async;
          },
          [](const Joined&) { return Event::joined; },
          [](const OnHold&) { return Event::on_hold; },
          [](const Resumed&) { return Event::resumed; },
          [](const Transferring&) { return Event::transferring; },
          [](const Missed&) { return Event::missed; },
          [](const ReturnOffered&) { return Event::return_offered; },
          [](const Returned&) { return Event::returned; },
          [](const Concluded&) { return Event::concluded; },
          [](const HandoffConfirmed&) { return Event::confirmed; },
          [](const HandoffDisputed&) { return Event::disputed; },
          [](const HandoffWithdrawn&) { return Event::withdrawn; },
          [](const ContinueWhileWaiting&) { return Event::continue_while_waiting; },
      },
      act);
}

Result<HandoffState> step(const HandoffState& state, const HandoffAct& act, HandoffSpeaker who,
                          std::int64_t now_ms) {
  const Event event = event_of(state, act);
  const auto stage = next_stage(state.stage, who, event);
  if (!stage) {
    const auto person = who == HandoffSpeaker::consumer ? HandoffSpeaker::consumer_person
                                                        : HandoffSpeaker::brand_person;
    const bool a_persons = next_stage(state.stage, person, event).has_value();
    return fail(a_persons ? ErrorCode::author_forbidden : ErrorCode::handoff_forbidden,
                std::string(name(event)) + " while " + std::string(name(state.stage)));
  }
  const auto* request = std::get_if<HandoffRequest>(&act);
  if (request && event == Event::request) return start_handoff(state.hid, *request, now_ms);
  HandoffState next = state;
  ENTENTE_TRY(apply(next, act, now_ms));
  return next;
}

Result<HandoffState> desk_event(const HandoffState& state, Event event, std::int64_t now_ms) {
  const auto stage = next_stage(state.stage, HandoffSpeaker::desk, event);
  if (!stage) {
    return fail(ErrorCode::handoff_forbidden,
                std::string(name(event)) + " while " + std::string(name(state.stage)));
  }
  HandoffState next = state;
  if (*stage == Stage::queued) {
    return_to_queue(next, now_ms);
  } else {
    enter(next, *stage, now_ms, now_ms + handoff_desk_ms);
  }
  return next;
}

std::optional<std::int64_t> next_move_ms(const HandoffState& state) {
  if (state.stage == Stage::queued) {
    if (state.slot.id.empty()) return std::nullopt;
    return state.slot.to_ms;
  }
  const auto to = next_stage(state.stage, HandoffSpeaker::clock, Event::deadline);
  if (!to || *to == state.stage) return std::nullopt;
  return state.deadline_ms;
}

HandoffState move_on(const HandoffState& state) {
  HandoffState next = state;
  const auto at_ms = next_move_ms(state).value_or(state.since_ms);
  const Event event = state.stage == Stage::queued ? Event::slot_over : Event::deadline;
  const Stage stage = next_stage(state.stage, HandoffSpeaker::clock, event).value_or(state.stage);
  if (stage == Stage::queued) {
    return_to_queue(next, at_ms);
  } else if (stage == Stage::async) {
    forget_route(next);
    next.reply_by_ms = at_ms + handoff_reply_ms;
    enter(next, stage, at_ms, next.reply_by_ms);
  } else if (stage == Stage::joined) {
    enter(next, stage, at_ms, at_ms + handoff_idle_ms);
  } else if (stage == Stage::missed) {
    forget_route(next);
    enter(next, stage, at_ms, at_ms + handoff_ack_ms);
  } else {
    enter(next, stage, at_ms, 0);
  }
  return next;
}

void person_spoke(HandoffState& state, std::int64_t now_ms) {
  if (state.stage == Stage::joined) state.deadline_ms = now_ms + handoff_idle_ms;
}

}  // namespace entente
