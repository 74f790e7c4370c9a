#pragma once
// Decides again: the policy on record, over the facts on record, in the case as it stood, gives the
// same rule and the same words, or the brand's log says something untrue about why it spoke.

#include <entente/policy/decide.h>
#include <entente/replay/redecision.h>

#include "case_fold.h"
#include "documents.h"

namespace entente {

// What a decision is held against.
struct DecisionView {
  std::uint64_t entry = 0;
  const DecisionRecord& record;
  const Case& before;                  // the case when it was decided
  const Message* said;                 // null: nothing was
  const Facts& facts;                  // empty if none were used
  const Exposure& exposure;            // of all cases, at that moment
  std::optional<std::string> account;  // nothing: its part is not shown
  const std::map<Digest, Part>& parts;
  Trace* trace;  // gets what a person would want to read about it; null: nobody asked
};

void check_decision(const DecisionView& view, const Documents& documents, Notes& notes);

// The decision as either policy makes it. Without a policy to compare, nothing is done.
Redecision redecide(const DecisionView& view, const Policy& older, const Policy& newer);

// What an acknowledged right owes is given by the policy, too.
void check_acknowledgement(const CaseFold& fold, const Saying& saying, const Policy* policy,
                           const Case& before, Notes& notes);

}  // namespace entente
