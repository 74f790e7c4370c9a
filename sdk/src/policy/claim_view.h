#pragma once
// One claim as a decision sees it: what is asked, what was said about it so far, and the facts.
// Made from a case, or from a test file that has no case.

#include <entente/policy/decide.h>

#include "facing.h"
#include "parts.h"

namespace entente::policy {

struct SaidOffer {
  MessageId id;
  const Offer* offer = nullptr;
};

struct ClaimView {
  const PolicyRules& rules;
  const Claim& claim;
  std::span<const PartRef> parts;  // of the message that brought the claim
  std::string_view language;
  Facing facing;
  const Exposure& exposure;
  std::string_view account;
  std::string_view assurance;

  bool answered = false;             // agreed, refused, or a right was exercised on it
  std::optional<SaidOffer> own;      // the brand's newest, if it stands
  std::optional<SaidOffer> counter;  // the consumer's newest, if it stands and is newer than that
  std::size_t rounds = 0;            // offers of the brand that met with a counter
  bool offered = false;
  bool declined = false;  // the brand's newest was
  std::vector<std::string> offered_remedies;
  CaseId case_id;  // zero in a test file

  std::int64_t at_ms() const { return facing.now_ms; }
};

// Requires a claim of the case. The view refers into all that is given.
ClaimView view_claim(const Policy& policy, const Situation& situation);

// What the brand has offered, and the consumer countered, on one claim.
void read_offers_of(const Case& casefile, std::uint16_t claim, ClaimView& view);
bool is_answered(const Case& casefile, std::uint16_t claim);

bool concerns(const Term& term, std::uint16_t claim);
bool concerns(const Offer& offer, std::uint16_t claim);

// Asked by the counter, or else by the claim; `at_most` as far as an amount is named.
struct Ask {
  bool asked = false;
  std::optional<Money> at_most;
};
Ask find_ask(const ClaimView& view, std::string_view remedy);

// "order_change.items", "record.address", "money.refund_full"; empty for a wish in no exact shape.
std::string request_name(const Wish& wish);
std::optional<Shape> exact_shape(const Wish& wish);
// The claim's one exact wish and its rule; nothing if it has no exact wish or no rule for it.
struct Request {
  const Wish& wish;
  const RequestRule& rule;
};
std::optional<Request> find_request(const ClaimView& view);

}  // namespace entente::policy
