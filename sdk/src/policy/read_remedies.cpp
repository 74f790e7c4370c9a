#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "reading.h"

namespace entente::policy {
namespace {

// Shapes that a policy can word by itself; others need a person or the brand's code.
constexpr std::array<std::string_view, 8> wordable = {
    "money", "credit", "goods", "repair", "contract_change", "record", "hold", "none"};
constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t credit_lasts_ms = 365 * day_ms;
constexpr std::uint16_t due_days = 14;

bool contains(Words words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// "credit.compensation_goodwill", or "repair" in the first of its shapes that can be worded.
Status read_remedy_name(const YamlReader& place, RemedyRule& rule) {
  ENTENTE_LET(spelled, place.code());
  const std::size_t dot = spelled.find('.');
  rule.purpose = dot == std::string::npos ? spelled : spelled.substr(dot + 1);
  rule.shape = dot == std::string::npos ? "" : spelled.substr(0, dot);
  const Remedy* remedy = find_remedy(rule.purpose);
  if (!remedy && !is_extension_code(rule.purpose)) {
    return place.expected("a remedy of the vocabulary, or shape.remedy");
  }
  if (rule.shape.empty() && remedy) {
    const auto first = std::ranges::find_if(
        remedy->shapes, [](std::string_view shape) { return contains(wordable, shape); });
    if (first != remedy->shapes.end()) rule.shape = *first;
  }
  if (!contains(wordable, rule.shape)) {
    return place.expected(
        "a remedy that a policy can word: as money, credit, goods, repair, "
        "contract_change, record, hold or none");
  }
  if (remedy && !contains(remedy->shapes, rule.shape)) {
    return place.refuse(rule.purpose + " does not come as " + rule.shape);
  }
  return {};
}

YamlReader::Names detail_keys(const RemedyRule& rule) {
  YamlReader::Names keys = {"due", "return", "blocks", "basis"};
  if (rule.shape == "money") keys.insert(keys.end(), {"amount", "to"});
  if (rule.shape == "credit") keys.insert(keys.end(), {"amount", "lasts"});
  if (rule.shape == "repair") keys.push_back("loaner");
  if (rule.shape == "contract_change") keys.insert(keys.end(), {"plan", "effective"});
  if (rule.shape == "record") keys.push_back("field");
  if (rule.shape == "hold") keys.insert(keys.end(), {"what", "lasts"});
  if (rule.shape == "none") keys.push_back("what");
  return keys;
}

Result<ReturnRule> read_return(const YamlReader& place) {
  ENTENTE_TRY(place.closed({"how", "fees", "by"}));
  ReturnRule rule;
  const Words methods = words(Vocabulary::return_method);
  ENTENTE_LET(how, place.field("how").one_of(YamlReader::Names(methods.begin(), methods.end())));
  ENTENTE_LET(fees, place.field("fees").one_of({"brand", "consumer"}));
  ENTENTE_LET(by_ms, place.field("by").duration_ms());
  rule.how = std::move(how);
  rule.fees = fees == "brand" ? Party::brand : Party::consumer;
  rule.by_ms = by_ms;
  return rule;
}

// An optional code of a map, left as it is where absent.
Status read_optional_code(const YamlReader& map, std::string_view key, std::string& value) {
  const auto place = map.find(key);
  if (!place) return {};
  ENTENTE_LET(code, place->code());
  value = std::move(code);
  return {};
}

Status read_optional_flag(const YamlReader& map, std::string_view key, bool& value) {
  const auto place = map.find(key);
  if (!place) return {};
  ENTENTE_LET(flag, place->boolean());
  value = flag;
  return {};
}

Status read_details(const YamlReader& details, const PolicyRules& rules, RemedyRule& rule) {
  if (const auto due = details.find("due")) {
    ENTENTE_LET(value, read_due(*due));
    rule.due = std::move(value);
  }
  if (const auto returned = details.find("return")) {
    if (rule.shape != "goods" && rule.shape != "repair" && rule.shape != "money") {
      return returned->refuse("only goods, repairs and money can wait for a return");
    }
    ENTENTE_LET(value, read_return(*returned));
    rule.returned = std::move(value);
  }
  if (const auto amount = details.find("amount")) {
    ENTENTE_LET(value, read_amount(*amount, rules));
    rule.amount = std::move(value);
  }
  if (const auto to = details.find("to")) {
    const Words allowed = words(Vocabulary::money_destination);
    ENTENTE_LET(value, to->one_of(YamlReader::Names(allowed.begin(), allowed.end())));
    rule.to = std::move(value);
  }
  if (const auto lasts = details.find("lasts")) {
    ENTENTE_LET(value, lasts->duration_ms());
    rule.lasts_ms = value;
  }
  ENTENTE_TRY(read_optional_flag(details, "blocks", rule.blocks));
  ENTENTE_TRY(read_optional_flag(details, "loaner", rule.loaner));
  ENTENTE_TRY(read_optional_code(details, "basis", rule.basis));
  ENTENTE_TRY(read_optional_code(details, "plan", rule.plan));
  ENTENTE_TRY(read_optional_code(details, "effective", rule.effective));
  ENTENTE_TRY(read_optional_code(details, "field", rule.field));
  return read_optional_code(details, "what", rule.what);
}

// What a shape cannot do without.
Status check_details(const YamlReader& place, const RemedyRule& rule) {
  if (rule.due.from == Due::Start::condition && !rule.returned) {
    return place.refuse("due from the condition needs a return to wait for");
  }
  if (rule.blocks && !rule.returned) return place.refuse("blocks needs a return to wait for");
  if (rule.shape == "hold" && (rule.what.empty() || rule.lasts_ms == 0)) {
    return place.refuse("a hold needs what and lasts");
  }
  if (rule.shape == "none" && rule.what.empty()) return place.refuse("none needs what");
  if (rule.purpose == "plan_change" && rule.plan.empty()) {
    return place.refuse("a plan_change needs a plan");
  }
  return {};
}

Result<EntitlementRule> read_owed(const YamlReader& place, const PolicyRules& rules) {
  EntitlementRule rule;
  const YamlReader owes = place.field("owes");
  ENTENTE_TRY(owes.closed({"one_of", "all_of"}));
  rule.all_of = owes.find("all_of").has_value();
  if (rule.all_of && owes.find("one_of")) return owes.refuse("expected one_of or all_of, not both");
  ENTENTE_LET(names, owes.field(rule.all_of ? "all_of" : "one_of").items());
  if (names.empty()) return owes.refuse("expected at least one remedy");
  const auto terms = place.find("terms");
  YamlReader::Names spelled;
  for (const YamlReader& one : names) {
    ENTENTE_LET(text, one.code());
    ENTENTE_LET(remedy, read_remedy(one, terms ? terms->find(text) : std::nullopt, {}, rules));
    if (std::ranges::find(rule.owes, remedy.purpose, &RemedyRule::purpose) != rule.owes.end()) {
      return one.refuse("expected each remedy once");
    }
    if ((remedy.shape == "money" || remedy.shape == "credit") && !remedy.amount.is_said()) {
      return one.refuse(remedy.purpose + " needs an amount under terms");
    }
    spelled.push_back(one.node()->text);
    rule.owes.push_back(std::move(remedy));
  }
  if (terms) ENTENTE_TRY(terms->closed(spelled));
  return rule;
}

}  // namespace

Result<RemedyRule> read_remedy(const YamlReader& name, const std::optional<YamlReader>& details,
                               YamlReader::Names beside, const PolicyRules& rules) {
  RemedyRule rule;
  ENTENTE_TRY(read_remedy_name(name, rule));
  rule.due.n = due_days;
  if (rule.shape == "money") rule.to = "original_payment";
  if (rule.shape == "credit") rule.lasts_ms = credit_lasts_ms;
  if (details) {
    const auto own = detail_keys(rule);
    beside.insert(beside.end(), own.begin(), own.end());
    ENTENTE_TRY(details->closed(beside));
    ENTENTE_TRY(read_details(*details, rules, rule));
  }
  ENTENTE_TRY(check_details(details ? *details : name, rule));
  return rule;
}

Result<EntitlementRule> read_entitlement(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"for", "when", "owes", "basis", "offer_first", "terms"}));
  ENTENTE_LET(pattern, read_pattern(place.field("for")));
  ENTENTE_LET(basis, place.field("basis").code());
  ENTENTE_LET(rule, read_owed(place, rules));
  rule.pattern = std::move(pattern);
  if (const auto when = place.find("when")) {
    ENTENTE_LET(checks, read_checks(*when, rules, CheckPlace::when));
    rule.when = std::move(checks);
  }
  for (RemedyRule& remedy : rule.owes) {
    if (remedy.basis.empty()) remedy.basis = basis;
  }
  if (const auto first = place.find("offer_first")) {
    if (rule.all_of) return first->refuse("offer_first belongs to one_of");
    YamlReader::Names names;
    for (const RemedyRule& remedy : rule.owes) names.push_back(remedy.purpose);
    ENTENTE_LET(code, first->one_of(names));
    rule.offer_first = std::move(code);
  }
  return rule;
}

Result<ConcessionRule> read_concession(const YamlReader& place, const PolicyRules& rules) {
  ConcessionRule rule;
  ENTENTE_LET(pattern, read_pattern(place.field("for")));
  ENTENTE_LET(name, place.field("name").code());
  ENTENTE_LET(remedy,
              read_remedy(place.field("remedy"), place,
                          {"for", "when", "name", "remedy", "steps", "needs", "cap"}, rules));
  if (remedy.shape != "money" && remedy.shape != "credit") {
    return place.field("remedy").expected("a remedy in money or credit");
  }
  if (remedy.amount.is_said()) {
    return place.field("amount").refuse("a concession has steps, no amount");
  }
  rule.pattern = std::move(pattern);
  rule.name = std::move(name);
  rule.remedy = std::move(remedy);
  if (const auto when = place.find("when")) {
    ENTENTE_LET(checks, read_checks(*when, rules, CheckPlace::when));
    rule.when = std::move(checks);
  }
  ENTENTE_LET(steps, place.field("steps").items());
  if (steps.empty()) return place.field("steps").refuse("expected at least one step");
  for (const YamlReader& step : steps) {
    ENTENTE_TRY(step.closed({"amount"}));
    ENTENTE_LET(money, read_money(step.field("amount")));
    if (!rule.steps.empty() &&
        (money.cur != rule.steps.back().cur || money.amt < rule.steps.back().amt)) {
      return step.refuse("expected steps in one currency that never fall");
    }
    rule.steps.push_back(std::move(money));
  }
  if (const auto needs = place.find("needs")) {
    ENTENTE_TRY(needs->closed({"assurance"}));
    ENTENTE_LET(assurance, read_assurance(needs->field("assurance")));
    rule.assurance = std::move(assurance);
  }
  if (const auto cap = place.find("cap")) {
    ENTENTE_TRY(cap->closed({"per_customer_day", "per_day", "per_customer_year"}));
    ENTENTE_LET(entries, cap->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(one,
                  read_cap(entry.value, *find_period(entry.key.node()->text), rule.remedy.purpose));
      rule.caps.push_back(std::move(one));
    }
  }
  return rule;
}

Result<NeverRule> read_never(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"for", "when"}));
  NeverRule rule;
  ENTENTE_LET(pattern, read_pattern(place.field("for")));
  rule.pattern = std::move(pattern);
  if (const auto when = place.find("when")) {
    ENTENTE_LET(checks, read_checks(*when, rules, CheckPlace::when));
    rule.when = std::move(checks);
  }
  return rule;
}

Result<RightRule> read_right(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"duties", "basis", "link", "link_within", "due"}));
  RightRule rule;
  ENTENTE_LET(basis, place.field("basis").code());
  Due due;
  due.n = due_days;
  if (const auto own = place.find("due")) {
    ENTENTE_LET(value, read_due(*own));
    due = std::move(value);
  }
  due.from = Due::Start::exercise;
  ENTENTE_LET(duties, place.field("duties").items());
  for (const YamlReader& duty : duties) {
    const bool is_map = duty.kind() == YamlKind::map;
    ENTENTE_LET(remedy,
                read_remedy(is_map ? duty.field("remedy") : duty,
                            is_map ? std::optional(duty) : std::nullopt, {"remedy"}, rules));
    if (!is_map || !duty.find("due")) remedy.due = due;
    if (remedy.basis.empty()) remedy.basis = basis;
    rule.duties.push_back(std::move(remedy));
  }
  if (const auto link = place.find("link")) {
    ENTENTE_LET(assurance, read_assurance(*link));
    rule.link = std::move(assurance);
    ENTENTE_LET(within, place.field("link_within").duration_ms());
    rule.link_within_ms = within;
  }
  return rule;
}

}  // namespace entente::policy
