#pragma once
// Reads the sections of a policy file, each with the place of what is wrong in it. `rules` holds
// what was read before: facts and reasons come first.

#include <entente/text/yaml_reader.h>

#include <array>

#include "rules.h"

namespace entente::policy {

// Where a list of conditions stands decides what belongs into it.
enum class CheckPlace : std::uint8_t {
  named,    // under `checks`: reasons, no names
  require,  // reasons, and names of checks
  when      // neither
};

Result<std::vector<FactDeclaration>> read_facts(const YamlReader& facts);
Result<std::vector<Check>> read_checks(const YamlReader& list, const PolicyRules& rules,
                                       CheckPlace place);
// The declared fact, or an error that names the nearest.
Result<const FactDeclaration*> read_fact_name(const YamlReader& place, const PolicyRules& rules);
Result<Scalar> read_literal(const YamlReader& place, const FactDeclaration& fact);
// A code that stands under `reasons`.
Result<std::string> read_reason(const YamlReader& place, const PolicyRules& rules);

Result<Money> read_money(const YamlReader& place);
// Money, or {fact: <a fact of type money>}.
Result<Amount> read_amount(const YamlReader& place, const PolicyRules& rules);
Result<Due> read_due(const YamlReader& place);
Result<ClaimPattern> read_pattern(const YamlReader& place);
// The name of an assurance of the vocabulary.
Result<std::string> read_assurance(const YamlReader& place);
Result<std::string> read_family(const YamlReader& place);
// `name` is shape.remedy or remedy. `details` may be absent, and may hold the keys `beside` too,
// which belong to whoever calls.
Result<RemedyRule> read_remedy(const YamlReader& name, const std::optional<YamlReader>& details,
                               YamlReader::Names beside, const PolicyRules& rules);

Result<RequestRule> read_request(const YamlReader& place, const PolicyRules& rules);
Result<EntitlementRule> read_entitlement(const YamlReader& place, const PolicyRules& rules);
Result<ConcessionRule> read_concession(const YamlReader& place, const PolicyRules& rules);
Result<NeverRule> read_never(const YamlReader& place, const PolicyRules& rules);
Result<RightRule> read_right(const YamlReader& place, const PolicyRules& rules);
Result<LinkRules> read_link(const YamlReader& place, const PolicyRules& rules);
Result<OfferRules> read_offers(const YamlReader& place, const PolicyRules& rules);
Result<std::vector<Cap>> read_caps(const YamlReader& place);
// One period of caps; `family` is set where the place itself is the cap, as in a concession.
Result<Cap> read_cap(const YamlReader& place, Cap::Period period, std::string family);
std::optional<Cap::Period> find_period(std::string_view spelled);

// The value of a closed enum whose wire spelling stands there.
template <class Enum, std::size_t size>
Result<Enum> read_enum(const YamlReader& place, const std::array<Enum, size>& values) {
  YamlReader::Names names;
  for (const Enum value : values) names.push_back(name(value));
  ENTENTE_LET(spelled, place.one_of(names));
  for (const Enum value : values) {
    if (name(value) == spelled) return value;
  }
  return fail(ErrorCode::internal);
}

// Reads each item of an optional list with `read`.
template <class T>
Result<std::vector<T>> read_each(const std::optional<YamlReader>& list, const PolicyRules& rules,
                                 Result<T> (*read)(const YamlReader&, const PolicyRules&)) {
  std::vector<T> all;
  if (!list) return all;
  ENTENTE_LET(items, list->items());
  for (const YamlReader& item : items) {
    ENTENTE_LET(one, read(item, rules));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace entente::policy
