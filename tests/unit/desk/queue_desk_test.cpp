#include <entente/desk/desk.h>

#include <algorithm>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t friday_0000_ms = 1'795'132'800'000;  // 2026-11-20, UTC

HumanAvailability weekdays() {
  HumanAvailability human;
  for (std::uint8_t weekday = 1; weekday <= 5; ++weekday) {
    human.hours.push_back({.weekday = weekday, .from_minute = 480, .to_minute = 1080});
  }
  return human;
}

Digest ticket(std::uint8_t number) {
  Digest hid;
  hid.bytes.fill(number);
  return hid;
}

}  // namespace

TEST_CASE("whoever waits when the desk closes is told when it opens, and nothing until then") {
  QueueDesk desk({.human = weekdays()});
  HandoffRequest request;
  request.principal_present = HandoffRequest::Present::live;
  const TicketView waiting{.hid = ticket(1), .case_id = {}, .request = request, .assurance = {}};
  const std::int64_t before_ms = friday_0000_ms + 18 * hour_ms - minute_ms;
  const auto first = std::get<Queued>(desk.route(waiting, before_ms));
  CHECK(first.eta_ms == before_ms + 3 * minute_ms);
  CHECK(first.next_update_by_ms == before_ms + minute_ms);

  const std::int64_t monday_ms = friday_0000_ms + 3 * 24 * hour_ms + 8 * hour_ms;
  const auto closed = std::get<Queued>(desk.update(waiting, before_ms + minute_ms));
  CHECK(closed.eta_ms == monday_ms + 3 * minute_ms);
  CHECK(closed.next_update_by_ms == monday_ms);
  CHECK(closed.first_in_line);

  const auto open = std::get<Queued>(desk.update(waiting, monday_ms));
  CHECK(open.eta_ms == monday_ms + 3 * minute_ms);
  CHECK(open.next_update_by_ms == monday_ms + minute_ms);
}

TEST_CASE("a queue offers nothing that whoever stands in it cannot take") {
  HumanAvailability human = weekdays();
  human.alternatives = {"phone", "post"};
  QueueDesk desk({.human = human});
  HandoffRequest request;
  request.principal_present = HandoffRequest::Present::live;
  const TicketView waiting{.hid = ticket(1), .case_id = {}, .request = request, .assurance = {}};
  const auto can_choose = [](const Alternative& each) {
    return !std::holds_alternative<OtherContact>(each);
  };
  const auto queued = std::get<Queued>(desk.route(waiting, friday_0000_ms + 12 * hour_ms));
  CHECK(queued.alternatives.size() == 2);
  CHECK(std::ranges::none_of(queued.alternatives, can_choose));
  const auto closed = std::get<Unavailable>(desk.route(waiting, friday_0000_ms));
  CHECK(closed.alternatives.size() == 4);
  CHECK(std::ranges::count_if(closed.alternatives, can_choose) == 2);
}
