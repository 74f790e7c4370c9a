#include <algorithm>

#include "caps.h"
#include "choosing.h"
#include "wording.h"

namespace entente {
namespace policy {
namespace {

Verdict to_person(std::string rule, std::string reason) {
  return {std::move(rule), std::nullopt, std::move(reason)};
}

// Nothing to say now: the consumer's turn, or the claim is answered.
Verdict silence() { return {}; }

std::optional<Verdict> find_never(const ClaimView& view) {
  for (const NeverRule& never : view.rules.never_automate) {
    if (!never.pattern.matches(view.claim)) continue;
    const std::string rule = "never_automate." + never.pattern.name();
    switch (evaluate_all(never.when, view.facing)) {
      case Truth::yes:
        return to_person(rule, "never_automate");
      case Truth::unknown:
        return to_person(rule, "unknown_fact");
      case Truth::no:
        break;
    }
  }
  return std::nullopt;
}

// The first condition that does not hold decides.
std::optional<Verdict> find_refusal(const Request& request, const std::string& rule,
                                    const ClaimView& view) {
  for (const Check& check : request.rule.require) {
    switch (evaluate(check, view.facing)) {
      case Truth::yes:
        break;
      case Truth::unknown:
        return to_person(rule, "unknown_fact");
      case Truth::no:
        return Verdict{rule, word_refusal(check, request.rule, view), {}};
    }
  }
  if (is_value_refused(request)) {
    Check check;
    check.reason = request.rule.values_reason;
    return Verdict{rule, word_refusal(check, request.rule, view), {}};
  }
  return std::nullopt;
}

// What was promised already stands in the way of promising this, too. Empty: nothing does.
std::string find_obstacle(std::span<const Term> terms, const ClaimView& view) {
  if (is_given_elsewhere(terms, view)) return "remedy_given";
  return find_passed_cap(terms, view).empty() ? "" : "cap_reached";
}

Verdict decide_request(const Request& request, const ClaimView& view) {
  const std::string rule = "request." + request.rule.name;
  if (view.offered) {
    // What was asked is what was offered; facts were not fetched for anything else.
    if (view.counter) return {rule + ".final", word_decline("policy", view), {}};
    return silence();
  }
  if (auto refusal = find_refusal(request, rule, view)) return *refusal;
  Worded worded = word_request(request, view);
  if (!worded.trouble.empty()) return to_person(rule, worded.trouble);
  if (const std::string why = find_obstacle({&worded.term, 1}, view); !why.empty()) {
    return to_person(rule, why);
  }
  return {rule, word_offer_of({std::move(worded)}, view), {}};
}

// The consumer asks for more of something than this plan gives.
bool asks_more(const Plan& plan, const ClaimView& view) {
  return std::ranges::any_of(view.rules.concessions, [&](const ConcessionRule& concession) {
    if (!concession.pattern.matches(view.claim)) return false;
    const Ask ask = find_ask(view, concession.remedy.purpose);
    if (!ask.asked) return false;
    for (const Worded& worded : plan.worded) {
      if (worded.term.purpose != concession.remedy.purpose) continue;
      const auto given = find_value(worded.term);
      return !ask.at_most || !given || ask.at_most->amt > given->amt;
    }
    return true;
  });
}

// The same remedies at the same amounts: dates move with every offer and are no concession.
bool offers_the_same(const Plan& plan, const ClaimView& view) {
  if (!view.own) return false;
  std::vector<const Term*> standing;
  for (const Term& term : view.own->offer->terms) {
    if (concerns(term, view.claim.claim_id)) standing.push_back(&term);
  }
  return std::ranges::equal(plan.worded, standing, [](const Worded& worded, const Term* term) {
    return worded.term.purpose == term->purpose &&
           worded.term.shape.index() == term->shape.index() &&
           find_value(worded.term) == find_value(*term);
  });
}

Verdict decide_owed(const ClaimView& view) {
  const Applicable applicable = find_applicable(view);
  if (applicable.entitlements.empty() && applicable.concessions.empty()) {
    return to_person("otherwise", applicable.unknown ? "unknown_fact" : "no_rule");
  }
  if (applicable.unknown) return to_person(applicable.name(view), "unknown_fact");
  const bool alternative = view.declined && has_alternative(view);
  if (view.offered && !view.counter && !alternative) return silence();

  Plan plan = make_plan(applicable, view);
  if (!plan.trouble.empty()) return to_person(plan.rule, plan.trouble);
  if (plan.worded.empty()) {
    if (view.counter) return {plan.rule + ".final", word_decline("not_eligible", view), {}};
    return to_person("otherwise", "no_rule");
  }
  if (offers_the_same(plan, view)) {
    const char* reason = asks_more(plan, view) ? "amount_too_high" : "not_eligible";
    return {plan.rule + ".final", word_decline(reason, view), {}};
  }
  std::vector<Term> terms;
  for (const Worded& worded : plan.worded) terms.push_back(worded.term);
  if (const std::string why = find_obstacle(terms, view); !why.empty()) {
    return to_person(plan.rule, why);
  }
  return {plan.rule, word_offer_of(std::move(plan.worded), view), {}};
}

}  // namespace

Verdict decide_claim(const ClaimView& view) {
  if (view.answered) return silence();
  if (auto never = find_never(view)) return *never;
  if (!assurance_suffices(view.assurance, needed_assurance(view.rules, view.claim))) {
    return to_person("link", "assurance_too_low");
  }
  if (const auto request = find_request(view)) {
    if (view.claim.desired.size() > 1) return to_person("otherwise", "several_wishes");
    return decide_request(*request, view);
  }
  return decide_owed(view);
}

}  // namespace policy

Verdict decide(const Policy& policy, const Situation& situation) {
  return policy::decide_claim(policy::view_claim(policy, situation));
}

}  // namespace entente
