// What a change of policy would have changed: every decision on record, made again by both.

#include <entente/auditor.h>

#include <set>

#include "../commands.h"
#include "../files.h"
#include "../words.h"

namespace entente::cli {
namespace {

using Amounts = std::map<std::string, std::int64_t>;  // by currency

std::string in_words(std::int64_t amount, const std::string& currency) {
  const Money money{currency, amount < 0 ? -amount : amount, find_exponent(currency).value_or(2)};
  return (amount < 0 ? "-" : "+") + format_money(money);
}

std::string in_words(const Amounts& amounts) {
  std::string text;
  for (const auto& [currency, amount] : amounts) {
    if (amount != 0) text += (text.empty() ? "" : ", ") + in_words(amount, currency);
  }
  return text.empty() ? "no difference in money" : text;
}

Amounts difference(const Redecision& made) {
  Amounts more = made.newer_money;
  for (const auto& [currency, amount] : made.older_money) more[currency] -= amount;
  std::erase_if(more, [](const auto& entry) { return entry.second == 0; });
  return more;
}

std::string in_words(const Offer& offer) {
  std::string text;
  for (const Term& term : offer.terms) {
    if (term.standby) continue;
    if (!text.empty()) text += ", ";
    text += term.purpose;
    if (const auto value = find_value(term)) text += " " + format_money(*value);
  }
  return text;
}

std::string in_words(const Verdict& verdict) {
  std::string text = "nothing";
  if (!verdict.person_reason.empty()) text = "a person decides (" + verdict.person_reason + ")";
  if (verdict.speech) {
    const Body& body = verdict.speech->body;
    if (const auto* offer = std::get_if<Offer>(&body)) text = in_words(*offer);
    if (const auto* refusal = std::get_if<Determine>(&body)) {
      text = "a refusal (" + refusal->reason + ")";
    }
    if (const auto* decline = std::get_if<Decline>(&body)) {
      text = "what was offered before, and no more (" + decline->reason + ")";
    }
  }
  return verdict.rule.empty() ? text : text + ", by rule " + verdict.rule;
}

// All decisions of a store, added up. Of a claim that was decided several times the last decision
// counts: each offer took the place of the one before.
struct Sum {
  std::size_t made = 0;
  std::size_t changed = 0;
  std::map<std::string, std::size_t> obstacles;
  Amounts older;
  Amounts newer;
  Amounts more;
};

Sum sum_of(const std::vector<Redecision>& past) {
  Sum sum;
  std::map<std::pair<CaseId, std::uint16_t>, const Redecision*> last;
  for (const Redecision& each : past) {
    if (!each.obstacle.empty()) {
      ++sum.obstacles[each.obstacle];
      continue;
    }
    ++sum.made;
    if (each.changes()) ++sum.changed;
    last[{each.case_id, each.claim}] = &each;
  }
  for (const auto& [claim, decision] : last) {
    for (const auto& [currency, amount] : decision->older_money) sum.older[currency] += amount;
    for (const auto& [currency, amount] : decision->newer_money) sum.newer[currency] += amount;
    for (const auto& [currency, amount] : difference(*decision)) sum.more[currency] += amount;
  }
  return sum;
}

Json json_of(const Amounts& amounts) {
  Json json = Json::object();
  for (const auto& [currency, amount] : amounts) json.add(currency, amount);
  return json;
}

Json json_of(const Redecision& each) {
  return Json::object({{"case", to_hex(each.case_id)},
                       {"claim", each.claim},
                       {"entry", each.entry},
                       {"at_ms", each.at_ms},
                       {"rule", each.rule},
                       {"old", in_words(each.older)},
                       {"new", in_words(each.newer)},
                       {"old_money", json_of(each.older_money)},
                       {"new_money", json_of(each.newer_money)},
                       {"difference", json_of(difference(each))}});
}

Json json_of(const std::vector<Redecision>& past, const Sum& sum) {
  Json changes = Json::array();
  for (const Redecision& each : past) {
    if (each.obstacle.empty() && each.changes()) changes.push(json_of(each));
  }
  Json obstacles = Json::object();
  for (const auto& [why, count] : sum.obstacles) obstacles.add(why, count);
  return Json::object({{"format", "entente/policy-diff/v1"},
                       {"decisions", past.size()},
                       {"decided_again", sum.made},
                       {"changed", sum.changed},
                       {"not_decided_again", std::move(obstacles)},
                       {"old_money", json_of(sum.older)},
                       {"new_money", json_of(sum.newer)},
                       {"difference", json_of(sum.more)},
                       {"changes", std::move(changes)}});
}

void show(Console& console, const Redecision& each) {
  console.line(console.paint(Ink::strong, "case " + short_hex(each.case_id)) + ", claim " +
               std::to_string(each.claim) + ", " + when(each.at_ms) + " (entry " +
               std::to_string(each.entry) + ")");
  console.line("  old   " + harmless(in_words(each.older)));
  console.line("  new   " + harmless(in_words(each.newer)));
  const bool same = in_words(each.older) == in_words(each.newer);
  console.line("  " + (same ? "the same remedies, worded otherwise (due, validity, texts)"
                            : in_words(difference(each))));
}

void show(Console& console, const Sum& sum) {
  console.line(std::to_string(sum.changed) + " of " + std::to_string(sum.made) +
               " decisions would change");
  for (const auto& [why, count] : sum.obstacles) {
    console.line(std::to_string(count) + " could not be made again: " + harmless(why));
  }
  std::set<std::string> currencies;
  for (const auto& [currency, amount] : sum.older) currencies.insert(currency);
  for (const auto& [currency, amount] : sum.newer) currencies.insert(currency);
  const auto amount_in = [](const Amounts& amounts, const std::string& currency) {
    const auto found = amounts.find(currency);
    return found == amounts.end() ? 0 : found->second;
  };
  for (const std::string& currency : currencies) {
    const auto of = [&](const Amounts& amounts) {
      return in_words(amount_in(amounts, currency), currency).substr(1);
    };
    console.line(currency + ", by the last decision on each claim: old " + of(sum.older) +
                 ", new " + of(sum.newer) + ", difference " +
                 in_words(amount_in(sum.more, currency), currency));
  }
  console.line("Each decision is taken alone: what would have followed from it is not played.");
}

Result<Policy> read_policy(const std::string& file) {
  ENTENTE_LET(text, read_text(file));
  return Policy::parse(text, file);
}

Result<ExitCode> run(const Arguments& arguments, Console& console) {
  ENTENTE_LET(older, read_policy(arguments.operand(0)));
  ENTENTE_LET(newer, read_policy(arguments.operand(1)));
  const std::filesystem::path store = arguments.text_or("store", "");
  ENTENTE_LET(auditor,
              Auditor::open({&store, 1}, {.master_key_file = arguments.text_or("master-key", "")}));
  ENTENTE_LET(past, auditor.redecide(older, newer));
  const Sum sum = sum_of(past);
  if (arguments.has("json")) {
    console.json(json_of(past, sum));
  } else {
    for (const Redecision& each : past) {
      if (each.obstacle.empty() && each.changes()) show(console, each);
    }
    show(console, sum);
  }
  return sum.changed == 0 && sum.obstacles.empty() ? ExitCode::ok : ExitCode::finding;
}

}  // namespace

Verb policy_diff() {
  return {.path = "policy diff",
          .summary = "say which past decisions another policy would change, and by how much money",
          .operands = {{"OLD", "a policy, as YAML"}, {"NEW", "another"}},
          .options = {{"store", "DIR", "the brand's data directory", true},
                      {"master-key", "FILE", "of the store (default: master.key in it)"},
                      json_option},
          .run = run,
          .example = "entente policy diff policy.yaml draft.yaml --store brand/data"};
}

}  // namespace entente::cli
