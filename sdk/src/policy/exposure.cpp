#include <entente/policy/exposure.h>
#include <entente/protocol/verbs.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

// Capped, so that no sum overflows; an amount that large is beyond every cap anyway.
constexpr std::int64_t sum_max = std::int64_t{1} << 62;

std::int64_t add(std::int64_t a, std::int64_t b) { return std::min(a + b, sum_max); }

std::int64_t day_of(std::int64_t at_ms) { return at_ms / day_ms - (at_ms % day_ms < 0 ? 1 : 0); }

void add_to(Promised& sum, const Promised& more) {
  sum.count += more.count;
  for (const auto& [currency, amount] : more.money) {
    sum.money[currency] = add(sum.money[currency], amount);
  }
}

void subtract_from(Promised& sum, const Promised& less) {
  sum.count -= less.count;
  for (const auto& [currency, amount] : less.money) sum.money[currency] -= amount;
}

Promised of_family(const std::map<std::string, Promised>& families, std::string_view family) {
  const auto found = families.find(std::string(family));
  return found == families.end() ? Promised{} : found->second;
}

}  // namespace

std::vector<std::string> families_of(const Term& term) {
  std::vector<std::string> families = {term.purpose};
  const std::string shape(name(term.shape));
  if (shape != term.purpose) families.push_back(shape);
  const auto* change = std::get_if<OrderChange>(&term.shape);
  const bool receives = change && change->settlement &&
                        change->settlement->direction == Settlement::Direction::receives;
  if (term.purpose.starts_with("refund_") || receives) families.emplace_back("refund");
  if (term.purpose.starts_with("compensation_")) families.emplace_back("compensation");
  return families;
}

std::optional<Money> money_to_consumer(const Term& term) {
  return term.obligor == Party::brand ? find_value(term) : std::nullopt;
}

void Exposure::reserve(const MessageId& offer, std::string_view account,
                       const std::vector<Term>& terms, std::int64_t at_ms) {
  if (promises_.contains(offer)) return;
  Promise promise{std::string(account), at_ms, false, {}};
  for (const Term& term : terms) {
    // A standby term is owed instead of another, not beside it.
    if (term.obligor != Party::brand || term.standby) continue;
    for (const std::string& family : families_of(term)) {
      Promised& promised = promise.families[family];
      ++promised.count;
      if (const auto money = money_to_consumer(term)) {
        promised.money[money->cur] = add(promised.money[money->cur], money->amt);
      }
    }
  }
  count_in(promise, 1);
  of_account_[promise.account].push_back(offer);
  promises_.emplace(offer, std::move(promise));
}

void Exposure::release(const MessageId& offer) {
  const auto found = promises_.find(offer);
  if (found == promises_.end() || found->second.kept) return;
  count_in(found->second, -1);
  const auto account = of_account_.find(found->second.account);
  std::erase(account->second, offer);
  if (account->second.empty()) of_account_.erase(account);
  promises_.erase(found);
}

void Exposure::keep(const MessageId& offer) {
  const auto found = promises_.find(offer);
  if (found != promises_.end()) found->second.kept = true;
}

void Exposure::forget_before(std::int64_t at_ms) {
  std::erase_if(promises_, [&](const auto& entry) {
    const Promise& promise = entry.second;
    if (promise.at_ms >= at_ms) return false;
    count_in(promise, -1);
    const auto account = of_account_.find(promise.account);
    std::erase(account->second, entry.first);
    if (account->second.empty()) of_account_.erase(account);
    return true;
  });
  days_.erase(days_.begin(), days_.lower_bound(day_of(at_ms)));
}

void Exposure::count_in(const Promise& promise, int sign) {
  auto& day = days_[day_of(promise.at_ms)];
  for (const auto& [family, promised] : promise.families) {
    if (sign > 0) {
      add_to(day[family], promised);
    } else {
      subtract_from(day[family], promised);
    }
  }
}

Promised Exposure::to_customer(std::string_view account, std::string_view family,
                               std::int64_t from_ms, const MessageId& except) const {
  Promised sum;
  const auto offers = of_account_.find(account);
  if (offers == of_account_.end()) return sum;
  for (const MessageId& offer : offers->second) {
    const Promise& promise = promises_.at(offer);
    if (offer == except || promise.at_ms < from_ms) continue;
    add_to(sum, of_family(promise.families, family));
  }
  return sum;
}

Promised Exposure::on_day(std::string_view family, std::int64_t at_ms,
                          const MessageId& except) const {
  const auto day = days_.find(day_of(at_ms));
  if (day == days_.end()) return {};
  const auto found = day->second.find(family);
  Promised sum = found == day->second.end() ? Promised{} : found->second;
  const auto left_out = promises_.find(except);
  if (left_out != promises_.end() && day_of(left_out->second.at_ms) == day->first) {
    subtract_from(sum, of_family(left_out->second.families, family));
  }
  return sum;
}

}  // namespace entente
