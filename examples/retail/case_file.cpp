#include "case_file.h"

#include <entente/text/yaml_reader.h>

#include <algorithm>

namespace retail {
namespace {

using entente::ErrorCode;
using entente::Fact;
using entente::FactDeclaration;
using entente::Policy;
using entente::Scalar;
using entente::YamlReader;
using Type = FactDeclaration::Type;

Result<Scalar> read_scalar(const YamlReader& place, const FactDeclaration& declared) {
  switch (declared.type) {
    case Type::boolean: {
      ENTENTE_LET(value, place.boolean());
      return Scalar(value);
    }
    case Type::count: {
      ENTENTE_LET(value, place.integer(0));
      return Scalar(entente::CountFact{value});
    }
    case Type::money: {
      ENTENTE_LET(value, place.money());
      const auto exponent = entente::find_exponent(value.currency);
      return Scalar(entente::Money{value.currency, value.amount, exponent.value_or(2)});
    }
    case Type::duration: {
      ENTENTE_LET(value, place.duration_ms());
      return Scalar(entente::DurationFact{value});
    }
    case Type::instant: {
      ENTENTE_LET(value, place.instant_ms());
      return Scalar(entente::InstantFact{value});
    }
    case Type::ref: {
      ENTENTE_LET(value, place.text());
      return Scalar(entente::RefFact{value});
    }
    case Type::code: {
      ENTENTE_LET(value, place.code());
      return Scalar(entente::CodeFact{value});
    }
    case Type::list:
      break;
  }
  return place.refuse("a list is no single value");
}

Result<entente::Rows> read_rows(const YamlReader& place, const FactDeclaration& declared) {
  entente::Rows rows;
  ENTENTE_LET(items, place.items());
  for (const YamlReader& item : items) {
    entente::Row row;
    for (const FactDeclaration& field : declared.fields) {
      ENTENTE_LET(value, read_scalar(item.field(field.name), field));
      row.fields.push_back({field.name, value});
    }
    rows.list.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<Fact>> read_facts(const YamlReader& place, const Policy& policy) {
  std::vector<Fact> facts;
  ENTENTE_LET(entries, place.entries());
  for (const entente::YamlEntry& entry : entries) {
    ENTENTE_LET(name, entry.key.code());
    const FactDeclaration* declared = policy.find_fact(name);
    if (declared == nullptr) return entry.key.expected("a fact that the policy declares");
    if (declared->type == Type::list) {
      ENTENTE_LET(rows, read_rows(entry.value, *declared));
      facts.push_back({name, std::move(rows)});
    } else {
      ENTENTE_LET(value, read_scalar(entry.value, *declared));
      facts.push_back({name, std::move(value)});
    }
  }
  return facts;
}

Status read_texts(const YamlReader& map, std::string_view key, std::vector<std::string>& to) {
  const auto list = map.find(key);
  if (!list) return {};
  ENTENTE_LET(items, list->items());
  for (const YamlReader& item : items) {
    ENTENTE_LET(text, item.text());
    to.push_back(std::move(text));
  }
  return {};
}

Status read_count(const YamlReader& map, std::string_view key, std::int64_t& to) {
  const auto field = map.find(key);
  if (!field) return {};
  ENTENTE_LET(value, field->integer(0, 1000));
  to = value;
  return {};
}

Result<Settled> read_expected(const YamlReader& map) {
  ENTENTE_TRY(map.closed({"ending", "outcome", "agreed", "executed", "refused", "declined",
                          "offers", "counters", "approvals", "handoff"}));
  Settled expected;
  ENTENTE_LET(ending,
              map.field("ending").one_of({"closed", "needs_principal", "with_a_person", "left"}));
  expected.ending = ending;
  if (const auto outcome = map.find("outcome")) {
    ENTENTE_LET(code, outcome->code());
    expected.outcome = code;
  }
  ENTENTE_TRY(read_texts(map, "agreed", expected.agreed));
  ENTENTE_TRY(read_texts(map, "executed", expected.executed));
  std::ranges::sort(expected.executed);
  ENTENTE_TRY(read_texts(map, "refused", expected.refused));
  ENTENTE_TRY(read_texts(map, "declined", expected.declined));
  ENTENTE_TRY(read_count(map, "offers", expected.offers));
  ENTENTE_TRY(read_count(map, "counters", expected.counters));
  ENTENTE_TRY(read_count(map, "approvals", expected.approvals));
  if (const auto handoff = map.find("handoff")) {
    ENTENTE_LET(value, handoff->boolean());
    expected.handoff = value;
  }
  return expected;
}

Status read_people(const YamlReader& root, CaseFile& read) {
  if (const auto customer = root.find("customer")) {
    ENTENTE_TRY(customer->closed({"approves", "knows_code"}));
    ENTENTE_TRY(read_texts(*customer, "approves", read.approves));
    if (const auto knows = customer->find("knows_code")) {
      ENTENTE_LET(value, knows->boolean());
      read.knows_code = value;
    }
  }
  const auto office = root.find("back_office");
  if (!office) return {};
  ENTENTE_TRY(office->closed({"fails", "forgetful"}));
  std::vector<std::string> failing;
  ENTENTE_TRY(read_texts(*office, "fails", failing));
  read.failing = {failing.begin(), failing.end()};
  if (const auto forgetful = office->find("forgetful")) {
    ENTENTE_LET(value, forgetful->boolean());
    read.forgetful = value;
  }
  return {};
}

Status read_all_facts(const YamlReader& root, const std::filesystem::path& directory,
                      CaseFile& read) {
  ENTENTE_LET(policy_file, root.field("policy").text());
  read.policy = directory / policy_file;
  ENTENTE_LET(policy_text, read_text(read.policy));
  ENTENTE_LET(policy, Policy::parse(policy_text, read.policy.filename().string()));
  ENTENTE_LET(facts, read_facts(root.field("facts"), policy));
  read.facts = std::move(facts);
  const auto by_claim = root.find("facts_of_claim");
  if (!by_claim) return {};
  ENTENTE_LET(entries, by_claim->entries());
  for (const entente::YamlEntry& entry : entries) {
    ENTENTE_LET(claim, entry.key.integer(1, 100));
    ENTENTE_LET(own, read_facts(entry.value, policy));
    read.facts_of_claim[claim] = std::move(own);
  }
  return {};
}

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

}  // namespace

Result<CaseFile> read_case(const std::filesystem::path& file) {
  ENTENTE_LET(text, read_text(file));
  ENTENTE_LET(tree, entente::parse_yaml(text, file.filename().string()));
  const YamlReader root(tree, file.filename().string(), ErrorCode::config_invalid);
  ENTENTE_TRY(root.closed(
      {"title", "expect", "policy", "facts", "facts_of_claim", "customer", "back_office", "goal"}));
  CaseFile read;
  read.name = file.stem().string();
  ENTENTE_LET(title, root.field("title").text());
  ENTENTE_LET(expected, read_expected(root.field("expect")));
  ENTENTE_LET(goal, root.field("goal").text(entente::limits::json_bytes_max));
  read.title = title;
  read.expected = expected;
  read.goal = goal;
  ENTENTE_TRY(read_people(root, read));
  ENTENTE_TRY(read_all_facts(root, file.parent_path(), read));
  return read;
}

std::string compare(const Settled& expected, const Settled& found) {
  std::string text;
  const auto look = [&](const char* what, const std::string& is, const std::string& should_be) {
    if (is == should_be) return;
    text += std::string("  ") + what + ": " + is + ", expected " + should_be + "\n";
  };
  const auto yes_no = [](bool value) { return std::string(value ? "yes" : "no"); };
  look("ending", found.ending, expected.ending);
  look("outcome", found.outcome, expected.outcome);
  look("agreed", list_of(found.agreed), list_of(expected.agreed));
  look("executed", list_of(found.executed), list_of(expected.executed));
  look("refused", list_of(found.refused), list_of(expected.refused));
  look("declined", list_of(found.declined), list_of(expected.declined));
  look("offers", std::to_string(found.offers), std::to_string(expected.offers));
  look("counters", std::to_string(found.counters), std::to_string(expected.counters));
  look("approvals", std::to_string(found.approvals), std::to_string(expected.approvals));
  look("handoff", yes_no(found.handoff), yes_no(expected.handoff));
  return text;
}

}  // namespace retail
