#pragma once
// What somebody wants, as a goal and a policy's test file spell it: a claim and its wishes, with
// the parts they name.

#include <entente/policy/speech.h>
#include <entente/text/yaml_reader.h>

#include <map>
#include <optional>

namespace entente::policy {

// Parts named so far, equal ones once.
class PartPool {
 public:
  PartIndex add(NewPart part);
  PartIndex add_reference(std::string_view text);
  const std::vector<NewPart>& parts() const { return parts_; }

 private:
  std::vector<NewPart> parts_;
};

struct Want {
  Claim claim;                        // without id; indices are into the pool
  std::map<std::string, Money> asks;  // most wanted, by remedy
  std::vector<std::string> any_of;    // acceptable remedies; empty = all that are wanted
  std::map<std::string, Money> at_least;
};

// The keys of a want, and those of its caller `beside`.
Result<Want> read_want(const YamlReader& place, YamlReader::Names beside, PartPool& pool);
Result<std::string> read_remedy_word(const YamlReader& place);
Result<Money> read_exact_money(const YamlReader& place);
// {compensation_goodwill: {cur: EUR, amt: 500}}
Result<std::map<std::string, Money>> read_amounts(const YamlReader& place);

}  // namespace entente::policy
