#include "decisions.h"

#include <entente/identity/linked_account.h>

#include <algorithm>

namespace entente {
namespace {

std::string quoted_scalar(const Fact& fact) {
  if (const auto* scalar = std::get_if<Scalar>(&fact.value)) return format_scalar(*scalar);
  return std::to_string(std::get<Rows>(fact.value).list.size()) + " rows";
}

bool same_added(const PartRef& ref, const NewPart& added, const std::map<Digest, Part>& parts) {
  if (ref.part_class != added.part_class || ref.media_type != added.media_type ||
      ref.bytes != added.content.size()) {
    return false;
  }
  // A part that was erased has only its length left to compare.
  const auto kept = parts.find(ref.digest);
  return kept == parts.end() || kept->second.content == added.content;
}

bool same_words(const Message& said, const Speech& due, const std::map<Digest, Part>& parts) {
  if (said.body != due.body) return false;
  if (said.parts.size() != due.repeated.size() + due.added.size()) return false;
  const auto split = said.parts.begin() + static_cast<std::ptrdiff_t>(due.repeated.size());
  return std::equal(said.parts.begin(), split, due.repeated.begin()) &&
         std::equal(split, said.parts.end(), due.added.begin(),
                    [&](const PartRef& ref, const NewPart& added) {
                      return same_added(ref, added, parts);
                    });
}

// The line of the policy that a rule's name leads to: each step is found below the one before.
std::string policy_line(const Policy& policy, std::string_view rule) {
  const std::string& text = policy.text();
  std::size_t at = 0;
  bool found = false;
  for (std::size_t from = 0; from < rule.size();) {
    const std::size_t dot = std::min(rule.find('.', from), rule.size());
    const std::size_t next = text.find(rule.substr(from, dot - from), at);
    if (next == std::string::npos) break;
    at = next;
    found = true;
    from = dot + 1;
  }
  if (!found) return {};
  const std::size_t begin = text.rfind('\n', at) + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return policy.name() + ":" + std::to_string(line) + ": " + text.substr(begin, end - begin);
}

std::vector<std::string> explain(const DecisionView& view, const Policy* policy) {
  const DecisionRecord& record = view.record;
  std::vector<std::string> lines;
  lines.push_back("decided by " + std::string(name(record.decider)) + " at entry " +
                  std::to_string(view.entry) + ", rule " + record.rule +
                  (record.code.empty() ? "" : ", code " + record.code));
  if (policy == nullptr) {
    lines.push_back("policy " + short_hex(record.policy) + " is not in the log");
  } else if (const std::string line = policy_line(*policy, record.rule); !line.empty()) {
    lines.push_back("policy " + line);
  }
  for (const Fact& fact : view.facts.facts) {
    lines.push_back("fact " + fact.name + " = " + quoted_scalar(fact));
  }
  return lines;
}

bool was_said_before(const Case& before, const PartRef& ref) {
  return std::ranges::any_of(before.messages(), [&](const Authorised<Message>& message) {
    return std::ranges::find(message->parts, ref) != message->parts.end();
  });
}

// The offer as it was worded: what the case had before is repeated, the rest was added then.
// Nothing if an added part is not shown.
std::optional<Speech> offer_as_worded(const DecisionView& view) {
  Speech offer{.body = view.said->body, .repeated = {}, .added = {}};
  for (const PartRef& ref : view.said->parts) {
    if (offer.added.empty() && was_said_before(view.before, ref)) {
      offer.repeated.push_back(ref);
      continue;
    }
    const auto part = view.parts.find(ref.digest);
    if (part == view.parts.end()) return std::nullopt;
    offer.added.push_back({part->second.part_class, part->second.media_type, part->second.content});
  }
  return offer;
}

void check_offer_floor(const DecisionView& view, const Policy& policy, const Situation& situation,
                       Notes& notes) {
  if (view.said == nullptr || !std::holds_alternative<Offer>(view.said->body)) return;
  const Where where{.entries = {view.entry}, .case_id = view.record.case_id};
  const auto offer = offer_as_worded(view);
  if (!offer) {
    return notes.not_checkable(Rule::offer_floor, where, "a part of the offer is not shown");
  }
  notes.check(!below_entitlement(policy, situation, *offer), Rule::offer_floor, where, Party::brand,
              "the offer gives less than the policy says is owed");
}

// A model's choice cannot be run again; that it stayed within the policy can be checked.
void check_guards(const DecisionView& view, const Policy& policy, const Situation& situation,
                  Notes& notes) {
  const Where where{.entries = {view.entry}, .case_id = view.record.case_id};
  if (view.said == nullptr || !std::holds_alternative<Offer>(view.said->body)) {
    return notes.not_applicable(Rule::decision_guarded);
  }
  const auto offer = offer_as_worded(view);
  if (!offer) {
    return notes.not_checkable(Rule::decision_guarded, where, "a part of the offer is not shown");
  }
  const Status within = check_limits(policy, situation, *offer);
  notes.check(within.has_value(), Rule::decision_guarded, where, Party::brand,
              [&] { return "the offer goes beyond the policy: " + describe(within.error()); });
}

std::string differs(const std::string& how) {
  return "decision_differs: the policy on these facts " + how;
}

void check_rules(const DecisionView& view, const Policy& policy, const Situation& situation,
                 Notes& notes) {
  const DecisionRecord& record = view.record;
  const Where where{.entries = {view.entry}, .case_id = record.case_id};
  const Verdict verdict = decide(policy, situation);
  if (verdict.rule != record.rule) {
    return notes.broken(
        Rule::decision_replayed, where, Party::brand,
        differs("decides by rule " + verdict.rule + ", on record is " + record.rule));
  }
  if (!verdict.speech) {
    const bool silent = view.said == nullptr && record.code == verdict.person_reason;
    return notes.check(silent, Rule::decision_replayed, where, Party::brand, [&] {
      return differs("says nothing" + (verdict.person_reason.empty()
                                           ? std::string()
                                           : " (" + verdict.person_reason + ")"));
    });
  }
  if (view.said != nullptr) {
    return notes.check(same_words(*view.said, *verdict.speech, view.parts), Rule::decision_replayed,
                       where, Party::brand,
                       [] { return differs("gives other words than were said"); });
  }
  // The brand's own tables stopped it, so a person had to look.
  if (find_error_code(record.code)) {
    return notes.not_checkable(Rule::decision_replayed, where,
                               "what was decided was not said: " + record.code);
  }
  notes.broken(Rule::decision_replayed, where, Party::brand,
               differs("has something to say, and nothing was said"));
}

// Requires that the account is shown.
Situation situation_of(const DecisionView& view) {
  const auto link = find_account_link(view.before, view.record.at_ms);
  return {.casefile = view.before,
          .claim = view.record.claim,
          .facts = view.facts,
          .exposure = view.exposure,
          .account = *view.account,
          .assurance = link ? link->assurance : std::string(),
          .now_ms = view.record.at_ms};
}

bool concerns(const Offer& offer, std::uint16_t claim) {
  return std::ranges::any_of(offer.terms, [&](const Term& term) {
    return std::ranges::find(term.claims, claim) != term.claims.end();
  });
}

// What the brand offers on the claim once this is said: what it says, or what stood before.
std::map<std::string, std::int64_t> money_after(const Verdict& verdict, const DecisionView& view) {
  std::map<std::string, std::int64_t> money;
  const auto add = [&](const Offer& offer) {
    for (const Term& term : offer.terms) {
      const auto value = term.standby ? std::nullopt : money_to_consumer(term);
      if (value && value->amt != 0) money[value->cur] += value->amt;
    }
  };
  const auto* said = verdict.speech ? std::get_if<Offer>(&verdict.speech->body) : nullptr;
  if (said != nullptr) {
    add(*said);
    return money;
  }
  for (const auto& [id, state] : view.before.offers()) {
    const bool stands = state.by == Party::brand && state.status == OfferStatus::standing;
    if (stands && concerns(state.offer(), view.record.claim)) add(state.offer());
  }
  return money;
}

std::string obstacle_to(const DecisionView& view) {
  if (view.record.decider != Actor::rules || view.record.rule == "negotiator") {
    return "decided by " + std::string(name(view.record.decider)) + ", not by the policy alone";
  }
  if (!view.account) return "the linked account is not shown";
  if (!view.before.claims().contains(view.record.claim)) return "its claim is not in the case";
  return {};
}

}  // namespace

Redecision redecide(const DecisionView& view, const Policy& older, const Policy& newer) {
  Redecision made{.entry = view.entry,
                  .case_id = view.record.case_id,
                  .claim = view.record.claim,
                  .at_ms = view.record.at_ms,
                  .rule = view.record.rule,
                  .obstacle = obstacle_to(view)};
  if (!made.obstacle.empty()) return made;
  const Situation situation = situation_of(view);
  made.older = decide(older, situation);
  made.newer = decide(newer, situation);
  made.older_money = money_after(made.older, view);
  made.newer_money = money_after(made.newer, view);
  return made;
}

void check_decision(const DecisionView& view, const Documents& documents, Notes& notes) {
  const DecisionRecord& record = view.record;
  const Where where{.entries = {view.entry}, .case_id = record.case_id};
  const Policy* policy = documents.find_policy(record.policy);
  if (view.trace != nullptr) view.trace->lines = explain(view, policy);
  if (record.decider == Actor::person) return notes.not_applicable(Rule::decision_replayed);
  const Rule rule = record.decider == Actor::rules && record.rule != "negotiator"
                        ? Rule::decision_replayed
                        : Rule::decision_guarded;
  if (policy == nullptr) {
    return notes.not_checkable(rule, where, "the policy of the decision is not in the log");
  }
  if (!view.account) {
    return notes.not_checkable(rule, where, "the linked account is not shown, and caps need it");
  }
  if (!view.before.claims().contains(record.claim)) {
    return notes.broken(rule, where, Party::brand, "the decision is on a claim the case lacks");
  }
  const Situation situation = situation_of(view);
  check_offer_floor(view, *policy, situation, notes);
  if (rule == Rule::decision_guarded) return check_guards(view, *policy, situation, notes);
  check_rules(view, *policy, situation, notes);
}

void check_acknowledgement(const CaseFold& fold, const Saying& saying, const Policy* policy,
                           const Case& before, Notes& notes) {
  const auto* exercise = std::get_if<Exercise>(&saying.message->body);
  const auto* done = exercise ? std::get_if<Acknowledged>(&exercise->act) : nullptr;
  if (done == nullptr || saying.message->author.actor != Actor::rules) return;
  const Where where{.entries = {saying.noted.entry}, .case_id = fold.id};
  const Authorised<Message>* asked = before.find_message(done->of);
  const auto position = before.find_position(done->of);
  if (asked == nullptr || !position) return;  // the lifecycle has said so already
  if (policy == nullptr) {
    return notes.not_checkable(Rule::decision_replayed, where,
                               "no policy is on record for the acknowledged right");
  }
  const auto link = find_account_link(before, saying.brand_ms);
  const Speech due = acknowledge_right(*policy, *asked, link ? link->assurance : std::string(),
                                       before.admitted_ms(*position));
  notes.check(same_words(*saying.message, due, fold.parts), Rule::decision_replayed, where,
              Party::brand,
              "decision_differs: the policy owes something else once this right is exercised");
}

}  // namespace entente
