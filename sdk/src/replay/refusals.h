#pragma once
// A signed no proves that the message was presented. Judged again in the case as the refusal itself
// says it stood, the message must not have been admissible.

#include <entente/identity/gate.h>
#include <entente/protocol/parcel.h>

#include "case_fold.h"

namespace entente {

struct PresentedRefusal {
  Refusal refusal;
  std::uint64_t entry = 0;
};

// Whether this no is wrong whatever the case was: nothing may say it to a verb that cannot be
// refused. The message must be the brand's to take: of its environment, and addressed to it.
bool is_never_right(const Refusal& refusal, const Message& message);

void check_refusal(const CaseFold& fold, const Authority& authority, const TakenBack& taken_back,
                   const PresentedRefusal& presented,
                   const std::optional<Verified<Message>>& refused, Notes& notes);

}  // namespace entente
