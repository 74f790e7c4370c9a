#pragma once
// The auditor's part of the demo: both logs replayed from files alone, and what a single flipped
// byte does to that.

#include <entente/core/result.h>

#include "console.h"
#include "demo/homes.h"

namespace entente::cli {

// The log keys are pinned from the brand's card.
Status show_audit(Console& console, const DemoPlace& place);

}  // namespace entente::cli
