#pragma once
// The way to a human as one table: stage, who, event, next stage. Nobody can refuse a request,
// every stage has a deadline and a way on, and only messages and the passing of time move it, so
// that both parties and an auditor see the same stage.
//
//     ENTENTE_LET(next, step(ticket, act, HandoffSpeaker::brand, now_ms));
//
// Pure. Printed into protocol/spec/08-handoff.md.

#include <entente/core/limits.h>
#include <entente/core/result.h>
#include <entente/protocol/handoff.h>

#include <optional>
#include <span>

namespace entente {

// Deadlines that no message names.
inline constexpr std::int64_t handoff_ack_ms = 10'000;        // acknowledgement, or a new route
inline constexpr std::int64_t handoff_desk_ms = 30'000;       // an operator takes the ticket, joins
inline constexpr std::int64_t handoff_transfer_ms = 300'000;  // the next person is there
inline constexpr std::int64_t handoff_escalate_ms = 180'000;  // the supervisor is there
inline constexpr std::int64_t handoff_reply_ms = 86'400'000;  // a reply promised by default
inline constexpr std::int64_t handoff_idle_ms = 86'400'000;   // a joined person says nothing
inline constexpr std::int64_t handoff_contest_ms = 1'209'600'000;  // to dispute a conclusion

enum class HandoffStage : std::uint8_t {
  none,  // nobody asked; as `to` in the table: the stage stays
  requested,
  queued,
  scheduled,
  unavailable,
  async,
  missed,
  offered,   // at the desk only: log entries, never the stage of a case
  accepted,  // likewise
  joined,
  on_hold,
  return_offered,
  transferring,
  escalated,
  returned,
  concluded,
  confirmed,
  withdrawn
};
inline constexpr std::size_t handoff_stage_count = 18;
std::string_view name(HandoffStage stage);

enum class HandoffEvent : std::uint8_t {
  request,
  escalate,  // a request for a supervisor while a person is there
  ack_queued,
  ack_scheduled,
  ack_unavailable,
  ack_async,
  route_queued,
  route_scheduled,
  route_unavailable,
  route_async,
  choose_slot,
  choose_async,
  joined,
  on_hold,
  resumed,
  transferring,
  missed,
  return_offered,
  returned,
  concluded,
  confirmed,
  disputed,
  withdrawn,
  continue_while_waiting,
  desk_offered,
  desk_declined,
  desk_accepted,
  deadline,  // of the stage
  slot_over  // the slot has passed and nobody joined
};
inline constexpr std::size_t handoff_event_count = 29;
std::string_view name(HandoffEvent event);

enum class HandoffSpeaker : std::uint8_t {
  consumer,
  consumer_person,
  brand,
  brand_person,
  desk,
  clock
};
inline constexpr std::size_t handoff_speaker_count = 6;
std::string_view name(HandoffSpeaker speaker);

using HandoffStages = std::uint32_t;  // a set, by bit
constexpr HandoffStages stages(HandoffStage stage) {
  return HandoffStages{1} << static_cast<unsigned>(stage);
}

struct HandoffRow {
  HandoffStages from = 0;
  HandoffSpeaker who = HandoffSpeaker::brand;  // a person may say what its party's automation may
  HandoffEvent event = HandoffEvent::request;
  HandoffStage to = HandoffStage::none;
};
std::span<const HandoffRow> handoff_rows();
// Nothing where the table has no row.
std::optional<HandoffStage> next_stage(HandoffStage from, HandoffSpeaker who, HandoffEvent event);

// A ticket that is not over: a further request returns it.
bool is_live(HandoffStage stage);
// Live, and no person speaks: the automated agent is restricted and entitlements do not lapse.
bool is_waiting(HandoffStage stage);
// A person speaks for the brand.
bool person_speaks(HandoffStage stage);
// The clock behind `deadline_ms`: "next_update_by", "slot" ... Empty where the stage has none.
std::string_view deadline_kind(HandoffStage stage);
Party deadline_owed_by(HandoffStage stage);

struct HandoffState {
  Digest hid;  // id of the message that asked
  HandoffRequest request;
  HandoffStage stage = HandoffStage::none;
  bool lapsed = false;  // asked under a lapsed mandate: a person turns to the principal
  std::int64_t asked_ms = 0;
  std::int64_t since_ms = 0;     // of the stage
  std::int64_t deadline_ms = 0;  // of the stage; 0: over
  Queued queue;                  // newest place in the queue
  Slot slot;                     // promised; empty id: none
  bool slot_chosen = false;      // by the consumer: the clock to a human starts with the slot
  std::vector<Alternative> alternatives;
  std::int64_t reply_by_ms = 0;
  std::optional<Joined> joined;  // the newest operator who joined
  std::int64_t joined_ms = 0;
  HandoffRequest::Level level = HandoffRequest::Level::agent;
  std::string disposition;
  ContinueWhileWaiting::What meanwhile = ContinueWhileWaiting::What::nothing;

  bool operator==(const HandoffState&) const = default;
};

HandoffState start_handoff(const Digest& hid, const HandoffRequest& request, std::int64_t now_ms);
HandoffEvent event_of(const HandoffState& state, const HandoffAct& act);
// The state after what a party said. Fails with handoff_forbidden (no row), author_forbidden (the
// row is a person's), unknown_reference (a slot or answer that was not offered), out_of_range (a
// deadline that is missing or past).
Result<HandoffState> step(const HandoffState& state, const HandoffAct& act, HandoffSpeaker who,
                          std::int64_t now_ms);
// What happens at the desk and is no message: offered, declined, accepted, or its deadline. For the
// desk's own view. Fails with handoff_forbidden.
Result<HandoffState> desk_event(const HandoffState& state, HandoffEvent event, std::int64_t now_ms);
// When time alone moves it on; nothing if only a party can.
std::optional<std::int64_t> next_move_ms(const HandoffState& state);
// The state after that instant. Requires next_move_ms().
HandoffState move_on(const HandoffState& state);
// The person said something: the deadline of silence starts again.
void person_spoke(HandoffState& state, std::int64_t now_ms);

}  // namespace entente
