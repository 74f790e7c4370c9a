#include <algorithm>

#include "caps.h"
#include "choosing.h"
#include "comparing.h"

namespace entente {
namespace policy {
namespace {

constexpr std::int64_t drift_ms = 3'600'000;

// One thing that may be given once: in one of several ways, if there is a choice.
struct Slot {
  std::vector<Worded> ways;
  bool owed = false;
};

struct Limits {
  std::vector<Slot> slots;
  bool unknown = false;  // whether more is owed cannot be told
};

Slot slot_of(Worded worded, bool owed) {
  Slot slot;
  slot.owed = owed;
  slot.ways.push_back(std::move(worded));
  return slot;
}

void add_request(Limits& limits, const Request& request, const ClaimView& view) {
  const Truth required = evaluate_all(request.rule.require, view.facing);
  const bool refused = required == Truth::no || is_value_refused(request);
  if (refused) return;
  Worded worded = word_request(request, view);
  const bool known = required == Truth::yes && worded.trouble.empty();
  if (known) {
    limits.slots.push_back(slot_of(std::move(worded), request.rule.ground == Ground::entitlement));
  } else {
    limits.unknown = true;
  }
}

void add_entitlement(Limits& limits, const EntitlementRule& rule, const ClaimView& view) {
  Slot choice;
  choice.owed = true;
  for (const RemedyRule& remedy : rule.owes) {
    Worded worded = word_remedy(remedy, Ground::entitlement, {}, view);
    if (!worded.trouble.empty()) {
      limits.unknown = true;
    } else if (rule.all_of) {
      limits.slots.push_back(slot_of(std::move(worded), true));
    } else {
      choice.ways.push_back(std::move(worded));
    }
  }
  if (!choice.ways.empty()) limits.slots.push_back(std::move(choice));
}

Limits find_limits(const ClaimView& view) {
  Limits limits;
  if (const auto request = find_request(view)) {
    add_request(limits, *request, view);
    return limits;
  }
  const Applicable applicable = find_applicable(view);
  limits.unknown = applicable.unknown;
  for (const EntitlementRule* rule : applicable.entitlements) {
    add_entitlement(limits, *rule, view);
  }
  for (const ConcessionRule* rule : applicable.concessions) {
    if (!assurance_suffices(view.assurance, rule->assurance)) continue;
    limits.slots.push_back(
        slot_of(word_remedy(rule->remedy, Ground::concession, rule->steps.back(), view), false));
  }
  return limits;
}

PartSource parts_of(const Speech& speech) { return {speech.repeated, speech.added}; }

bool is_satisfied(const Slot& slot, const Speech& speech, const Offer& offer,
                  const ClaimView& view) {
  return std::ranges::any_of(offer.terms, [&](const Term& term) {
    if (term.obligor != Party::brand || term.standby) return false;
    if (!concerns(term, view.claim.claim_id)) return false;
    return std::ranges::any_of(slot.ways, [&](const Worded& way) {
      const Relation relation = compare({term, parts_of(speech)}, way, view);
      return relation.comparable && relation.at_least;
    });
  });
}

bool is_below(const Limits& limits, const Speech& speech, const ClaimView& view) {
  const auto* offer = std::get_if<Offer>(&speech.body);
  if (limits.unknown || !offer || !offer->waives.empty()) return true;
  return std::ranges::any_of(limits.slots, [&](const Slot& slot) {
    return slot.owed && !is_satisfied(slot, speech, *offer, view);
  });
}

// Uses up the slot that allows the term. Fails if there is none.
Status take_slot(std::vector<Slot>& slots, const OfferedTerm& offered, const ClaimView& view) {
  bool too_much = false;
  for (Slot& slot : slots) {
    for (const Worded& way : slot.ways) {
      const Relation relation = compare(offered, way, view);
      if (relation.comparable && relation.at_most) {
        slot.ways.clear();
        return {};
      }
      too_much = too_much || relation.comparable;
    }
  }
  if (too_much) return fail(ErrorCode::exposure_exceeded, offered.term.purpose);
  return fail(ErrorCode::author_forbidden, "no rule gives " + offered.term.purpose);
}

Status check_terms(std::vector<Slot> slots, const Speech& speech, const Offer& offer,
                   const ClaimView& view) {
  for (const Term& term : offer.terms) {
    if (term.obligor != Party::brand || term.standby ||
        !std::holds_alternative<ToPerson>(term.on_failure)) {
      return fail(ErrorCode::author_forbidden, "a duty of the consumer, or a term on standby");
    }
    if (term.claims != std::vector<std::uint16_t>{view.claim.claim_id}) {
      return fail(ErrorCode::author_forbidden, "a term of another claim");
    }
    ENTENTE_TRY(take_slot(slots, {term, parts_of(speech)}, view));
  }
  return {};
}

// A consumer's offer, which nests an approval, is accepted at once or not at all.
Status check_clocks(const Offer& offer, const ClaimView& view) {
  if (!offer.approval.empty()) return {};
  const OfferRules& rules = view.rules.offers;
  const std::int64_t latest_ms = view.at_ms() + drift_ms;
  const bool longer =
      offer.valid_until_ms > latest_ms + rules.valid_for_ms ||
      offer.toll_max_ms > rules.toll_max_ms ||
      (offer.inventory_until_ms != 0 &&
       (rules.hold_ms == 0 || offer.inventory_until_ms > latest_ms + rules.hold_ms));
  if (longer) return fail(ErrorCode::author_forbidden, "stands longer than the policy allows");
  if (offer.lapse_if.empty() || offer.lapse_if == rules.lapse_if) return {};
  return fail(ErrorCode::author_forbidden, "lapses by another fact than the policy's");
}

bool is_never_automated(const ClaimView& view) {
  return std::ranges::any_of(view.rules.never_automate, [&](const NeverRule& never) {
    return never.pattern.matches(view.claim) && evaluate_all(never.when, view.facing) != Truth::no;
  });
}

Status check_offer(const Speech& speech, const ClaimView& view) {
  const auto* offer = std::get_if<Offer>(&speech.body);
  if (!offer || offer->terms.empty()) return fail(ErrorCode::wrong_use, "no offer");
  if (is_never_automated(view)) return fail(ErrorCode::author_forbidden, "never_automate");
  if (!assurance_suffices(view.assurance, needed_assurance(view.rules, view.claim))) {
    return fail(ErrorCode::assurance_too_low);
  }
  const Limits limits = find_limits(view);
  ENTENTE_TRY(check_terms(limits.slots, speech, *offer, view));
  if (is_below(limits, speech, view)) {
    return fail(ErrorCode::below_entitlement, limits.unknown ? "a fact is unknown" : "");
  }
  ENTENTE_TRY(check_clocks(*offer, view));
  if (is_given_elsewhere(offer->terms, view)) return fail(ErrorCode::remedy_given);
  const std::string cap = find_passed_cap(offer->terms, view);
  if (!cap.empty()) return fail(ErrorCode::exposure_exceeded, cap);
  return {};
}

// The way of a remedy, with the chosen amount where it is goodwill.
std::optional<Worded> find_way(const OfferChoice& choice, const Limits& limits) {
  for (const Slot& slot : limits.slots) {
    for (const Worded& way : slot.ways) {
      if (way.term.purpose != choice.remedy) continue;
      Worded worded = way;
      if (!choice.amount.is_said() || slot.owed) return worded;
      if (auto* money = std::get_if<MoneyTo>(&worded.term.shape)) money->amount = choice.amount;
      if (auto* credit = std::get_if<Credit>(&worded.term.shape)) credit->amount = choice.amount;
      return worded;
    }
  }
  return std::nullopt;
}

}  // namespace
}  // namespace policy

std::string required_assurance(const Policy& policy, const Claim& claim) {
  return policy::needed_assurance(policy.rules(), claim);
}

bool below_entitlement(const Policy& policy, const Situation& situation, const Speech& offer) {
  const auto view = policy::view_claim(policy, situation);
  return policy::is_below(policy::find_limits(view), offer, view);
}

Status check_limits(const Policy& policy, const Situation& situation, const Speech& offer) {
  return policy::check_offer(offer, policy::view_claim(policy, situation));
}

Result<Speech> word_offer(const Policy& policy, const Situation& situation,
                          std::span<const OfferChoice> choices) {
  const auto view = policy::view_claim(policy, situation);
  const auto limits = policy::find_limits(view);
  std::vector<policy::Worded> worded;
  for (const OfferChoice& choice : choices) {
    auto way = policy::find_way(choice, limits);
    if (!way) return fail(ErrorCode::author_forbidden, "no rule gives " + choice.remedy);
    worded.push_back(std::move(*way));
  }
  Speech speech = policy::word_offer_of(std::move(worded), view);
  ENTENTE_TRY(policy::check_offer(speech, view));
  return speech;
}

std::vector<OfferChoice> allowed_choices(const Policy& policy, const Situation& situation) {
  const auto view = policy::view_claim(policy, situation);
  std::vector<OfferChoice> choices;
  if (policy::is_never_automated(view)) return choices;
  for (const policy::Slot& slot : policy::find_limits(view).slots) {
    for (const policy::Worded& way : slot.ways) {
      choices.push_back({way.term.purpose, find_value(way.term).value_or(Money{})});
    }
  }
  return choices;
}

}  // namespace entente
