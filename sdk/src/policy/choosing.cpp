#include "choosing.h"

#include <entente/protocol/vocabulary.h>

#include <algorithm>

namespace entente::policy {
namespace {

void raise(std::string& needed, const std::string& other) {
  if (!assurance_suffices(needed, other)) needed = other;
}

// A term as it would come out, as far as its families go.
Term outline(const Wish& wish) {
  Term term;
  term.purpose = wish.remedy;
  if (const auto shape = exact_shape(wish)) {
    term.shape = *shape;
  } else if (const Remedy* remedy = find_remedy(wish.remedy)) {
    // Only its name counts here.
    if (remedy->shapes.front() == "repair") term.shape = Repair{};
    if (remedy->shapes.front() == "goods") term.shape = Goods{};
    if (remedy->shapes.front() == "credit") term.shape = Credit{};
    if (remedy->shapes.front() == "contract_change") term.shape = ContractChange{};
    if (remedy->shapes.front() == "record") term.shape = Record{};
  }
  return term;
}

bool was_offered(const ClaimView& view, const std::string& remedy) {
  return std::ranges::find(view.offered_remedies, remedy) != view.offered_remedies.end();
}

bool stands_offered(const ClaimView& view, const std::string& remedy) {
  return view.own && std::ranges::any_of(view.own->offer->terms, [&](const Term& term) {
           return term.purpose == remedy && concerns(term, view.claim.claim_id);
         });
}

const RemedyRule* find_asked(const EntitlementRule& rule, const ClaimView& view) {
  const auto found = std::ranges::find_if(
      rule.owes, [&](const RemedyRule& remedy) { return find_ask(view, remedy.purpose).asked; });
  return found == rule.owes.end() ? nullptr : &*found;
}

// One of what is owed: first what the brand prefers, then what a counter asks, and once an offer
// was declined, what was not offered yet.
const RemedyRule& choose(const EntitlementRule& rule, const ClaimView& view) {
  const RemedyRule* asked = find_asked(rule, view);
  if (view.counter && asked) return *asked;
  for (const RemedyRule& remedy : rule.owes) {
    if (stands_offered(view, remedy.purpose)) return remedy;
  }
  for (const RemedyRule& remedy : rule.owes) {
    if (view.declined && !was_offered(view, remedy.purpose)) return remedy;
  }
  const auto first = std::ranges::find(rule.owes, rule.offer_first, &RemedyRule::purpose);
  if (first != rule.owes.end()) return *first;
  return asked ? *asked : rule.owes.front();
}

void add(Plan& plan, Worded worded) {
  if (plan.trouble.empty()) plan.trouble = worded.trouble;
  plan.worded.push_back(std::move(worded));
}

// A step of the ladder for each counter; where nothing is owed, the first offer is the first step.
void add_concession(Plan& plan, const ConcessionRule& rule, bool something_owed,
                    const ClaimView& view) {
  const Ask ask = find_ask(view, rule.remedy.purpose);
  const std::size_t step = view.rounds + (something_owed ? 0 : 1);
  if (!ask.asked || step == 0) return;
  if (!assurance_suffices(view.assurance, rule.assurance)) return;
  const std::size_t reached = std::min(step, rule.steps.size());
  Money amount = rule.steps[reached - 1];
  if (ask.at_most && ask.at_most->cur != amount.cur) return;
  if (ask.at_most) amount.amt = std::min(amount.amt, ask.at_most->amt);
  if (amount.amt == 0) return;
  add(plan, word_remedy(rule.remedy, Ground::concession, amount, view));
  plan.rule = "concession." + rule.name + ".step" + std::to_string(reached);
}

bool is_out_of_stock(const Plan& plan, const ClaimView& view) {
  const std::string& fact = view.rules.offers.lapse_if;
  if (fact.empty() || view.facing.value(fact) != Scalar(true)) return false;
  return std::ranges::any_of(plan.worded, [](const Worded& worded) {
    return std::holds_alternative<Goods>(worded.term.shape);
  });
}

std::optional<std::string> value_of(const Shape& shape, std::string_view field) {
  if (const auto* order = std::get_if<OrderChange>(&shape)) {
    const auto* cancel = std::get_if<OrderChange::Cancel>(&order->change);
    if (cancel && field == "reason") return cancel->reason;
  }
  if (const auto* change = std::get_if<ContractChange>(&shape)) {
    if (field == "plan") return change->plan;
    if (field == "effective") return change->effective;
  }
  if (const auto* money = std::get_if<MoneyTo>(&shape)) {
    if (field == "to") return money->to;
  }
  return std::nullopt;
}

}  // namespace

std::string needed_assurance(const PolicyRules& rules, const Claim& claim) {
  std::string needed = rules.link.otherwise;
  for (const Wish& wish : claim.desired) {
    for (const std::string& family : families_of(outline(wish))) {
      const auto found = rules.link.assurance.find(family);
      if (found != rules.link.assurance.end()) raise(needed, found->second);
    }
    for (const ConcessionRule& concession : rules.concessions) {
      if (concession.pattern.matches(claim) && concession.remedy.purpose == wish.remedy) {
        raise(needed, concession.assurance);
      }
    }
  }
  return needed;
}

std::string Applicable::name(const ClaimView& view) const {
  if (!entitlements.empty()) return "entitlement." + entitlements.front()->pattern.name();
  if (!concessions.empty()) return "concession." + concessions.front()->name;
  return "otherwise." + view.claim.category;
}

Applicable find_applicable(const ClaimView& view) {
  Applicable applicable;
  const auto holds = [&](const std::vector<Check>& when) {
    const Truth truth = evaluate_all(when, view.facing);
    applicable.unknown = applicable.unknown || truth == Truth::unknown;
    return truth == Truth::yes;
  };
  for (const EntitlementRule& rule : view.rules.entitlements) {
    if (rule.pattern.matches(view.claim) && holds(rule.when)) {
      applicable.entitlements.push_back(&rule);
    }
  }
  for (const ConcessionRule& rule : view.rules.concessions) {
    if (rule.pattern.matches(view.claim) && holds(rule.when)) {
      applicable.concessions.push_back(&rule);
    }
  }
  return applicable;
}

bool has_alternative(const ClaimView& view) {
  return std::ranges::any_of(view.rules.entitlements, [&](const EntitlementRule& rule) {
    return rule.pattern.matches(view.claim) && !rule.all_of &&
           std::ranges::any_of(rule.owes, [&](const RemedyRule& remedy) {
             return !was_offered(view, remedy.purpose);
           });
  });
}

bool is_value_refused(const Request& request) {
  const auto shape = exact_shape(request.wish);
  return std::ranges::any_of(request.rule.values, [&](const auto& entry) {
    const auto& [field, allowed] = entry;
    const auto value = value_of(*shape, field);
    return !value || std::ranges::find(allowed, *value) == allowed.end();
  });
}

Plan make_plan(const Applicable& applicable, const ClaimView& view) {
  Plan plan;
  plan.rule = applicable.name(view);
  for (const EntitlementRule* rule : applicable.entitlements) {
    if (!rule->all_of) {
      add(plan, word_remedy(choose(*rule, view), Ground::entitlement, {}, view));
      continue;
    }
    for (const RemedyRule& remedy : rule->owes) {
      add(plan, word_remedy(remedy, Ground::entitlement, {}, view));
    }
  }
  const bool something_owed = !applicable.entitlements.empty();
  for (const ConcessionRule* rule : applicable.concessions) {
    add_concession(plan, *rule, something_owed, view);
  }
  if (is_out_of_stock(plan, view)) plan.trouble = "lapse_if_holds";
  return plan;
}

}  // namespace entente::policy
