#include <entente/policy/policy.h>
#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "reading.h"

namespace entente {
namespace policy {

std::string_view name(Cap::Period period) {
  switch (period) {
    case Cap::Period::customer_day:
      return "per_customer_day";
    case Cap::Period::day:
      return "per_day";
    case Cap::Period::customer_year:
      return "per_customer_year";
  }
  return {};
}

Result<OfferRules> read_offers(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"valid_for", "hold", "lapse_if", "toll_max"}));
  OfferRules offers;
  ENTENTE_LET(valid_for, place.field("valid_for").duration_ms());
  offers.valid_for_ms = valid_for;
  if (valid_for == 0) return place.field("valid_for").refuse("an offer is valid for some time");
  const auto hold = place.find("hold");
  if (hold && !(hold->kind() == YamlKind::scalar && hold->node()->text == "none")) {
    ENTENTE_LET(value, hold->duration_ms());
    offers.hold_ms = value;
  }
  if (const auto toll = place.find("toll_max")) {
    ENTENTE_LET(value, toll->duration_ms());
    offers.toll_max_ms = value;
  }
  if (const auto lapse = place.find("lapse_if")) {
    ENTENTE_LET(fact, read_fact_name(*lapse, rules));
    if (fact->type != FactDeclaration::Type::boolean) {
      return lapse->expected("a fact of type bool");
    }
    offers.lapse_if = fact->name;
  }
  return offers;
}

namespace {

Status read_reasons(const YamlReader& root, PolicyRules& rules) {
  const auto reasons = root.find("reasons");
  if (!reasons) return {};
  ENTENTE_LET(entries, reasons->entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(code, entry.key.code());
    ENTENTE_LET(words, entry.value.entries());
    if (words.empty()) return entry.value.refuse("expected words in at least one language");
    for (const YamlEntry& one : words) {
      ENTENTE_LET(language, one.key.code());
      ENTENTE_LET(text, one.value.text());
      if (text.empty()) return one.value.expected("the words of the reason");
      rules.reasons[code].emplace_back(std::move(language), std::move(text));
    }
  }
  return {};
}

Status read_head(const YamlReader& root, PolicyRules& rules) {
  ENTENTE_TRY(
      root.closed({"entente", "name", "environment", "answer_within", "facts", "link", "claims",
                   "checks", "requests", "entitlements", "concessions", "never_automate",
                   "otherwise", "caps", "offers", "close", "rights", "reasons"}));
  ENTENTE_TRY(root.field("entente").one_of({"policy/1"}));
  ENTENTE_LET(name, root.field("name").code());
  rules.name = std::move(name);
  ENTENTE_LET(environment, root.field("environment").one_of({"sandbox", "production"}));
  rules.environment = environment == "sandbox" ? Environment::sandbox : Environment::production;
  ENTENTE_LET(answer_within, root.field("answer_within").duration_ms());
  rules.answer_within_ms = answer_within;
  ENTENTE_LET(facts, read_facts(root.field("facts")));
  rules.facts = std::move(facts);
  ENTENTE_TRY(root.field("otherwise").one_of({"handoff"}));
  return read_reasons(root, rules);
}

Status read_claims(const YamlReader& root, PolicyRules& rules) {
  const auto claims = root.find("claims");
  if (!claims) return {};
  ENTENTE_TRY(claims->closed({"order", "refetch_facts"}));
  if (const auto order = claims->find("order")) {
    ENTENTE_LET(value, order->one_of({"sequential", "any"}));
    rules.sequential = value == "sequential";
  }
  if (const auto refetch = claims->find("refetch_facts")) {
    ENTENTE_LET(value, refetch->one_of({"each", "once"}));
    rules.refetch_each = value == "each";
  }
  return {};
}

Status read_checks_and_requests(const YamlReader& root, PolicyRules& rules) {
  if (const auto checks = root.find("checks")) {
    ENTENTE_LET(entries, checks->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(name, entry.key.code());
      ENTENTE_LET(list, read_checks(entry.value, rules, CheckPlace::named));
      rules.checks[name] = std::move(list);
    }
  }
  const auto requests = root.find("requests");
  if (!requests) return {};
  ENTENTE_LET(items, requests->items());
  for (const YamlReader& item : items) {
    ENTENTE_LET(request, read_request(item, rules));
    rules.requests.push_back(std::move(request));
  }
  return {};
}

Status read_lists(const YamlReader& root, PolicyRules& rules) {
  ENTENTE_LET(entitlements, read_each(root.find("entitlements"), rules, &read_entitlement));
  rules.entitlements = std::move(entitlements);
  ENTENTE_LET(concessions, read_each(root.find("concessions"), rules, &read_concession));
  rules.concessions = std::move(concessions);
  ENTENTE_LET(never, read_each(root.find("never_automate"), rules, &read_never));
  rules.never_automate = std::move(never);
  if (const auto rights = root.find("rights")) {
    ENTENTE_LET(entries, rights->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(right, entry.key.code());
      if (!find_right(right) && !is_extension_code(right)) {
        return entry.key.expected("a right of the vocabulary such as withdrawal");
      }
      ENTENTE_LET(rule, read_right(entry.value, rules));
      rules.rights[right] = std::move(rule);
    }
  }
  return {};
}

Status read_close(const YamlReader& place, PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"contest_for", "reopen_for", "adr"}));
  ENTENTE_LET(contest_for, place.field("contest_for").duration_ms());
  ENTENTE_LET(reopen_for, place.field("reopen_for").duration_ms());
  if (reopen_for < contest_for) {
    return place.field("reopen_for").refuse("reopen_for lasts at least as long as contest_for");
  }
  rules.contest_for_ms = contest_for;
  rules.reopen_for_ms = reopen_for;
  const auto adr = place.find("adr");
  if (!adr) return {};
  ENTENTE_TRY(adr->closed({"body", "url", "participates"}));
  ENTENTE_LET(body, adr->field("body").text());
  ENTENTE_LET(url, adr->field("url").text());
  ENTENTE_LET(participates, adr->field("participates").boolean());
  rules.adr_body = std::move(body);
  rules.adr_url = std::move(url);
  rules.adr_participates = participates;
  return {};
}

Status read_bounds(const YamlReader& root, PolicyRules& rules) {
  if (const auto caps = root.find("caps")) {
    ENTENTE_LET(read, read_caps(*caps));
    rules.caps = std::move(read);
  }
  if (const auto link = root.find("link")) {
    ENTENTE_LET(read, read_link(*link, rules));
    rules.link = std::move(read);
  }
  ENTENTE_LET(offers, read_offers(root.field("offers"), rules));
  rules.offers = std::move(offers);
  return read_close(root.field("close"), rules);
}

}  // namespace
}  // namespace policy

std::string_view name(FactDeclaration::Type type) {
  constexpr std::array<std::string_view, 8> names = {"code",     "bool",    "count", "money",
                                                     "duration", "instant", "ref",   "list"};
  return names.at(static_cast<std::size_t>(type));
}

Result<Policy> Policy::parse(std::string_view text, std::string_view file_name) {
  ENTENTE_LET(tree, parse_yaml(text, file_name));
  const YamlReader root(tree, file_name, ErrorCode::policy_invalid);
  auto rules = std::make_shared<PolicyRules>();
  rules->text = text;
  ENTENTE_TRY(policy::read_head(root, *rules));
  ENTENTE_TRY(policy::read_claims(root, *rules));
  ENTENTE_TRY(policy::read_checks_and_requests(root, *rules));
  ENTENTE_TRY(policy::read_lists(root, *rules));
  ENTENTE_TRY(policy::read_bounds(root, *rules));
  return Policy(std::move(rules));
}

const std::string& Policy::text() const { return rules_->text; }
const std::string& Policy::name() const { return rules_->name; }
Environment Policy::environment() const { return rules_->environment; }
std::int64_t Policy::answer_within_ms() const { return rules_->answer_within_ms; }
const std::vector<FactDeclaration>& Policy::facts() const { return rules_->facts; }
const std::vector<std::string>& Policy::link_methods() const { return rules_->link.methods; }
bool Policy::claims_sequential() const { return rules_->sequential; }
bool Policy::refetch_facts_each() const { return rules_->refetch_each; }
std::int64_t Policy::contest_for_ms() const { return rules_->contest_for_ms; }
std::int64_t Policy::reopen_for_ms() const { return rules_->reopen_for_ms; }

const FactDeclaration* Policy::find_fact(std::string_view name) const {
  const auto found = std::ranges::find(rules_->facts, name, &FactDeclaration::name);
  return found == rules_->facts.end() ? nullptr : &*found;
}

std::string_view Policy::reason_text(std::string_view code, std::string_view language) const {
  return policy::reason_words(*rules_, code, language);
}

std::string_view policy::reason_words(const PolicyRules& rules, std::string_view code,
                                      std::string_view language) {
  const auto found = rules.reasons.find(code);
  if (found == rules.reasons.end()) return {};
  const std::string_view base = language.substr(0, language.find('-'));
  for (const std::string_view wanted : {language, base, std::string_view("en")}) {
    for (const auto& [spoken, text] : found->second) {
      if (spoken == wanted) return text;
    }
  }
  return found->second.front().second;
}

bool assurance_suffices(std::string_view has, std::string_view needs) {
  if (needs.empty()) return true;
  const Words weakest_first = words(Vocabulary::assurance);
  const auto rank = [&](std::string_view one) {
    return std::ranges::find(weakest_first, one) - weakest_first.begin();
  };
  const auto known = static_cast<std::ptrdiff_t>(weakest_first.size());
  return rank(needs) < known && rank(has) < known && rank(has) >= rank(needs);
}

}  // namespace entente
