#include "facts_file.h"

#include <entente/text/yaml_reader.h>

namespace entente::cli {
namespace {

using Type = FactDeclaration::Type;

class FactsReader {
 public:
  FactsReader(const Policy& policy, std::int64_t now_ms) : policy_(policy), now_ms_(now_ms) {}

  Result<NamedFacts> facts(const YamlReader& map) const {
    NamedFacts facts;
    ENTENTE_LET(entries, map.entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(fact_name, entry.key.code());
      const FactDeclaration* declared = policy_.find_fact(fact_name);
      if (declared == nullptr) return entry.key.refuse("the policy declares no such fact");
      ENTENTE_LET(value, fact(entry.value, *declared));
      facts.insert_or_assign(fact_name, value);
    }
    return facts;
  }

  Result<NamedFacts> facts_or_none(const YamlReader& map, std::string_view key) const {
    const auto field = map.find(key);
    if (!field) return NamedFacts{};
    return facts(*field);
  }

 private:
  Result<Fact> fact(const YamlReader& value, const FactDeclaration& declared) const {
    if (declared.type == Type::list) {
      ENTENTE_LET(rows, list(value, declared));
      return Fact{declared.name, rows};
    }
    ENTENTE_LET(read, scalar(value, declared));
    return Fact{declared.name, read};
  }

  Result<Rows> list(const YamlReader& value, const FactDeclaration& declared) const {
    Rows rows;
    ENTENTE_LET(items, value.items());
    for (const YamlReader& item : items) {
      Row row;
      for (const FactDeclaration& field : declared.fields) {
        const auto at = item.find(field.name);
        if (!at) continue;
        ENTENTE_LET(read, scalar(*at, field));
        row.fields.push_back({field.name, read});
      }
      rows.list.push_back(std::move(row));
    }
    return rows;
  }

  Result<Scalar> scalar(const YamlReader& value, const FactDeclaration& declared) const {
    if (!value.quoted() && value.kind() == YamlKind::scalar && value.node()->text == "unknown") {
      return Scalar(Unknown{});
    }
    switch (declared.type) {
      case Type::code:
        return code(value, declared);
      case Type::boolean: {
        ENTENTE_LET(read, value.boolean());
        return Scalar(read);
      }
      case Type::count: {
        ENTENTE_LET(count, value.integer(0));
        return Scalar(CountFact{count});
      }
      case Type::money:
        return money(value);
      case Type::duration: {
        ENTENTE_LET(ms, value.duration_ms());
        return Scalar(DurationFact{ms});
      }
      case Type::instant:
        return instant(value);
      case Type::ref: {
        ENTENTE_LET(ref, value.text());
        return Scalar(RefFact{ref});
      }
      case Type::list:
        break;
    }
    return value.expected("a value that is no list");
  }

  Result<Scalar> code(const YamlReader& value, const FactDeclaration& declared) const {
    const YamlReader::Names allowed(declared.values.begin(), declared.values.end());
    ENTENTE_LET(code, allowed.empty() ? value.code() : value.one_of(allowed));
    return Scalar(CodeFact{code});
  }

  Result<Scalar> money(const YamlReader& value) const {
    ENTENTE_LET(read, value.money());
    const auto exponent = find_exponent(read.currency);
    if (!exponent) return value.expected("a currency of ISO 4217");
    return Scalar(Money{read.currency, read.amount, *exponent});
  }

  // A date, or {ago: 70d} so that an example does not grow old.
  Result<Scalar> instant(const YamlReader& value) const {
    if (value.kind() != YamlKind::map) {
      ENTENTE_LET(at_ms, value.instant_ms());
      return Scalar(InstantFact{at_ms});
    }
    ENTENTE_TRY(value.closed({"ago"}));
    ENTENTE_LET(ago_ms, value.field("ago").duration_ms());
    return Scalar(InstantFact{now_ms_ - ago_ms});
  }

  const Policy& policy_;
  std::int64_t now_ms_;
};

Result<KnownOrder> read_order(const YamlReader& map, const FactsReader& reader) {
  ENTENTE_TRY(map.closed({"account", "facts", "lines"}));
  KnownOrder order;
  if (const auto account = map.find("account")) {
    ENTENTE_LET(id, account->text());
    order.account = id;
  }
  ENTENTE_LET(facts, reader.facts_or_none(map, "facts"));
  order.facts = std::move(facts);
  if (const auto lines = map.find("lines")) {
    ENTENTE_LET(entries, lines->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(id, entry.key.text());
      ENTENTE_LET(of_line, reader.facts(entry.value));
      order.lines.emplace(id, std::move(of_line));
    }
  }
  return order;
}

Result<KnownAccount> read_account(const YamlReader& map, const FactsReader& reader) {
  ENTENTE_TRY(map.closed({"knows", "facts"}));
  ENTENTE_LET(knows, map.field("knows").text());
  ENTENTE_LET(facts, reader.facts_or_none(map, "facts"));
  return KnownAccount{knows, std::move(facts)};
}

}  // namespace

Result<FactsFile> read_facts_file(std::string_view text, std::string_view file_name,
                                  const Policy& policy, std::int64_t now_ms) {
  ENTENTE_LET(tree, parse_yaml(text, file_name));
  const YamlReader root(tree, file_name, ErrorCode::config_invalid);
  ENTENTE_TRY(root.closed({"everyone", "accounts", "orders"}));
  const FactsReader reader(policy, now_ms);
  FactsFile file;
  ENTENTE_LET(everyone, reader.facts_or_none(root, "everyone"));
  file.everyone = std::move(everyone);
  if (const auto accounts = root.find("accounts")) {
    ENTENTE_LET(entries, accounts->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(id, entry.key.text());
      ENTENTE_LET(account, read_account(entry.value, reader));
      file.accounts.emplace(id, std::move(account));
    }
  }
  if (const auto orders = root.find("orders")) {
    ENTENTE_LET(entries, orders->entries());
    for (const YamlEntry& entry : entries) {
      ENTENTE_LET(id, entry.key.text());
      ENTENTE_LET(order, read_order(entry.value, reader));
      file.orders.emplace(id, std::move(order));
    }
  }
  return file;
}

}  // namespace entente::cli
