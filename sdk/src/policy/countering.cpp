#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "claim_view.h"
#include "judging.h"
#include "parts.h"

namespace entente::policy {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t valid_for_ms = day_ms;
constexpr std::int64_t credit_lasts_ms = 365 * day_ms;
constexpr std::uint16_t due_days = 14;

bool is_goodwill(std::string_view remedy) { return remedy == "compensation_goodwill"; }

// From what is asked down to what is acceptable, in equal steps, the last round at the bottom.
Money amount_in_round(const Money& asked, const std::optional<Money>& least, std::size_t round,
                      std::size_t rounds) {
  Money amount = asked;
  if (!least || least->cur != asked.cur || least->amt >= asked.amt || rounds < 2) return amount;
  const auto last = static_cast<std::int64_t>(rounds - 1);
  const auto at = std::min(static_cast<std::int64_t>(round), last);
  // Quotient and remainder apart, so that no product overflows.
  const std::int64_t span = asked.amt - least->amt;
  amount.amt -= span / last * at + span % last * at / last;
  return amount;
}

// The brand's own term for this remedy: what it offers already need not be asked in other words.
const Term* find_offered(const Case& casefile, std::uint16_t claim, std::string_view remedy) {
  const OfferState* newest = nullptr;
  const Term* found = nullptr;
  for (const auto& entry : casefile.offers()) {
    const OfferState& state = entry.second;
    if (state.by != Party::brand || (newest && state.position < newest->position)) continue;
    for (const Term& term : state.offer().terms) {
      if (term.purpose != remedy || !concerns(term, claim)) continue;
      newest = &state;
      found = &term;
    }
  }
  return found;
}

std::string basis_on(const Case& casefile, std::uint16_t claim) {
  for (const auto& entry : casefile.offers()) {
    for (const Term& term : entry.second.offer().terms) {
      if (concerns(term, claim) && !term.basis.empty()) return term.basis;
    }
  }
  return {};
}

bool comes_as(std::string_view remedy, std::string_view shape) {
  const Remedy* known = find_remedy(remedy);
  return known && std::ranges::find(known->shapes, shape) != known->shapes.end();
}

std::optional<Shape> make_shape(const Wish& wish, const Claim& claim,
                                const std::optional<Money>& amount, std::int64_t now_ms) {
  if (auto exact = exact_shape(wish)) {
    // A price is the brand's to say; a counter that leaves it open says nothing.
    if (std::holds_alternative<OrderChange>(*exact)) return std::nullopt;
    return exact;
  }
  if (amount && comes_as(wish.remedy, "credit")) return Credit{*amount, now_ms + credit_lasts_ms};
  if (amount && comes_as(wish.remedy, "money")) return MoneyTo{*amount, "original_payment"};
  if (claim.items.empty()) return std::nullopt;
  if (comes_as(wish.remedy, "repair")) return Repair{claim.items, false};
  if (comes_as(wish.remedy, "goods") && !is_goodwill(wish.remedy)) return Goods{claim.items};
  return std::nullopt;
}

Term make_term(const Wish& wish, Shape shape, const Case& casefile, const Claim& claim) {
  Term term;
  term.claims = {claim.claim_id};
  term.obligor = Party::brand;
  term.ground = is_goodwill(wish.remedy) || claim.basis == Basis::goodwill ? Ground::concession
                                                                           : Ground::entitlement;
  if (term.ground == Ground::entitlement) {
    term.basis = basis_on(casefile, claim.claim_id);
    if (term.basis.empty()) term.basis = name(claim.basis);
  }
  term.due.n = due_days;
  const Term* offered = find_offered(casefile, claim.claim_id, wish.remedy);
  if (offered && offered->due.from == Due::Start::agreement) term.due = offered->due;
  term.purpose = wish.remedy;
  term.shape = std::move(shape);
  return term;
}

}  // namespace

std::optional<Speech> word_counter(const GoalRules& goal, const Case& casefile,
                                   const ClaimState& state, const CounterTo& to) {
  const Claim& claim = state.claim;
  const Want* want = find_want(goal, claim.claim_id);
  const auto* message = casefile.find_message(state.message);
  if (!want || !message) return std::nullopt;
  PartCollector parts((*message)->parts);
  Offer offer;
  for (const Wish& wish : claim.desired) {
    const auto asked = want->asks.find(wish.remedy);
    std::optional<Money> amount;
    if (asked != want->asks.end()) {
      const auto least = want->at_least.find(wish.remedy);
      amount = amount_in_round(
          asked->second,
          least == want->at_least.end() ? std::nullopt : std::optional(least->second), to.rounds,
          goal.rounds_at_most);
    }
    auto shape = make_shape(wish, claim, amount, to.now_ms);
    if (!shape) continue;
    Term term = make_term(wish, std::move(*shape), casefile, claim);
    term.id = static_cast<std::uint16_t>(offer.terms.size() + 1);
    parts.repeat_all(term);
    offer.terms.push_back(std::move(term));
  }
  if (offer.terms.empty()) return std::nullopt;
  offer.valid_until_ms = to.now_ms + valid_for_ms;
  offer.answers = to.answers;
  offer.replaces = to.replaces;
  return std::move(parts).finish(std::move(offer));
}

}  // namespace entente::policy
