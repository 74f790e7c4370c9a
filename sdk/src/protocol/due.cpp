#include <entente/protocol/terms.h>

namespace entente {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

std::int64_t day_number(std::int64_t at_ms) {
  const std::int64_t day = at_ms / day_ms;
  return at_ms % day_ms < 0 ? day - 1 : day;
}

// Day 0 of Unix time was a Thursday.
bool is_weekend(std::int64_t at_ms) {
  const std::int64_t weekday = ((day_number(at_ms) + 3) % 7 + 7) % 7;  // 0 = Monday
  return weekday >= 5;
}

std::int64_t add_business_days(std::int64_t start_ms, std::uint16_t days) {
  std::int64_t at_ms = start_ms;
  for (std::uint16_t counted = 0; counted < days;) {
    at_ms += day_ms;
    if (!is_weekend(at_ms)) ++counted;
  }
  return at_ms;
}

// What the obligor gives by a settlement, which is written as the consumer sees it.
std::optional<Money> given_by(Party obligor, const Settlement& settlement) {
  const auto gives =
      obligor == Party::brand ? Settlement::Direction::receives : Settlement::Direction::pays;
  if (settlement.direction != gives || !settlement.amount.is_said()) return std::nullopt;
  return settlement.amount;
}

std::optional<Money> said(const Money& money) {
  return money.is_said() ? std::optional(money) : std::nullopt;
}

std::optional<Money> sum(const Instalments& instalments) {
  std::optional<Money> total;
  for (const Instalment& instalment : instalments.list) {
    const Money& amount = instalment.amount;
    if (!amount.is_said()) return std::nullopt;
    if (!total) {
      total = amount;
    } else if (total->cur != amount.cur ||
               __builtin_add_overflow(total->amt, amount.amt, &total->amt)) {
      return std::nullopt;
    }
  }
  return total;
}

}  // namespace

std::int64_t due_at_ms(const Due& due, std::int64_t start_ms) {
  if (due.at_ms != 0) return due.at_ms;
  switch (due.unit) {
    case Due::Unit::hours:
      return start_ms + due.n * hour_ms;
    case Due::Unit::days:
      return start_ms + due.n * day_ms;
    case Due::Unit::business_days:
      return add_business_days(start_ms, due.n);
    case Due::Unit::unset:
      break;
  }
  return start_ms;
}

std::optional<Money> find_value(const Term& term) {
  if (const auto* money = std::get_if<MoneyTo>(&term.shape)) return said(money->amount);
  if (const auto* credit = std::get_if<Credit>(&term.shape)) return said(credit->amount);
  if (const auto* plan = std::get_if<Instalments>(&term.shape)) return sum(*plan);
  if (const auto* payment = std::get_if<Payment>(&term.shape)) {
    return given_by(term.obligor, payment->settlement);
  }
  if (const auto* change = std::get_if<OrderChange>(&term.shape)) {
    return change->settlement ? given_by(term.obligor, *change->settlement) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace entente
