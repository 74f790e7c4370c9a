#include <entente/casefile/handoff_machine.h>

#include <algorithm>
#include <array>

namespace entente {
namespace {

using Stage = HandoffStage;
using Event = HandoffEvent;
using Who = HandoffSpeaker;

template <class... T>
constexpr HandoffStages any(T... each) {
  return (stages(each) | ...);
}

constexpr HandoffStages waiting =
    any(Stage::requested, Stage::queued, Stage::scheduled, Stage::unavailable, Stage::async,
        Stage::missed, Stage::offered, Stage::accepted, Stage::transferring, Stage::escalated);
constexpr HandoffStages with_person = any(Stage::joined, Stage::on_hold, Stage::return_offered);
constexpr HandoffStages routable =
    any(Stage::queued, Stage::scheduled, Stage::unavailable, Stage::async, Stage::missed,
        Stage::transferring, Stage::escalated);
constexpr HandoffStages askable =
    any(Stage::none, Stage::returned, Stage::concluded, Stage::confirmed, Stage::withdrawn);
constexpr HandoffStages choosable = any(Stage::unavailable, Stage::scheduled);
constexpr HandoffStages joinable = routable | with_person | any(Stage::offered, Stage::accepted);
constexpr Stage stays = Stage::none;

constexpr std::array table = {
    HandoffRow{askable, Who::consumer, Event::request, Stage::requested},
    // Where its policy says that a machine must not decide, the brand brings a person itself.
    HandoffRow{askable, Who::brand, Event::request, Stage::requested},
    HandoffRow{any(Stage::requested), Who::brand, Event::ack_queued, Stage::queued},
    HandoffRow{any(Stage::requested), Who::brand, Event::ack_scheduled, Stage::scheduled},
    HandoffRow{any(Stage::requested), Who::brand, Event::ack_unavailable, Stage::unavailable},
    HandoffRow{any(Stage::requested), Who::brand, Event::ack_async, Stage::async},
    HandoffRow{any(Stage::requested), Who::clock, Event::deadline, stays},

    HandoffRow{routable, Who::brand, Event::route_queued, Stage::queued},
    HandoffRow{routable, Who::brand, Event::route_scheduled, Stage::scheduled},
    HandoffRow{routable, Who::brand, Event::route_async, Stage::async},
    HandoffRow{choosable, Who::consumer, Event::choose_slot, Stage::scheduled},
    HandoffRow{choosable, Who::consumer, Event::choose_async, Stage::async},
    HandoffRow{any(Stage::queued), Who::clock, Event::deadline, stays},
    HandoffRow{any(Stage::queued), Who::clock, Event::slot_over, Stage::missed},
    HandoffRow{any(Stage::scheduled), Who::clock, Event::deadline, Stage::queued},
    HandoffRow{any(Stage::unavailable), Who::clock, Event::deadline, Stage::queued},
    HandoffRow{any(Stage::async), Who::clock, Event::deadline, Stage::queued},
    HandoffRow{any(Stage::queued, Stage::scheduled), Who::brand, Event::missed, Stage::missed},
    HandoffRow{any(Stage::missed), Who::clock, Event::deadline, Stage::queued},

    HandoffRow{any(Stage::queued, Stage::transferring, Stage::escalated, Stage::async), Who::desk,
               Event::desk_offered, Stage::offered},
    HandoffRow{any(Stage::offered), Who::desk, Event::desk_declined, Stage::queued},
    HandoffRow{any(Stage::offered), Who::desk, Event::deadline, Stage::queued},
    HandoffRow{any(Stage::offered), Who::desk, Event::desk_accepted, Stage::accepted},
    HandoffRow{any(Stage::accepted), Who::desk, Event::deadline, Stage::queued},

    HandoffRow{joinable, Who::brand_person, Event::joined, Stage::joined},
    HandoffRow{any(Stage::joined, Stage::return_offered, Stage::on_hold), Who::brand_person,
               Event::on_hold, Stage::on_hold},
    HandoffRow{any(Stage::on_hold, Stage::return_offered), Who::brand_person, Event::resumed,
               Stage::joined},
    HandoffRow{with_person, Who::brand_person, Event::transferring, Stage::transferring},
    HandoffRow{with_person, Who::consumer, Event::escalate, Stage::escalated},
    HandoffRow{any(Stage::joined), Who::brand_person, Event::return_offered, Stage::return_offered},
    HandoffRow{any(Stage::return_offered), Who::consumer_person, Event::returned, Stage::returned},
    HandoffRow{with_person, Who::brand_person, Event::concluded, Stage::concluded},
    HandoffRow{any(Stage::joined), Who::clock, Event::deadline, Stage::async},
    HandoffRow{any(Stage::on_hold), Who::clock, Event::deadline, Stage::async},
    HandoffRow{any(Stage::return_offered), Who::clock, Event::deadline, Stage::joined},
    HandoffRow{any(Stage::transferring), Who::clock, Event::deadline, Stage::queued},
    HandoffRow{any(Stage::escalated), Who::clock, Event::deadline, Stage::queued},

    HandoffRow{any(Stage::concluded), Who::consumer, Event::confirmed, Stage::confirmed},
    HandoffRow{any(Stage::concluded), Who::consumer, Event::disputed, Stage::requested},
    HandoffRow{any(Stage::concluded), Who::clock, Event::deadline, Stage::confirmed},
    HandoffRow{waiting | with_person, Who::consumer_person, Event::withdrawn, Stage::withdrawn},
    HandoffRow{waiting, Who::consumer, Event::continue_while_waiting, stays},
};

bool speaks_as(Who speaker, Who needed) {
  if (speaker == Who::consumer_person && needed == Who::consumer) return true;
  if (speaker == Who::brand_person && needed == Who::brand) return true;
  return speaker == needed;
}

}  // namespace

std::span<const HandoffRow> handoff_rows() { return table; }

std::optional<Stage> next_stage(Stage from, Who who, Event event) {
  const auto row = std::ranges::find_if(table, [&](const HandoffRow& each) {
    return each.event == event && (each.from & stages(from)) != 0 && speaks_as(who, each.who);
  });
  if (row == table.end()) return std::nullopt;
  return row->to == stays ? from : row->to;
}

bool is_waiting(Stage stage) { return (waiting & stages(stage)) != 0; }
bool person_speaks(Stage stage) { return (with_person & stages(stage)) != 0; }
bool is_live(Stage stage) { return is_waiting(stage) || person_speaks(stage); }

std::string_view deadline_kind(Stage stage) {
  switch (stage) {
    case Stage::requested:
      return "ack_by";
    case Stage::queued:
      return "next_update_by";
    case Stage::scheduled:
      return "slot";
    case Stage::unavailable:
      return "next_open";
    case Stage::async:
      return "reply_by";
    case Stage::missed:
      return "route_by";
    case Stage::offered:
    case Stage::accepted:
      return "desk_by";
    case Stage::joined:
      return "idle_until";
    case Stage::on_hold:
      return "resume_by";
    case Stage::return_offered:
      return "consent_by";
    case Stage::transferring:
    case Stage::escalated:
      return "join_by";
    case Stage::concluded:
      return "contest_until";
    case Stage::none:
    case Stage::returned:
    case Stage::confirmed:
    case Stage::withdrawn:
      return {};
  }
  return {};
}

Party deadline_owed_by(Stage stage) {
  if (deadline_kind(stage).empty()) return Party::unset;
  return stage == Stage::return_offered || stage == Stage::concluded ? Party::consumer
                                                                     : Party::brand;
}

std::string_view name(Stage stage) {
  static constexpr std::array<std::string_view, handoff_stage_count> names = {
      "none",         "requested", "queued",   "scheduled", "unavailable", "async",
      "missed",       "offered",   "accepted", "joined",    "on_hold",     "return_offered",
      "transferring", "escalated", "returned", "concluded", "confirmed",   "withdrawn"};
  return names[static_cast<std::size_t>(stage)];
}

std::string_view name(Event event) {
  static constexpr std::array<std::string_view, handoff_event_count> names = {
      "request",
      "request supervisor",
      "ack queued",
      "ack scheduled",
      "ack unavailable",
      "ack async",
      "route queued",
      "route scheduled",
      "route unavailable",
      "route async",
      "choose slot",
      "choose async",
      "joined",
      "on_hold",
      "resumed",
      "transferring",
      "missed",
      "return_offered",
      "returned",
      "concluded",
      "confirmed",
      "disputed",
      "withdrawn",
      "continue_while_waiting",
      "desk offered",
      "desk declined",
      "desk accepted",
      "deadline",
      "slot over"};
  return names[static_cast<std::size_t>(event)];
}

std::string_view name(Who speaker) {
  static constexpr std::array<std::string_view, handoff_speaker_count> names = {
      "consumer", "consumer's person", "brand", "brand's person", "desk", "clock"};
  return names[static_cast<std::size_t>(speaker)];
}

}  // namespace entente
