#include <entente/replay/rules.h>

#include <array>

namespace entente {
namespace {

struct Row {
  Rule rule;
  std::string_view id;
  std::string_view meaning;
};

constexpr Row rows[] = {
#define ENTENTE_ROW(rule, id, meaning) {Rule::rule, id, meaning},
    ENTENTE_REPLAY_RULES(ENTENTE_ROW)
#undef ENTENTE_ROW
};

constexpr auto all_rules = [] {
  std::array<Rule, rule_count> rules{};
  for (std::size_t i = 0; i < rule_count; ++i) rules[i] = rows[i].rule;
  return rules;
}();

}  // namespace

std::string_view name(Rule rule) { return rows[static_cast<std::size_t>(rule)].id; }
std::string_view meaning(Rule rule) { return rows[static_cast<std::size_t>(rule)].meaning; }
std::span<const Rule> replay_rules() { return all_rules; }

std::optional<Rule> find_rule(std::string_view wanted) {
  for (const Row& row : rows) {
    if (row.id == wanted) return row.rule;
  }
  return std::nullopt;
}

}  // namespace entente
