#pragma once
// What a case adds to the brand's exposure, told again after every message of the case in log
// order. One rule for the live agent and for replay, so that both see the same caps.

#include <entente/casefile/case.h>
#include <entente/policy/exposure.h>

#include <functional>
#include <optional>

namespace entente {

// What the parts of a case say, as far as they are there.
struct CaseContent {
  // The account that was linked when the message at this position was admitted; empty: none.
  std::function<std::string(std::uint64_t position)> account_at;
  std::function<std::optional<std::string>(const PartRef&)> text_of;
};

// Reserved is what can still become binding: an offer that stands, or that was replaced or taken
// back unseen by the consumer, whose acceptance would cross it. Agreed offers, grants and exercised
// rights are kept; the rest is released.
void fold_exposure(Exposure& exposure, const Case& casefile, const CaseContent& content);

}  // namespace entente
