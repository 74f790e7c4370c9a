#pragma once
// What a brand's policy says to a claim, given the case and the facts: an offer, a reasoned
// refusal, nothing, or that a person must look at it. The same function answers in production and
// in a replay; an auditor with the policy, the facts and the case gets the same verdict.
//
//     if (auto claim = next_claim(policy, casefile)) {
//       Verdict verdict = decide(policy, {casefile, *claim, facts, exposure, account, assurance,
//                                         now_ms});
//     }
//
// Pure. The guards at the end hold every negotiator, a model or code too, to the same limits.

#include <entente/casefile/case.h>
#include <entente/policy/exposure.h>
#include <entente/policy/policy.h>
#include <entente/policy/speech.h>
#include <entente/protocol/facts.h>

#include <span>

namespace entente {

struct Situation {
  const Case& casefile;
  std::uint16_t claim = 0;
  const Facts& facts;
  const Exposure& exposure;
  std::string account;    // who counts as one customer for caps: the linked account
  std::string assurance;  // of the link; empty = not linked
  std::int64_t now_ms = 0;
};

// One of: something to say; a person, for a reason; neither, as there is nothing to say now.
struct Verdict {
  std::string rule;              // request.order_change.items, concession.wait.step1 ...
  std::optional<Speech> speech;  // a propose, a determine, or a decline of the newest counter
  std::string person_reason;     // a code: unknown_fact, never_automate, no_rule, cap_reached ...
  bool operator==(const Verdict&) const = default;
};

// The claim to decide next: without answer, or with a counter newer than the brand's last offer.
// Sequential policies wait for the claims before it and for what was agreed on them.
std::optional<std::uint16_t> next_claim(const Policy& policy, const Case& casefile);

// Requires a claim of the case.
Verdict decide(const Policy& policy, const Situation& situation);

// The assurance to ask for before this claim is decided; empty = none.
std::string required_assurance(const Policy& policy, const Claim& claim);

// What the brand owes once a right is exercised, worded for the acknowledgement: indices are into
// the parts of `exercise`, whose body is an Invoke. A right the policy does not name has no duties.
std::vector<Term> duties_of_right(const Policy& policy, const Invoke& exercise,
                                  std::int64_t received_ms);
// The acknowledgement itself, dated when the right was received. It always exists: a right is
// never refused. Waits for a link if the right needs more than `assurance`.
Speech acknowledge_right(const Policy& policy, const Authorised<Message>& exercise,
                         std::string_view assurance, std::int64_t received_ms);

// What a model or the brand's code wants to offer; the policy words it (due, return, basis).
struct OfferChoice {
  std::string remedy;
  Money amount;  // of a goodwill remedy; else not said
};
// Fails with author_forbidden for a remedy the policy does not have for this claim, and as
// check_limits does.
Result<Speech> word_offer(const Policy& policy, const Situation& situation,
                          std::span<const OfferChoice> choices);

// The remedies that word_offer takes for this claim, with the most of each; empty money = not a
// matter of amount.
std::vector<OfferChoice> allowed_choices(const Policy& policy, const Situation& situation);

// `offer` is a propose with its parts: of a negotiator, or the body and parts of a consumer's
// propose that the brand would accept.
//
// True if law or contract owes more on this claim than the offer gives, or if that cannot be told
// from the facts.
bool below_entitlement(const Policy& policy, const Situation& situation, const Speech& offer);

// Holds an offer to the policy. Fails with below_entitlement (also for rights given up),
// author_forbidden (a remedy, condition or validity the policy does not have, never_automate),
// assurance_too_low, exposure_exceeded (a cap, the end of a ladder, more than a fact allows),
// remedy_given (another claim on the same line of an order is made good already).
Status check_limits(const Policy& policy, const Situation& situation, const Speech& offer);

}  // namespace entente
