#pragma once
// Caps meet what is about to be promised.

#include "claim_view.h"

namespace entente::policy {

// The first cap that these terms would pass, as "per_customer_day.refund"; empty if none. What the
// offer would replace does not count.
std::string find_passed_cap(std::span<const Term> terms, const ClaimView& view);
// True if another claim on the same line of an order is made good already.
bool is_given_elsewhere(std::span<const Term> terms, const ClaimView& view);

}  // namespace entente::policy
