#include <algorithm>
#include <array>

#include "reading.h"

namespace entente::policy {
namespace {

using Type = FactDeclaration::Type;

struct Spelling {
  std::string_view name;
  Operator op;
};
constexpr std::array spellings = {
    Spelling{"is", Operator::is},
    Spelling{"in", Operator::in},
    Spelling{"at_least", Operator::at_least},
    Spelling{"at_most", Operator::at_most},
    Spelling{"within", Operator::within},
    Spelling{"same_as", Operator::same_as},
    Spelling{"not_same_as", Operator::not_same_as},
};

constexpr std::array types = {Type::code,     Type::boolean, Type::count, Type::money,
                              Type::duration, Type::instant, Type::ref,   Type::list};

bool takes(Operator op, Type type) {
  const bool ordered =
      type == Type::count || type == Type::money || type == Type::duration || type == Type::instant;
  switch (op) {
    case Operator::is:
    case Operator::same_as:
    case Operator::not_same_as:
      return type != Type::list;
    case Operator::in:
      return type == Type::code || type == Type::count || type == Type::ref;
    case Operator::at_least:
    case Operator::at_most:
      return ordered;
    case Operator::within:
      return type == Type::instant;
    case Operator::any:
      return false;
  }
  return false;
}

bool takes_fact(Operator op) {
  return op == Operator::at_least || op == Operator::at_most || op == Operator::same_as ||
         op == Operator::not_same_as;
}

Result<Type> read_type(const YamlReader& place, bool in_list) {
  YamlReader::Names names;
  for (const Type type : types) {
    if (!in_list || type != Type::list) names.push_back(name(type));
  }
  ENTENTE_LET(spelled, place.one_of(names));
  return *std::ranges::find(types, std::string_view(spelled), [](Type type) { return name(type); });
}

Result<FactDeclaration> read_declaration(const YamlEntry& entry, bool in_list);

Result<std::vector<FactDeclaration>> read_declarations(const YamlReader& place, bool in_list) {
  std::vector<FactDeclaration> all;
  ENTENTE_LET(entries, place.entries());
  for (const YamlEntry& entry : entries) {
    ENTENTE_LET(one, read_declaration(entry, in_list));
    all.push_back(std::move(one));
  }
  return all;
}

Result<FactDeclaration> read_declaration(const YamlEntry& entry, bool in_list) {
  FactDeclaration fact;
  ENTENTE_LET(spelled, entry.key.code());
  fact.name = std::move(spelled);
  if (in_list && entry.value.kind() == YamlKind::scalar) {
    ENTENTE_LET(type, read_type(entry.value, in_list));
    if (type == Type::code) {
      return entry.value.refuse(
          "expected the values of a code, as in {type: code, values: [a, b]}");
    }
    fact.type = type;
    return fact;
  }
  ENTENTE_TRY(entry.value.closed({"type", "values", "of"}));
  ENTENTE_LET(type, read_type(entry.value.field("type"), in_list));
  fact.type = type;
  if (type == Type::code) {
    ENTENTE_LET(values, entry.value.field("values").codes());
    if (values.empty()) return entry.value.field("values").refuse("expected at least one value");
    fact.values = std::move(values);
  } else if (const auto values = entry.value.find("values")) {
    return values->refuse("only a fact of type code has values");
  }
  if (type == Type::list) {
    ENTENTE_LET(fields, read_declarations(entry.value.field("of"), true));
    if (fields.empty()) return entry.value.field("of").refuse("expected at least one field");
    fact.fields = std::move(fields);
  } else if (const auto of = entry.value.find("of")) {
    return of->refuse("only a fact of type list has fields");
  }
  return fact;
}

Result<const FactDeclaration*> read_field_name(const YamlReader& place,
                                               const FactDeclaration& list) {
  YamlReader::Names names;
  for (const FactDeclaration& field : list.fields) names.push_back(field.name);
  ENTENTE_LET(spelled, place.one_of(names));
  return &*std::ranges::find(list.fields, spelled, &FactDeclaration::name);
}

Status read_right_side(const YamlReader& place, const FactDeclaration& fact,
                       const PolicyRules& rules, Check& check) {
  if (check.op == Operator::within) {
    ENTENTE_LET(duration, place.duration_ms());
    check.values.emplace_back(DurationFact{duration});
    return {};
  }
  if (check.op == Operator::in) {
    ENTENTE_LET(items, place.items());
    if (items.empty()) return place.refuse("expected at least one value");
    for (const YamlReader& item : items) {
      ENTENTE_LET(value, read_literal(item, fact));
      check.values.push_back(std::move(value));
    }
    return {};
  }
  const bool names_fact = place.kind() == YamlKind::map && place.find("fact");
  if (!names_fact && (check.op == Operator::same_as || check.op == Operator::not_same_as)) {
    return place.expected("another fact, as in {fact: order.original_method}");
  }
  if (!names_fact || !takes_fact(check.op)) {
    ENTENTE_LET(value, read_literal(place, fact));
    check.values.push_back(std::move(value));
    return {};
  }
  ENTENTE_TRY(place.closed({"fact"}));
  ENTENTE_LET(other, read_fact_name(place.field("fact"), rules));
  if (other->type != fact.type) {
    return place.field("fact").refuse("expected a fact of type " + std::string(name(fact.type)) +
                                      ", " + other->name + " is of type " +
                                      std::string(name(other->type)));
  }
  check.other = other->name;
  return {};
}

// `fact` or `every` and `fact`, one operator, and its right side.
Status read_comparison(const YamlReader& place, const PolicyRules& rules, Check& check) {
  const FactDeclaration* fact = nullptr;
  if (const auto every = place.find("every")) {
    ENTENTE_LET(list, read_fact_name(*every, rules));
    if (list->type != Type::list) {
      return every->refuse("expected a fact of type list, " + list->name + " is of type " +
                           std::string(name(list->type)));
    }
    check.every = list->name;
    ENTENTE_LET(field, read_field_name(place.field("fact"), *list));
    fact = field;
  } else {
    ENTENTE_LET(plain, read_fact_name(place.field("fact"), rules));
    fact = plain;
  }
  check.fact = fact->name;
  const Spelling* found = nullptr;
  for (const Spelling& spelling : spellings) {
    const auto right = place.find(spelling.name);
    if (!right) continue;
    if (found) return right->refuse("expected one operator, found a second");
    found = &spelling;
  }
  if (!found) {
    return place.refuse(
        "expected an operator: is, in, at_least, at_most, within, same_as or not_same_as");
  }
  check.op = found->op;
  const YamlReader right = place.field(found->name);
  if (!takes(check.op, fact->type)) {
    return right.refuse("expected another operator, " + std::string(found->name) +
                        " does not take a fact of type " + std::string(name(fact->type)));
  }
  return read_right_side(right, *fact, rules, check);
}

Result<Check> read_check(const YamlReader& place, const PolicyRules& rules, CheckPlace where) {
  YamlReader::Names keys = {"fact",     "every",   "any",         "is",     "in",
                            "at_least", "at_most", "not_same_as", "within", "same_as"};
  if (where != CheckPlace::when) keys.insert(keys.end(), {"when", "else", "basis"});
  ENTENTE_TRY(place.closed(keys));
  Check check;
  if (const auto any = place.find("any")) {
    ENTENTE_LET(entries, place.entries());
    for (const YamlEntry& entry : entries) {
      const std::string& key = entry.key.node()->text;
      if (key != "any" && key != "when" && key != "else" && key != "basis") {
        return entry.key.refuse("expected nothing else beside any, found \"" + key + "\"");
      }
    }
    check.op = Operator::any;
    ENTENTE_LET(alternatives, read_checks(*any, rules, CheckPlace::when));
    if (alternatives.empty()) return any->refuse("expected at least one condition");
    check.any = std::move(alternatives);
  } else {
    ENTENTE_TRY(read_comparison(place, rules, check));
  }
  if (where == CheckPlace::when) return check;
  if (const auto when = place.find("when")) {
    ENTENTE_LET(conditions, read_checks(*when, rules, CheckPlace::when));
    check.when = std::move(conditions);
  }
  ENTENTE_LET(reason, read_reason(place.field("else"), rules));
  check.reason = std::move(reason);
  if (const auto basis = place.find("basis")) {
    ENTENTE_LET(code, basis->code());
    check.basis = std::move(code);
  }
  return check;
}

}  // namespace

Result<std::vector<FactDeclaration>> read_facts(const YamlReader& facts) {
  return read_declarations(facts, false);
}

Result<std::vector<Check>> read_checks(const YamlReader& list, const PolicyRules& rules,
                                       CheckPlace place) {
  std::vector<Check> checks;
  ENTENTE_LET(items, list.items());
  for (const YamlReader& item : items) {
    if (place == CheckPlace::require && item.kind() == YamlKind::scalar) {
      YamlReader::Names names;
      for (const auto& named : rules.checks) names.push_back(named.first);
      if (names.empty()) return item.expected("a condition; no checks are declared");
      ENTENTE_LET(name, item.one_of(names));
      const auto& named = rules.checks.at(name);
      checks.insert(checks.end(), named.begin(), named.end());
      continue;
    }
    ENTENTE_LET(check, read_check(item, rules, place));
    checks.push_back(std::move(check));
  }
  return checks;
}

Result<const FactDeclaration*> read_fact_name(const YamlReader& place, const PolicyRules& rules) {
  YamlReader::Names names;
  for (const FactDeclaration& fact : rules.facts) names.push_back(fact.name);
  if (names.empty()) return place.expected("a fact; none are declared under facts");
  ENTENTE_LET(spelled, place.one_of(names));
  return &*std::ranges::find(rules.facts, spelled, &FactDeclaration::name);
}

Result<Scalar> read_literal(const YamlReader& place, const FactDeclaration& fact) {
  switch (fact.type) {
    case Type::code: {
      const YamlReader::Names names(fact.values.begin(), fact.values.end());
      ENTENTE_LET(code, place.one_of(names));
      return Scalar(CodeFact{code});
    }
    case Type::boolean: {
      ENTENTE_LET(value, place.boolean());
      return Scalar(value);
    }
    case Type::count: {
      ENTENTE_LET(value, place.integer());
      return Scalar(CountFact{value});
    }
    case Type::money: {
      ENTENTE_LET(value, read_money(place));
      return Scalar(std::move(value));
    }
    case Type::duration: {
      ENTENTE_LET(value, place.duration_ms());
      return Scalar(DurationFact{value});
    }
    case Type::instant: {
      ENTENTE_LET(value, place.instant_ms());
      return Scalar(InstantFact{value});
    }
    case Type::ref: {
      ENTENTE_LET(value, place.text());
      return Scalar(RefFact{value});
    }
    case Type::list:
      break;
  }
  return place.refuse("a list has no literal");
}

Result<std::string> read_reason(const YamlReader& place, const PolicyRules& rules) {
  ENTENTE_LET(code, place.code());
  if (!rules.reasons.contains(code)) {
    return place.refuse("expected a reason with words under reasons, found \"" + code + "\"");
  }
  return code;
}

}  // namespace entente::policy
