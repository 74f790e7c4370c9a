#pragma once
// A signed no proves that the message was presented. Judged again in the case as the refusal itself
// says it stood, the message must not have been admissible.

#include <entente/protocol/parcel.h>

#include "case_fold.h"

namespace entente {

struct PresentedRefusal {
  Refusal refusal;
  std::uint64_t entry = 0;
};

void check_refusal(const CaseFold& fold, const Authority& authority,
                   const PresentedRefusal& presented,
                   const std::optional<Verified<Message>>& refused, Notes& notes);

}  // namespace entente
