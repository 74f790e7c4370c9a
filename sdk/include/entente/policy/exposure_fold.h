#pragma once
// What a case adds to the brand's exposure, told again after every message of the case in log
// order. One rule for the live agent and for replay, so that both see the same caps.

#include <entente/casefile/case.h>
#include <entente/policy/exposure.h>

namespace entente {

// Standing offers of the brand are reserved for `account`, agreed ones kept, ended ones released;
// grants and exercised rights are kept.
void fold_exposure(Exposure& exposure, const Case& casefile, std::string_view account);

}  // namespace entente
