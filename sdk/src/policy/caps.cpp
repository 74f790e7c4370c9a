#include "caps.h"

#include <algorithm>

namespace entente::policy {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t year_ms = 365 * day_ms;

Promised sum_of(std::span<const Term> terms, std::string_view family) {
  Promised sum;
  for (const Term& term : terms) {
    const auto families = families_of(term);
    if (term.obligor != Party::brand || term.standby) continue;
    if (std::ranges::find(families, family) == families.end()) continue;
    ++sum.count;
    if (const auto money = money_to_consumer(term)) sum.money[money->cur] += money->amt;
  }
  return sum;
}

Promised before(const Cap& cap, const ClaimView& view) {
  const MessageId except = view.own ? view.own->id : MessageId{};
  const std::int64_t now_ms = view.at_ms();
  switch (cap.period) {
    case Cap::Period::customer_day:
      return view.exposure.to_customer(view.account, cap.family, now_ms - day_ms, except);
    case Cap::Period::day:
      return view.exposure.on_day(cap.family, now_ms, except);
    case Cap::Period::customer_year:
      return view.exposure.to_customer(view.account, cap.family, now_ms - year_ms, except);
  }
  return {};
}

bool passes(const Cap& cap, std::span<const Term> terms, const ClaimView& view) {
  const Promised more = sum_of(terms, cap.family);
  if (more.count == 0) return false;
  const Promised so_far = before(cap, view);
  if (cap.count && so_far.count + more.count > *cap.count) return true;
  if (cap.money.empty()) return false;
  return std::ranges::any_of(more.money, [&](const auto& entry) {
    const auto& [currency, amount] = entry;
    const auto limit = std::ranges::find(cap.money, currency, &Money::cur);
    // An amount that the cap cannot measure is not below it.
    if (limit == cap.money.end()) return true;
    const auto given = so_far.money.find(currency);
    return amount > limit->amt - (given == so_far.money.end() ? 0 : given->second);
  });
}

}  // namespace

std::string find_passed_cap(std::span<const Term> terms, const ClaimView& view) {
  std::vector<const Cap*> caps;
  for (const Cap& cap : view.rules.caps) caps.push_back(&cap);
  for (const ConcessionRule& concession : view.rules.concessions) {
    if (!concession.pattern.matches(view.claim)) continue;
    for (const Cap& cap : concession.caps) caps.push_back(&cap);
  }
  const auto passed =
      std::ranges::find_if(caps, [&](const Cap* cap) { return passes(*cap, terms, view); });
  if (passed == caps.end()) return {};
  return std::string(name((*passed)->period)) + "." + (*passed)->family;
}

bool is_given_elsewhere(std::span<const Term> terms, const ClaimView& view) {
  return std::ranges::any_of(terms, [&](const Term& term) {
    return view.exposure.is_given_elsewhere(view.case_id, term, view.facing.facts.at_ms);
  });
}

}  // namespace entente::policy
