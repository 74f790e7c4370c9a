#include "judging.h"

#include <algorithm>

#include "claim_view.h"
#include "parts.h"

namespace entente::policy {
namespace {

using Direction = Settlement::Direction;

// What a settlement takes from the consumer; nothing said of it counts as too much.
bool is_payable(const Settlement& settlement, const std::optional<Money>& limit) {
  switch (settlement.direction) {
    case Direction::receives:
    case Direction::even:
      return true;
    case Direction::pays:
      return settlement.amount.amt == 0 ||
             (limit && settlement.amount.cur == limit->cur && settlement.amount.amt <= limit->amt);
    case Direction::unset:
    case Direction::priced:
      break;
  }
  return false;
}

// Every payment that the offer asks for, summed against one limit.
bool pays_above(const Offer& offer, const std::optional<Money>& limit) {
  std::optional<Money> left = limit;
  const auto pay = [&](const Settlement& settlement) {
    if (!is_payable(settlement, left)) return false;
    if (left && settlement.direction == Direction::pays) left->amt -= settlement.amount.amt;
    return true;
  };
  return !std::ranges::all_of(offer.terms, [&](const Term& term) {
    if (const auto* back = std::get_if<GoodsReturn>(&term.condition)) {
      if (back->fees != Party::brand) return false;  // at a price nobody named
    }
    if (const auto* before = std::get_if<PaymentCondition>(&term.condition)) {
      if (!pay(before->settlement)) return false;
    }
    if (const auto* payment = std::get_if<Payment>(&term.shape)) {
      if (term.obligor == Party::consumer) return pay(payment->settlement);
    }
    const auto* change = std::get_if<OrderChange>(&term.shape);
    return !change || !change->settlement || pay(*change->settlement);
  });
}

// A price may be named where the wish left it open; all else is as asked.
bool is_as_asked(const Term& term, const PartSource& parts, const Wish& wish,
                 const PartSource& asked_parts) {
  const auto asked = exact_shape(wish);
  if (term.purpose != wish.remedy) return false;
  if (!asked) return true;
  Shape given = term.shape;
  Shape wanted = *asked;
  auto* change = std::get_if<OrderChange>(&given);
  auto* wanted_change = std::get_if<OrderChange>(&wanted);
  if (!change || !wanted_change) return same_content(given, parts, wanted, asked_parts);
  const auto settlement = std::exchange(change->settlement, std::nullopt);
  const auto wanted_settlement = std::exchange(wanted_change->settlement, std::nullopt);
  if (!same_content(given, parts, wanted, asked_parts)) return false;
  const bool pays = settlement && settlement->direction == Direction::pays;
  if (!wanted_settlement) return !pays;
  return settlement && same_part(settlement->method, parts, wanted_settlement->method, asked_parts);
}

// A promise of the brand that stands by itself: a term on standby, or one that waits for evidence
// nobody has, is none.
bool is_promised(const Term& term, std::uint16_t claim) {
  return term.obligor == Party::brand && !term.standby && concerns(term, claim) &&
         !std::holds_alternative<EvidenceCondition>(term.condition);
}

bool gives_exactly(const ClaimState& claim, const Case& casefile, const OfferState& offer) {
  const auto* asked = casefile.find_message(claim.message);
  if (!asked) return false;
  const PartSource asked_parts{(*asked)->parts, {}};
  const PartSource parts{offer.message->parts, {}};
  return std::ranges::all_of(claim.claim.desired, [&](const Wish& wish) {
    return std::ranges::any_of(offer.offer().terms, [&](const Term& term) {
      return is_promised(term, claim.claim.claim_id) && is_as_asked(term, parts, wish, asked_parts);
    });
  });
}

bool gives_remedy(const Offer& offer, std::uint16_t claim, const std::string& remedy) {
  return std::ranges::any_of(offer.terms, [&](const Term& term) {
    return is_promised(term, claim) && term.purpose == remedy;
  });
}

bool gives_amount(const Offer& offer, std::uint16_t claim, const std::string& remedy,
                  const Money& least) {
  return std::ranges::any_of(offer.terms, [&](const Term& term) {
    const auto value = find_value(term);
    return is_promised(term, claim) && term.purpose == remedy && value && value->cur == least.cur &&
           value->amt >= least.amt;
  });
}

bool gives_enough(const Want& want, std::uint16_t claim, const Offer& offer) {
  const auto gives = [&](const std::string& remedy) { return gives_remedy(offer, claim, remedy); };
  if (!want.any_of.empty()) {
    if (!std::ranges::any_of(want.any_of, gives)) return false;
  } else {
    for (const Wish& wish : want.claim.desired) {
      if (!want.at_least.contains(wish.remedy) && !gives(wish.remedy)) return false;
    }
  }
  return std::ranges::all_of(want.at_least, [&](const auto& entry) {
    return entry.second.amt == 0 || gives_amount(offer, claim, entry.first, entry.second);
  });
}

bool has_foreign_duty(const Offer& offer) {
  return std::ranges::any_of(offer.terms, [](const Term& term) {
    return term.obligor != Party::brand && !std::holds_alternative<Payment>(term.shape);
  });
}

}  // namespace

const Want* find_want(const GoalRules& goal, std::uint16_t claim) {
  const auto found =
      std::ranges::find(goal.wants, claim, [](const Want& want) { return want.claim.claim_id; });
  return found == goal.wants.end() ? nullptr : &*found;
}

std::vector<std::uint16_t> claims_of(const Offer& offer) {
  std::vector<std::uint16_t> claims;
  for (const Term& term : offer.terms) {
    for (const std::uint16_t claim : term.claims) {
      if (std::ranges::find(claims, claim) == claims.end()) claims.push_back(claim);
    }
  }
  return claims;
}

bool is_exempt(const GoalRules& goal, const Offer& offer) {
  const auto& exempt = goal.mandate.approval_exempt;
  const bool takes_nothing = offer.waives.empty() && offer.supersedes.empty();
  return takes_nothing && std::ranges::all_of(offer.terms, [&](const Term& term) {
           return std::ranges::find(exempt, term.purpose) != exempt.end();
         });
}

Judgement judge(const GoalRules& goal, const Case& casefile, const OfferState& state) {
  const Offer& offer = state.offer();
  if (!offer.waives.empty()) return Judgement::gives_up_rights;
  const auto claims = claims_of(offer);
  const bool enough = !claims.empty() && !has_foreign_duty(offer) &&
                      std::ranges::all_of(claims, [&](std::uint16_t id) {
                        const Want* want = find_want(goal, id);
                        const auto claim = casefile.claims().find(id);
                        if (!want || claim == casefile.claims().end()) return false;
                        return goal.exact ? gives_exactly(claim->second, casefile, state)
                                          : gives_enough(*want, id, offer);
                      });
  if (!enough) return Judgement::not_enough;
  if (pays_above(offer, goal.pays_at_most)) return Judgement::pays_above_limit;
  return Judgement::acceptable;
}

}  // namespace entente::policy
