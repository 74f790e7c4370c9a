#include <entente/policy/exposure.h>
#include <entente/protocol/verbs.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace entente {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t remembered_ms = 366 * day_ms;  // longer than any cap looks back

// Capped, so that no sum overflows; an amount that large is beyond every cap anyway.
constexpr std::int64_t sum_max = std::int64_t{1} << 62;

std::int64_t capped_sum(std::int64_t a, std::int64_t b) { return std::min(a + b, sum_max); }

std::int64_t day_of(std::int64_t at_ms) { return at_ms / day_ms - (at_ms % day_ms < 0 ? 1 : 0); }

}  // namespace

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

Exposure::Name Exposure::name_of(std::string_view text) {
  const auto known = names_.find(text);
  if (known != names_.end()) return known->second;
  const auto added = names_.emplace(text, static_cast<Name>(names_.size())).first;
  spelled_.push_back(&added->first);
  return added->second;
}

Exposure::Name Exposure::set_of(std::vector<Name> names) {
  const auto [set, added] = sets_.try_emplace(std::move(names), static_cast<Name>(sets_.size()));
  if (added) members_.push_back(&set->first);
  return set->second;
}

Exposure::Mark Exposure::mark_of(const MessageId& message) {
  Mark mark{};
  std::memcpy(mark.data(), message.bytes.data(), sizeof mark);
  return mark;
}

void Exposure::reserve(const Pledge& pledge) {
  if (promises_.contains(pledge.message) || pledge.at_ms < forgotten_before_ms_) return;
  Promise& promise = promises_[pledge.message];
  promise.case_id = pledge.case_id;
  promise.account = of_account_.try_emplace(pledge.account).first;
  promise.at_ms = pledge.at_ms;
  promise.until_ms = pledge.until_ms;
  for (const Term& term : pledge.terms) {
    // A standby term is owed instead of another, not beside it.
    if (term.obligor == Party::brand && !term.standby) give(promise, term);
  }
  promise.shares.shrink_to_fit();
  promise.account->second.push_back(&promise);
  of_case_[pledge.case_id].push_back(pledge.message);
  // Its case had ended, and goes on.
  promise.kept = unsettle(pledge);
  if (promise.kept) return;
  count_in(promise, 1);
  lapsing_.emplace(promise.until_ms, pledge.message);
}

void Exposure::give(Promise& promise, const Term& term) {
  const auto money = money_to_consumer(term);
  std::vector<Name> families;
  for (const std::string& family : families_of(term)) families.push_back(name_of(family));
  Share share{.families = set_of(std::move(families)),
              .currency = name_of(money ? std::string_view(money->cur) : std::string_view())};
  const auto known = std::ranges::find_if(promise.shares, [&](const Share& other) {
    return other.families == share.families && other.currency == share.currency;
  });
  Share& sum = known != promise.shares.end() ? *known : promise.shares.emplace_back(share);
  ++sum.count;
  sum.amount = capped_sum(sum.amount, money ? money->amt : 0);
  const std::string kind = kind_of_remedy(term);
  if (kind.empty()) return;
  for (const std::uint16_t claim : term.claims) {
    const auto things = things_.find({promise.case_id, claim});
    if (things == things_.end()) continue;
    for (const OrderLine& thing : things->second) {
      const auto order = orders_.try_emplace(thing.order).first;
      order->second.push_back({name_of(kind), thing.line, claim, &promise});
      promise.orders.push_back(order);
    }
  }
}

bool Exposure::extend(const MessageId& offer, std::int64_t until_ms) {
  const auto known = promises_.find(offer);
  if (known == promises_.end()) return false;
  Promise& promise = known->second;
  if (!promise.kept && promise.until_ms != until_ms) {
    lapsing_.erase({promise.until_ms, offer});
    lapsing_.emplace(until_ms, offer);
  }
  promise.until_ms = until_ms;
  return true;
}

void Exposure::release(const MessageId& offer) {
  const auto found = promises_.find(offer);
  if (found != promises_.end() && !found->second.kept) drop(found);
}

void Exposure::keep(const MessageId& offer) {
  const auto found = promises_.find(offer);
  if (found == promises_.end()) return;
  lapsing_.erase({found->second.until_ms, offer});
  found->second.kept = true;
}

void Exposure::carry_out(const MessageId& promise, std::int64_t at_ms) {
  const auto found = promises_.find(promise);
  if (found != promises_.end()) found->second.carried_out_ms = at_ms;
}

void Exposure::let_pass(std::int64_t now_ms) {
  while (!lapsing_.empty() && lapsing_.begin()->first < now_ms) {
    drop(promises_.find(lapsing_.begin()->second));
  }
  // By whole days, so that it is done once a day.
  const std::int64_t before_ms = day_of(now_ms - remembered_ms) * day_ms;
  if (before_ms <= forgotten_before_ms_) return;
  forgotten_before_ms_ = before_ms;
  for (auto promise = promises_.begin(); promise != promises_.end();) {
    promise = promise->second.at_ms < before_ms ? drop(promise) : std::next(promise);
  }
  for (auto account = settled_.begin(); account != settled_.end();) {
    std::erase_if(account->second, [&](const Settled& old) { return old.at_ms < before_ms; });
    account = account->second.empty() ? settled_.erase(account) : std::next(account);
  }
  days_.erase(days_.begin(), days_.lower_bound(day_of(before_ms)));
}

Exposure::Promises::iterator Exposure::drop(Promises::iterator found) {
  const Promise& promise = found->second;
  count_in(promise, -1);
  lapsing_.erase({promise.until_ms, found->first});
  leave_account(promise);
  if (const auto of = of_case_.find(promise.case_id); of != of_case_.end()) {
    std::erase(of->second, found->first);
    if (of->second.empty()) of_case_.erase(of);
  }
  for (const Orders::iterator order : promise.orders) {
    std::erase_if(order->second, [&](const Given& given) { return given.promise == &promise; });
  }
  for (auto order = promise.orders.begin(); order != promise.orders.end(); ++order) {
    const bool named_again =
        std::find(order + 1, promise.orders.end(), *order) != promise.orders.end();
    if (!named_again && (*order)->second.empty()) orders_.erase(*order);
  }
  return promises_.erase(found);
}

void Exposure::note_claim(const CaseId& case_id, std::uint16_t claim,
                          const std::vector<OrderLine>& things, bool all_known) {
  things_.try_emplace({case_id, claim}, things);
  knows_all_things_ = knows_all_things_ && all_known;
}

void Exposure::end_case(const CaseId& case_id) {
  constexpr std::uint16_t last = std::numeric_limits<std::uint16_t>::max();
  things_.erase(things_.lower_bound({case_id, 0}), things_.upper_bound({case_id, last}));
  const auto of_case = of_case_.extract(case_id);
  if (of_case.empty()) return;
  for (const MessageId& message : of_case.mapped()) {
    const auto found = promises_.find(message);
    if (found->second.kept && found->second.orders.empty()) settle(found);
  }
}

void Exposure::settle(Promises::iterator found) {
  const Promise& promise = found->second;
  auto& settled = settled_[promise.account->first];
  const auto after = std::ranges::upper_bound(settled, promise.at_ms, {}, &Settled::at_ms);
  auto at = after - settled.begin();
  for (const Share& share : promise.shares) {
    settled.insert(settled.begin() + at++, {mark_of(found->first), promise.at_ms, share});
  }
  leave_account(promise);
  promises_.erase(found);
}

// False if it was not settled.
bool Exposure::unsettle(const Pledge& pledge) {
  const auto known = settled_.find(pledge.account);
  if (known == settled_.end()) return false;
  auto& settled = known->second;
  const auto of_then = std::ranges::equal_range(settled, pledge.at_ms, {}, &Settled::at_ms);
  const auto gone = std::ranges::remove(of_then, mark_of(pledge.message), &Settled::message);
  const bool was_settled = !gone.empty();
  settled.erase(gone.begin(), gone.end());
  if (settled.empty()) settled_.erase(known);
  return was_settled;
}

void Exposure::leave_account(const Promise& promise) {
  std::erase(promise.account->second, &promise);
  if (promise.account->second.empty()) of_account_.erase(promise.account);
}

bool Exposure::is_given_elsewhere(const CaseId& case_id, const Term& term,
                                  std::int64_t facts_asked_ms) const {
  if (term.obligor != Party::brand || term.standby) return false;
  const auto kind = names_.find(kind_of_remedy(term));
  if (kind == names_.end() || kind->first.empty()) return false;
  const auto is_given = [&](const OrderLine& thing, std::uint16_t claim) {
    const auto order = orders_.find(thing.order);
    return order != orders_.end() && std::ranges::any_of(order->second, [&](const Given& given) {
             // A remedy for a line is one for part of its order; one for the whole, for each line.
             const bool overlaps =
                 thing.line.empty() || given.line.empty() || given.line == thing.line;
             const bool other = given.promise->case_id != case_id || given.claim != claim;
             const std::int64_t carried_out_ms = given.promise->carried_out_ms;
             return given.kind == kind->second && overlaps && other &&
                    (carried_out_ms == 0 || carried_out_ms > facts_asked_ms);
           });
  };
  return std::ranges::any_of(term.claims, [&](std::uint16_t claim) {
    const auto things = things_.find({case_id, claim});
    return things != things_.end() &&
           std::ranges::any_of(things->second,
                               [&](const OrderLine& thing) { return is_given(thing, claim); });
  });
}

void Exposure::count_in(const Promise& promise, int sign) {
  Day& sums = days_[day_of(promise.at_ms)];
  for (const Share& share : promise.shares) {
    for (const Name family : *members_[share.families]) {
      Sum& sum = sums[{family, share.currency}];
      sum.count += sign > 0 ? share.count : -std::uint64_t{share.count};
      sum.amount = sign > 0 ? capped_sum(sum.amount, share.amount) : sum.amount - share.amount;
    }
  }
}

void Exposure::add(Promised& sum, Name currency, const Sum& more, int sign) const {
  sum.count += sign * static_cast<std::int64_t>(more.count);
  const std::string& spelled = *spelled_[currency];
  if (spelled.empty()) return;
  std::int64_t& amount = sum.money[spelled];
  amount = sign > 0 ? capped_sum(amount, more.amount) : amount - more.amount;
}

void Exposure::add_shares(Promised& sum, std::span<const Share> shares, Name family,
                          int sign) const {
  for (const Share& share : shares) {
    const auto& families = *members_[share.families];
    if (std::ranges::find(families, family) == families.end()) continue;
    add(sum, share.currency, {share.count, share.amount}, sign);
  }
}

Promised Exposure::to_customer(std::string_view account, std::string_view family,
                               std::int64_t from_ms, const MessageId& except) const {
  Promised sum;
  const auto named = names_.find(family);
  if (named == names_.end()) return sum;
  const auto replaced = promises_.find(except);
  const Promise* left_out = replaced == promises_.end() ? nullptr : &replaced->second;
  if (const auto known = of_account_.find(account); known != of_account_.end()) {
    for (const Promise* promise : known->second) {
      if (promise == left_out || promise->at_ms < from_ms) continue;
      add_shares(sum, promise->shares, named->second, 1);
    }
  }
  if (const auto known = settled_.find(account); known != settled_.end()) {
    auto settled = std::ranges::lower_bound(known->second, from_ms, {}, &Settled::at_ms);
    for (; settled != known->second.end(); ++settled) {
      add_shares(sum, {&settled->share, 1}, named->second, 1);
    }
  }
  return sum;
}

Promised Exposure::on_day(std::string_view family, std::int64_t at_ms,
                          const MessageId& except) const {
  Promised sum;
  const auto day = days_.find(day_of(at_ms));
  const auto named = names_.find(family);
  if (day == days_.end() || named == names_.end()) return sum;
  for (const auto& [key, of_family] : day->second) {
    if (key.first == named->second) add(sum, key.second, of_family, 1);
  }
  const auto left_out = promises_.find(except);
  if (left_out != promises_.end() && day_of(left_out->second.at_ms) == day->first) {
    add_shares(sum, left_out->second.shares, named->second, -1);
  }
  return sum;
}

}  // namespace entente
