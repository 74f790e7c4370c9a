#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "reading.h"

namespace entente::policy {
namespace {

using Direction = Settlement::Direction;

constexpr std::array<std::string_view, 6> changes = {"address", "payment", "items",
                                                     "cancel",  "return",  "exchange"};
constexpr std::array<std::string_view, 4> other_shapes = {"goods", "contract_change", "money",
                                                          "credit"};

std::string_view shape_of(std::string_view name) { return name.substr(0, name.find('.')); }

// order_change.<kind of change>, record.<field>, <shape>.<remedy>.
Result<std::string> read_request_name(const YamlReader& place) {
  ENTENTE_LET(spelled, place.code());
  const std::size_t dot = spelled.find('.');
  const std::string kind = dot == std::string::npos ? "" : spelled.substr(dot + 1);
  const std::string_view shape = shape_of(spelled);
  bool known = false;
  if (shape == "order_change") {
    known = std::ranges::find(changes, kind) != changes.end();
  } else if (shape == "record") {
    known = !kind.empty();
  } else if (std::ranges::find(other_shapes, shape) != other_shapes.end()) {
    const Remedy* remedy = find_remedy(kind);
    known = is_extension_code(kind) ||
            (remedy && std::ranges::find(remedy->shapes, shape) != remedy->shapes.end());
  }
  if (!known) {
    return place.expected(
        "a kind of request: order_change.cancel (address, payment, items, return, exchange), "
        "record.<field>, or goods, contract_change, money or credit with a remedy");
  }
  return spelled;
}

YamlReader::Names value_keys(std::string_view name) {
  if (name == "order_change.cancel") return {"reason"};
  if (shape_of(name) == "contract_change") return {"plan", "effective"};
  if (shape_of(name) == "money") return {"to"};
  return {};
}

Status read_values(const YamlReader& place, const PolicyRules& rules, RequestRule& rule) {
  const auto values = place.find("values");
  if (!values) {
    if (const auto reason = place.find("else")) return reason->refuse("else belongs to values");
    return {};
  }
  const auto keys = value_keys(rule.name);
  if (keys.empty()) return values->refuse("a request for " + rule.name + " has no values");
  ENTENTE_TRY(values->closed(keys));
  ENTENTE_LET(entries, values->entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(codes, entry.value.codes());
    rule.values[entry.key.node()->text] = std::move(codes);
  }
  ENTENTE_LET(reason, read_reason(place.field("else"), rules));
  rule.values_reason = std::move(reason);
  return {};
}

Status check_declared(const YamlReader& place, const PolicyRules& rules, std::string_view fact,
                      FactDeclaration::Type type) {
  for (const FactDeclaration& declared : rules.facts) {
    if (declared.name == fact && declared.type == type) return {};
  }
  return place.refuse("needs a fact " + std::string(fact) + " of type " + std::string(name(type)) +
                      " under facts");
}

Result<SettlementRule> read_settlement(const YamlReader& place, const PolicyRules& rules) {
  SettlementRule rule;
  if (place.kind() == YamlKind::scalar) {
    ENTENTE_TRY(place.one_of({"priced"}));
    ENTENTE_TRY(check_declared(place, rules, "price.direction", FactDeclaration::Type::code));
    ENTENTE_TRY(check_declared(place, rules, "price.difference", FactDeclaration::Type::money));
    rule.priced = true;
    return rule;
  }
  ENTENTE_TRY(place.closed({"direction", "amount", "method"}));
  ENTENTE_LET(direction, place.field("direction").one_of({"pays", "receives"}));
  rule.direction = direction == "pays" ? Direction::pays : Direction::receives;
  ENTENTE_LET(amount, read_amount(place.field("amount"), rules));
  rule.amount = std::move(amount);
  if (const auto method = place.find("method")) {
    ENTENTE_TRY(method->closed({"fact"}));
    ENTENTE_LET(fact, read_fact_name(method->field("fact"), rules));
    if (fact->type != FactDeclaration::Type::ref) {
      return method->field("fact").expected("a fact of type ref");
    }
    rule.method_fact = fact->name;
  }
  return rule;
}

Status read_request_offer(const YamlReader& place, const PolicyRules& rules, RequestRule& rule) {
  ENTENTE_TRY(place.closed({"ground", "basis", "as", "settlement", "amount", "due"}));
  ENTENTE_LET(ground, place.field("ground").one_of({"entitlement", "concession"}));
  rule.ground = ground == "entitlement" ? Ground::entitlement : Ground::concession;
  if (rule.ground == Ground::entitlement || place.find("basis")) {
    ENTENTE_LET(basis, place.field("basis").code());
    rule.basis = std::move(basis);
  }
  ENTENTE_TRY(place.field("as").one_of({"asked"}));
  if (const auto due = place.find("due")) {
    ENTENTE_LET(value, read_due(*due));
    rule.due = std::move(value);
  }
  const std::string_view shape = shape_of(rule.name);
  if (const auto settlement = place.find("settlement")) {
    if (shape != "order_change") return settlement->refuse("only an order_change is settled");
    ENTENTE_LET(value, read_settlement(*settlement, rules));
    rule.settlement = std::move(value);
  }
  // Without a bound, `as: asked` would pay whatever somebody writes.
  const bool is_money = shape == "money" || shape == "credit";
  if (is_money) {
    ENTENTE_LET(value, read_amount(place.field("amount"), rules));
    rule.amount = std::move(value);
  } else if (const auto amount = place.find("amount")) {
    return amount->refuse("only money and credit have an amount");
  }
  return {};
}

}  // namespace

Result<RequestRule> read_request(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"for", "require", "values", "else", "offer"}));
  RequestRule rule;
  ENTENTE_LET(name, read_request_name(place.field("for")));
  rule.name = std::move(name);
  if (std::ranges::find(rules.requests, rule.name, &RequestRule::name) != rules.requests.end()) {
    return place.field("for").refuse("expected one rule for each kind of request");
  }
  ENTENTE_LET(require, read_checks(place.field("require"), rules, CheckPlace::require));
  rule.require = std::move(require);
  ENTENTE_TRY(read_values(place, rules, rule));
  ENTENTE_TRY(read_request_offer(place.field("offer"), rules, rule));
  return rule;
}

Result<LinkRules> read_link(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_TRY(place.closed({"methods", "assurance", "payout"}));
  LinkRules link;
  const Words methods = words(Vocabulary::link_method);
  ENTENTE_LET(named,
              place.field("methods").codes_of(YamlReader::Names(methods.begin(), methods.end())));
  link.methods = std::move(named);
  if (const auto assurance = place.find("assurance")) {
    ENTENTE_LET(entries, assurance->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(needed, read_assurance(entry.value));
      if (entry.key.node()->text == "otherwise") {
        link.otherwise = std::move(needed);
        continue;
      }
      ENTENTE_LET(family, read_family(entry.key));
      link.assurance[family] = std::move(needed);
    }
  }
  if (const auto payout = place.find("payout")) {
    ENTENTE_TRY(payout->closed({"to", "or_when"}));
    ENTENTE_TRY(payout->field("to").one_of({"original_method"}));
    ENTENTE_TRY(check_declared(*payout, rules, "method.ref", FactDeclaration::Type::ref));
    ENTENTE_TRY(
        check_declared(*payout, rules, "order.original_method", FactDeclaration::Type::ref));
    link.payout_to_original = true;
    if (const auto or_when = payout->find("or_when")) {
      ENTENTE_LET(checks, read_checks(*or_when, rules, CheckPlace::when));
      link.payout_or_when = std::move(checks);
    }
  }
  return link;
}

}  // namespace entente::policy
