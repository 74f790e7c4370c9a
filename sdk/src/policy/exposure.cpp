#include <entente/policy/exposure.h>
#include <entente/protocol/verbs.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t remembered_ms = 366 * day_ms;  // longer than any cap looks back

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

// Remedies that stand for one another have one name; what moves no value has none.
std::string kind_of_remedy(const Term& term) {
  const bool of_value =
      std::holds_alternative<MoneyTo>(term.shape) || std::holds_alternative<Credit>(term.shape) ||
      std::holds_alternative<Goods>(term.shape) || std::holds_alternative<Repair>(term.shape);
  if (!of_value) return {};
  for (const std::string_view whole :
       {"repair", "replacement", "refund_full", "price_reduction", "redelivery"}) {
    if (term.purpose == whole) return "made_good";
  }
  return term.purpose;
}

// A remedy for a line is one for part of its order; one for the whole order is one for each line.
std::string whole(const OrderLine& thing) { return thing.order + '\0' + "whole"; }
std::string part(const OrderLine& thing) { return thing.order + '\0' + "part"; }
std::string line(const OrderLine& thing) { return thing.order + '\0' + "line" + '\0' + thing.line; }

std::vector<std::string> given_by(const OrderLine& thing) {
  if (thing.line.empty()) return {whole(thing)};
  return {line(thing), part(thing)};
}

std::vector<std::string> ruled_out_by(const OrderLine& thing) {
  if (thing.line.empty()) return {whole(thing), part(thing)};
  return {line(thing), whole(thing)};
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

void Exposure::reserve(const Pledge& pledge) {
  if (promises_.contains(pledge.message) || pledge.at_ms < forgotten_before_ms_) return;
  Promise promise{.account = pledge.account, .at_ms = pledge.at_ms, .until_ms = pledge.until_ms};
  for (const Term& term : pledge.terms) {
    // A standby term is owed instead of another, not beside it.
    if (term.obligor != Party::brand || term.standby) continue;
    for (const std::string& family : families_of(term)) {
      Promised& promised = promise.families[family];
      ++promised.count;
      if (const auto money = money_to_consumer(term)) {
        promised.money[money->cur] = add(promised.money[money->cur], money->amt);
      }
    }
    for (auto& remedy : remedies_of(pledge.case_id, term, given_by)) {
      remedies_[remedy.first].emplace(pledge.message, remedy.second);
      promise.remedies.push_back(std::move(remedy));
    }
  }
  count_in(promise, 1);
  of_account_[promise.account].push_back(pledge.message);
  promises_.emplace(pledge.message, std::move(promise));
}

bool Exposure::extend(const MessageId& offer, std::int64_t until_ms) {
  const auto known = promises_.find(offer);
  if (known == promises_.end()) return false;
  known->second.until_ms = until_ms;
  return true;
}

void Exposure::release(const MessageId& offer) {
  const auto found = promises_.find(offer);
  if (found != promises_.end() && !found->second.kept) drop(found);
}

void Exposure::keep(const MessageId& offer) {
  const auto found = promises_.find(offer);
  if (found != promises_.end()) found->second.kept = true;
}

void Exposure::carry_out(const MessageId& promise, std::int64_t at_ms) {
  const auto found = promises_.find(promise);
  if (found != promises_.end()) found->second.carried_out_ms = at_ms;
}

void Exposure::let_pass(std::int64_t now_ms) {
  for (auto promise = promises_.begin(); promise != promises_.end();) {
    const bool over = !promise->second.kept && promise->second.until_ms < now_ms;
    promise = over ? drop(promise) : std::next(promise);
  }
  // By whole days, so that it is done once a day.
  const std::int64_t before_ms = day_of(now_ms - remembered_ms) * day_ms;
  if (before_ms <= forgotten_before_ms_) return;
  forgotten_before_ms_ = before_ms;
  for (auto promise = promises_.begin(); promise != promises_.end();) {
    promise = promise->second.at_ms < before_ms ? drop(promise) : std::next(promise);
  }
  days_.erase(days_.begin(), days_.lower_bound(day_of(before_ms)));
}

Exposure::Promises::iterator Exposure::drop(Promises::iterator found) {
  const Promise& promise = found->second;
  count_in(promise, -1);
  const auto account = of_account_.find(promise.account);
  std::erase(account->second, found->first);
  if (account->second.empty()) of_account_.erase(account);
  for (const auto& [remedy, claim] : promise.remedies) {
    const auto given = remedies_.find(remedy);
    if (given == remedies_.end()) continue;  // went with another claim of the same promise
    given->second.erase(found->first);
    if (given->second.empty()) remedies_.erase(given);
  }
  return promises_.erase(found);
}

void Exposure::note_claim(const CaseId& case_id, std::uint16_t claim, std::vector<OrderLine> things,
                          bool all_known) {
  things_.try_emplace({case_id, claim}, std::move(things));
  knows_all_things_ = knows_all_things_ && all_known;
}

template <class Spell>
std::vector<Exposure::Remedy> Exposure::remedies_of(const CaseId& case_id, const Term& term,
                                                    Spell spell) const {
  std::vector<Remedy> remedies;
  const std::string kind = kind_of_remedy(term);
  if (kind.empty()) return remedies;
  for (const std::uint16_t claim : term.claims) {
    const auto things = things_.find({case_id, claim});
    if (things == things_.end()) continue;
    for (const OrderLine& thing : things->second) {
      for (const std::string& spelled : spell(thing)) {
        remedies.push_back({kind + '\0' + spelled, {case_id, claim}});
      }
    }
  }
  return remedies;
}

bool Exposure::is_given_elsewhere(const CaseId& case_id, const Term& term,
                                  std::int64_t facts_asked_ms) const {
  if (term.obligor != Party::brand || term.standby) return false;
  const auto stands_in_the_way = [&](const MessageId& message) {
    const std::int64_t carried_out_ms = promises_.at(message).carried_out_ms;
    return carried_out_ms == 0 || carried_out_ms > facts_asked_ms;
  };
  return std::ranges::any_of(remedies_of(case_id, term, ruled_out_by), [&](const Remedy& wanted) {
    const auto given = remedies_.find(wanted.first);
    return given != remedies_.end() && std::ranges::any_of(given->second, [&](const auto& promise) {
             return promise.second != wanted.second && stands_in_the_way(promise.first);
           });
  });
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
