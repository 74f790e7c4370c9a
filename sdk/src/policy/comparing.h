#pragma once
// Is what is offered as much as what is owed, and no more? Both sides are terms with their parts.

#include "wording.h"

namespace entente::policy {

struct OfferedTerm {
  const Term& term;
  PartSource parts;
};

struct Relation {
  bool comparable = false;  // the same remedy in the same shape, about the same things
  bool at_least = false;    // the consumer gets no less, no later, and under no heavier condition
  bool at_most = false;     // the brand gives no more, and has no less time
};

Relation compare(const OfferedTerm& offered, const Worded& rule, const ClaimView& view);

}  // namespace entente::policy
