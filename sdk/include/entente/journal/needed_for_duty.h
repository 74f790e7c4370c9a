#pragma once
// What may not be erased yet of a case that goes on, because something is carried out with it.

#include <entente/casefile/case.h>
#include <entente/protocol/retention.h>

namespace entente {

// The brand owes a term that is not carried out, and this would take what that needs: for whom,
// where to, on which order. False once the case has ended.
bool is_needed_for_duty(const Case& casefile, const ErasureRecord& erasure);

}  // namespace entente
