#pragma once
// Which rules of a policy speak to a claim, and what they give at this point of the talk.

#include "wording.h"

namespace entente::policy {

// What the rules say of this claim, before anything was worded for sending.
Verdict decide_claim(const ClaimView& view);

// The assurance this claim needs: the highest that its wishes, and the goodwill it asks for, need.
std::string needed_assurance(const PolicyRules& rules, const Claim& claim);

// Rules whose `when` holds. `unknown`: that of another cannot be told.
struct Applicable {
  std::vector<const EntitlementRule*> entitlements;
  std::vector<const ConcessionRule*> concessions;
  bool unknown = false;
  std::string name(const ClaimView& view) const;
};
Applicable find_applicable(const ClaimView& view);

// One of what is owed has not been offered yet.
bool has_alternative(const ClaimView& view);
bool is_value_refused(const Request& request);

struct Plan {
  std::vector<Worded> worded;
  std::string rule;
  std::string trouble;  // for a person
};
// What is owed, the one asked for where there is a choice, and the goodwill that was earned so far.
Plan make_plan(const Applicable& applicable, const ClaimView& view);

}  // namespace entente::policy
