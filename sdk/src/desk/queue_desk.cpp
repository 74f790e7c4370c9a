#include <entente/desk/desk.h>

#include <algorithm>
#include <list>

namespace entente {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t day_ms = 24 * 60 * minute_ms;
constexpr std::int64_t slot_ms = 30 * minute_ms;

struct LocalTime {
  std::uint8_t weekday = 1;      // 1 = Monday
  std::int64_t minute = 0;       // of the day
  std::int64_t midnight_ms = 0;  // in UTC
};

LocalTime local_time(const HumanAvailability& human, std::int64_t at_ms) {
  const std::int64_t offset_ms = human.utc_offset_minutes * minute_ms;
  const std::int64_t local_ms = at_ms + offset_ms;
  const std::int64_t day = local_ms / day_ms;
  return {.weekday = static_cast<std::uint8_t>((day + 3) % 7 + 1),  // 1970-01-01: a Thursday
          .minute = (local_ms - day * day_ms) / minute_ms,
          .midnight_ms = day * day_ms - offset_ms};
}

}  // namespace

bool is_open(const HumanAvailability& human, std::int64_t at_ms) {
  const LocalTime now = local_time(human, at_ms);
  return std::ranges::any_of(human.hours, [&](const OpenHours& hours) {
    return hours.weekday == now.weekday && hours.from_minute <= now.minute &&
           now.minute < hours.to_minute;
  });
}

std::int64_t next_opening_ms(const HumanAvailability& human, std::int64_t at_ms) {
  std::int64_t earliest_ms = 0;
  for (int days = 0; days <= 7; ++days) {
    const LocalTime day = local_time(human, at_ms + days * day_ms);
    for (const OpenHours& hours : human.hours) {
      const std::int64_t opens_ms = day.midnight_ms + hours.from_minute * minute_ms;
      if (hours.weekday != day.weekday || opens_ms <= at_ms) continue;
      if (earliest_ms == 0 || opens_ms < earliest_ms) earliest_ms = opens_ms;
    }
  }
  return earliest_ms;
}

struct QueueDesk::State {
  QueueDeskOptions options;

  struct Ticket {
    Digest hid;
    bool present = false;  // the person is there now
    std::int64_t asked_ms = 0;
  };
  std::list<Ticket> queue;  // in the order they will be served

  // One live ticket per request; whoever is present goes before those who are not, and nobody is
  // overtaken by somebody who asked later in the same way.
  std::uint32_t place_of(const TicketView& ticket, std::int64_t now_ms) {
    const auto known = std::ranges::find(queue, ticket.hid, &Ticket::hid);
    if (known == queue.end()) {
      const Ticket added{
          .hid = ticket.hid,
          .present = ticket.request.principal_present == HandoffRequest::Present::live,
          .asked_ms = now_ms};
      const auto before = std::ranges::find_if(
          queue, [&](const Ticket& waiting) { return added.present && !waiting.present; });
      queue.insert(before, added);
    }
    const auto at = std::ranges::find(queue, ticket.hid, &Ticket::hid);
    return static_cast<std::uint32_t>(std::distance(queue.begin(), at)) + 1;
  }

  std::vector<Alternative> other_contacts() const {
    std::vector<Alternative> ways;
    for (const std::string& contact : options.human.alternatives) {
      ways.emplace_back(OtherContact{.how = contact});
    }
    return ways;
  }

  // A slot and an answer can be chosen while the desk is closed; whoever is in the queue keeps its
  // place there.
  std::vector<Alternative> while_closed(std::int64_t now_ms) const {
    std::vector<Alternative> ways = other_contacts();
    ways.emplace(ways.begin(), AnswerLater{.reply_by_ms = now_ms + options.reply_within_ms});
    if (const std::int64_t opens_ms = next_opening_ms(options.human, now_ms); opens_ms != 0) {
      ways.emplace(ways.begin(), Slot{.id = "next-opening",
                                      .from_ms = opens_ms,
                                      .to_ms = opens_ms + slot_ms,
                                      .channel = "case"});
    }
    return ways;
  }

  bool is_reachable(std::int64_t now_ms) const {
    return options.human.hours.empty() || is_open(options.human, now_ms);
  }

  // Outside open hours nobody comes and nothing changes before they begin.
  Route queued(const TicketView& ticket, std::int64_t now_ms) {
    const std::uint32_t place = place_of(ticket, now_ms);
    const bool reachable = is_reachable(now_ms);
    const std::int64_t served_from_ms = reachable ? now_ms : next_opening_ms(options.human, now_ms);
    return Queued{
        .first_in_line = place == 1,
        .place = place,
        .eta_ms = served_from_ms + place * options.per_ticket_ms,
        .basis = "queue_length",
        .next_update_by_ms = reachable ? now_ms + options.update_every_ms : served_from_ms,
        .alternatives = other_contacts()};
  }

  Route route(const TicketView& ticket, std::int64_t now_ms) {
    if (ticket.request.principal_present == HandoffRequest::Present::async) {
      place_of(ticket, now_ms);
      return AnswerLater{.reply_by_ms = now_ms + options.reply_within_ms};
    }
    if (is_reachable(now_ms)) return queued(ticket, now_ms);
    place_of(ticket, now_ms);
    return Unavailable{.why = "out_of_hours",
                       .next_open_ms = next_opening_ms(options.human, now_ms),
                       .alternatives = while_closed(now_ms)};
  }
};

QueueDesk::QueueDesk(QueueDeskOptions options)
    : state_(std::make_unique<State>(State{std::move(options), {}})) {}
QueueDesk::~QueueDesk() = default;

Route QueueDesk::route(const TicketView& ticket, std::int64_t now_ms) {
  return state_->route(ticket, now_ms);
}

Route QueueDesk::update(const TicketView& ticket, std::int64_t now_ms) {
  return state_->queued(ticket, now_ms);
}

void QueueDesk::leave(const Digest& hid) {
  std::erase_if(state_->queue, [&](const State::Ticket& ticket) { return ticket.hid == hid; });
}

}  // namespace entente
