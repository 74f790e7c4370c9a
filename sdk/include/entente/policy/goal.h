#pragma once
// A goal is what a person wants from a brand and what they would take, as a YAML file for their
// assistant. What is wanted is said; what is acceptable never leaves the device.
//
//     ENTENTE_LET(goal, Goal::parse(text, "kettle.goal.yaml"));
//     ENTENTE_LET(speech, opening(goal, files));
//
// Every key is in docs/reference/goal-yaml.md.

#include <entente/policy/speech.h>
#include <entente/protocol/mandate.h>

#include <map>
#include <memory>

namespace entente {

struct GoalRules;  // the parsed file, for the sources of this module

class Goal {
 public:
  // Fails with goal_invalid, yaml_invalid, too_large; messages name file, line and column.
  static Result<Goal> parse(std::string_view text, std::string_view file_name);

  const std::string& brand() const;  // DID
  const std::string& language() const;
  // Categories, verbs, remedies, approval_exempt, representation and times; keys, environment and
  // nonce are the assistant's to fill in.
  Mandate mandate(std::int64_t now_ms) const;
  // Files named as evidence, relative to the goal file: `opening` needs their content.
  const std::vector<std::string>& files() const;
  // The link method the person chose; empty = none.
  const std::string& link_method() const;

  const GoalRules& rules() const { return *rules_; }

 private:
  explicit Goal(std::shared_ptr<const GoalRules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const GoalRules> rules_;  // immutable, so copies may share
};

// The `open`, with its parts; equal parts once. Fails with file_missing if a file is not given.
Result<Speech> opening(const Goal& goal, const std::map<std::string, Bytes>& files = {});
// The `link` that may travel in the same parcel; nothing if the goal has no link.
std::optional<Speech> opening_link(const Goal& goal);
// The answer to a link's challenge.
Speech link_proof(std::string_view method, std::string_view challenge, std::string_view proof);
// The request for a human that the goal describes.
Speech person_request(const Goal& goal, std::string_view reason);

}  // namespace entente
