#pragma once
// Mandates that were taken back in a case which this log does not show: erased, or not in the
// evidence of another. The brand's own word says so, and nothing here can check it.

#include "case_fold.h"

namespace entente {

// Where messages of other cases are not shown. What the log says was done under a mandate that was
// taken back is believed, so that the rest of the case can be followed.
void believe_taken_back(const CaseFold& fold, Authority& authority, const Saying& saying,
                        Notes& notes);

}  // namespace entente
