#include "facing.h"

#include <algorithm>

namespace entente::policy {
namespace {

using Type = FactDeclaration::Type;

bool has_type(const Scalar& value, const FactDeclaration& fact) {
  switch (fact.type) {
    case Type::code: {
      const auto* code = std::get_if<CodeFact>(&value);
      return code && std::ranges::find(fact.values, code->code) != fact.values.end();
    }
    case Type::boolean:
      return std::holds_alternative<bool>(value);
    case Type::count:
      return std::holds_alternative<CountFact>(value);
    case Type::money:
      return std::holds_alternative<Money>(value) && check_money(std::get<Money>(value));
    case Type::duration:
      return std::holds_alternative<DurationFact>(value);
    case Type::instant:
      return std::holds_alternative<InstantFact>(value);
    case Type::ref:
      return std::holds_alternative<RefFact>(value);
    case Type::list:
      return false;
  }
  return false;
}

Scalar typed(const Scalar& value, const FactDeclaration* fact) {
  return fact && has_type(value, *fact) ? value : Scalar(Unknown{});
}

const FactDeclaration* find_declared(const std::vector<FactDeclaration>& facts,
                                     std::string_view name) {
  const auto found = std::ranges::find(facts, name, &FactDeclaration::name);
  return found == facts.end() ? nullptr : &*found;
}

Truth to_truth(bool value) { return value ? Truth::yes : Truth::no; }

Truth invert(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return to_truth(truth == Truth::no);
}

bool is_unknown(const Scalar& value) { return std::holds_alternative<Unknown>(value); }

// Two amounts in different currencies are neither equal nor ordered.
bool comparable(const Scalar& left, const Scalar& right) {
  if (is_unknown(left) || is_unknown(right) || left.index() != right.index()) return false;
  const auto* money = std::get_if<Money>(&left);
  return !money || money->cur == std::get<Money>(right).cur;
}

Truth equal(const Scalar& left, const Scalar& right) {
  return comparable(left, right) ? to_truth(left == right) : Truth::unknown;
}

std::optional<std::int64_t> magnitude(const Scalar& value) {
  if (const auto* count = std::get_if<CountFact>(&value)) return count->count;
  if (const auto* money = std::get_if<Money>(&value)) return money->amt;
  if (const auto* duration = std::get_if<DurationFact>(&value)) return duration->ms;
  if (const auto* instant = std::get_if<InstantFact>(&value)) return instant->at_ms;
  return std::nullopt;
}

Truth at_least(const Scalar& left, const Scalar& right) {
  if (!comparable(left, right)) return Truth::unknown;
  const auto a = magnitude(left);
  const auto b = magnitude(right);
  return a && b ? to_truth(*a >= *b) : Truth::unknown;
}

// At most this long ago; what lies ahead has not happened.
Truth within(const Scalar& left, const Scalar& right, std::int64_t now_ms) {
  const auto* instant = std::get_if<InstantFact>(&left);
  const auto* duration = std::get_if<DurationFact>(&right);
  if (!instant || !duration) return Truth::unknown;
  return to_truth(instant->at_ms <= now_ms && instant->at_ms >= now_ms - duration->ms);
}

Truth compare(const Check& check, const Scalar& left, const Facing& facing) {
  if (is_unknown(left)) return Truth::unknown;
  const Scalar right = check.other.empty() ? check.values.front() : facing.value(check.other);
  switch (check.op) {
    case Operator::is:
    case Operator::same_as:
      return equal(left, right);
    case Operator::not_same_as:
      return invert(equal(left, right));
    case Operator::in:
      return to_truth(std::ranges::find(check.values, left) != check.values.end());
    case Operator::at_least:
      return at_least(left, right);
    case Operator::at_most:
      return at_least(right, left);
    case Operator::within:
      return within(left, right, facing.now_ms);
    case Operator::any:
      break;
  }
  return Truth::unknown;
}

Truth both(Truth a, Truth b) {
  if (a == Truth::no || b == Truth::no) return Truth::no;
  return a == Truth::unknown || b == Truth::unknown ? Truth::unknown : Truth::yes;
}

// In an empty list there is no row that fails.
Truth evaluate_rows(const Check& check, const Facing& facing) {
  const FactDeclaration* list = find_declared(facing.rules.facts, check.every);
  const Fact* fact = facing.facts.find(check.every);
  const auto* rows = fact ? std::get_if<Rows>(&fact->value) : nullptr;
  if (!list || !rows) return Truth::unknown;
  const FactDeclaration* declared = find_declared(list->fields, check.fact);
  Truth all = Truth::yes;
  for (const Row& row : rows->list) {
    const auto field = std::ranges::find(row.fields, check.fact, &Field::name);
    const Scalar value = field == row.fields.end() ? Scalar(Unknown{}) : field->value;
    all = both(all, compare(check, typed(value, declared), facing));
  }
  return all;
}

Truth evaluate_any(const Check& check, const Facing& facing) {
  Truth one = Truth::no;
  for (const Check& alternative : check.any) {
    one = invert(both(invert(one), invert(evaluate(alternative, facing))));
  }
  return one;
}

void note(std::vector<std::string>& names, const std::string& name) {
  if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
}

}  // namespace

Scalar Facing::value(std::string_view name) const {
  const Fact* fact = facts.find(name);
  const auto* scalar = fact ? std::get_if<Scalar>(&fact->value) : nullptr;
  return scalar ? typed(*scalar, find_declared(rules.facts, name)) : Scalar(Unknown{});
}

std::optional<Money> Facing::amount(const Amount& amount) const {
  if (amount.fact.empty()) return amount.written;
  const Scalar known = value(amount.fact);
  const auto* money = std::get_if<Money>(&known);
  return money ? std::optional(*money) : std::nullopt;
}

Truth evaluate(const Check& check, const Facing& facing) {
  const Truth applies = evaluate_all(check.when, facing);
  if (applies != Truth::yes) return applies == Truth::no ? Truth::yes : Truth::unknown;
  if (check.op == Operator::any) return evaluate_any(check, facing);
  if (!check.every.empty()) return evaluate_rows(check, facing);
  return compare(check, facing.value(check.fact), facing);
}

Truth evaluate_all(const std::vector<Check>& checks, const Facing& facing) {
  Truth all = Truth::yes;
  for (const Check& check : checks) all = both(all, evaluate(check, facing));
  return all;
}

std::vector<std::string> facts_of(const Check& check) {
  std::vector<std::string> names;
  note(names, check.every.empty() ? check.fact : check.every);
  note(names, check.other);
  for (const Check& alternative : check.any) {
    for (const std::string& name : facts_of(alternative)) note(names, name);
  }
  return names;
}

}  // namespace entente::policy
