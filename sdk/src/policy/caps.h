#pragma once
// Caps meet what is about to be promised.

#include "claim_view.h"

namespace entente::policy {

// The first cap that these terms would pass, as "per_customer_day.refund"; empty if none. What the
// offer would replace does not count.
std::string find_passed_cap(std::span<const Term> terms, const ClaimView& view);

}  // namespace entente::policy
