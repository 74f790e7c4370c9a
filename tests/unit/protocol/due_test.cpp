#include <entente/core/clock.h>
#include <entente/protocol/facts.h>
#include <entente/protocol/terms.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

std::string due_on(std::string_view start, std::uint16_t n, Due::Unit unit) {
  return format_rfc3339(due_at_ms({.n = n, .unit = unit}, *parse_instant_ms(start)));
}

}  // namespace

TEST_CASE("a due instant stays one, whatever started", "[protocol]") {
  CHECK(due_at_ms({.at_ms = 7, .n = 0}, 1'000'000) == 7);
}

TEST_CASE("hours and days are counted from the start", "[protocol]") {
  CHECK(due_on("2026-11-27T10:00:00Z", 36, Due::Unit::hours) == "2026-11-28T22:00:00.000Z");
  CHECK(due_on("2026-11-27T10:00:00Z", 2, Due::Unit::days) == "2026-11-29T10:00:00.000Z");
  CHECK(due_on("2026-11-27T10:00:00Z", 0, Due::Unit::days) == "2026-11-27T10:00:00.000Z");
}

TEST_CASE("business days skip Saturday and Sunday", "[protocol]") {
  const auto unit = Due::Unit::business_days;
  // 27 November 2026 is a Friday.
  CHECK(due_on("2026-11-27T10:00:00Z", 1, unit) == "2026-11-30T10:00:00.000Z");
  CHECK(due_on("2026-11-28T10:00:00Z", 1, unit) == "2026-11-30T10:00:00.000Z");
  CHECK(due_on("2026-11-29T10:00:00Z", 1, unit) == "2026-11-30T10:00:00.000Z");
  CHECK(due_on("2026-11-26T10:00:00Z", 1, unit) == "2026-11-27T10:00:00.000Z");
  CHECK(due_on("2026-11-27T10:00:00Z", 5, unit) == "2026-12-04T10:00:00.000Z");
  CHECK(due_on("2026-11-27T10:00:00Z", 10, unit) == "2026-12-11T10:00:00.000Z");
  CHECK(due_on("1969-12-31T10:00:00Z", 2, unit) == "1970-01-02T10:00:00.000Z");
}

TEST_CASE("no business day falls on a weekend, whenever it starts", "[protocol]") {
  for (std::int64_t day = -1000; day < 1000; ++day) {
    for (const std::uint16_t n : std::vector<std::uint16_t>{1, 2, 5, 7}) {
      const auto due = due_at_ms({.n = n, .unit = Due::Unit::business_days}, day * samples::day_ms);
      const auto weekday = ((due / samples::day_ms) % 7 + 7 + 3) % 7;  // 0 = Monday
      CHECK(weekday < 5);
    }
  }
}

TEST_CASE("facts are found by name and read by people", "[protocol]") {
  const Facts facts = samples::facts();
  CHECK(facts.find("nothing") == nullptr);
  REQUIRE(facts.find("order.status") != nullptr);
  const auto shown = [&](const char* name) {
    return format_scalar(std::get<Scalar>(facts.find(name)->value));
  };
  CHECK(shown("order.status") == "delivered");
  CHECK(shown("item.misuse") == "false");
  CHECK(shown("order.items") == "3");
  CHECK(shown("account.balance") == "EUR -2.50");
  CHECK(shown("item.age") == "70d");
  CHECK(shown("payment.method") == "gift_card_5701566");
  CHECK(shown("item.weight") == "unknown");
  CHECK(format_scalar(DurationFact{90'000}) == "90s");
  CHECK(format_scalar(DurationFact{5'400'000}) == "90m");
  CHECK(format_scalar(DurationFact{1'001}) == "1001ms");
}
