#pragma once
// How an offer of the brand looks to the person who gave the goal. Only typed terms count: no text
// of the other side is read here.

#include <entente/casefile/case.h>

#include "goal_rules.h"

namespace entente::policy {

enum class Judgement : std::uint8_t { acceptable, gives_up_rights, pays_above_limit, not_enough };

// Requires an offer of the brand in this case.
Judgement judge(const GoalRules& goal, const Case& casefile, const OfferState& state);

// The want behind a claim: the claim it opened with; null for a claim that came later.
const Want* find_want(const GoalRules& goal, std::uint16_t claim);
// Claims that the terms of an offer name, each once.
std::vector<std::uint16_t> claims_of(const Offer& offer);
// The brand does not need the principal's approval for these remedies.
bool is_exempt(const GoalRules& goal, const Offer& offer);

// The consumer's offer for one claim after `rounds` others: what is wanted, and of each amount less
// with every round, down to what is acceptable. Nothing if the wants cannot be worded as terms.
struct CounterTo {
  MessageId answers;
  MessageId replaces;  // zero: none of the consumer's stands
  std::size_t rounds = 0;
  std::int64_t now_ms = 0;
};
std::optional<Speech> word_counter(const GoalRules& goal, const Case& casefile,
                                   const ClaimState& state, const CounterTo& to);

}  // namespace entente::policy
