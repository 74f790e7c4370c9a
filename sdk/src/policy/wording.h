#pragma once
// Makes terms of rules: what a remedy, a request or a duty says once the facts are known.

#include "claim_view.h"

namespace entente::policy {

// A term whose indices are into the parts of the claim's message, and the reference of a means of
// payment that stands there as no part yet.
struct Worded {
  Term term;
  std::string method_ref;
  std::string trouble;  // why it cannot be worded, as a code for a person; empty: it is
};

// `amount` replaces that of the rule where it is said.
Worded word_remedy(const RemedyRule& rule, Ground ground, const Money& amount,
                   const ClaimView& view);
Worded word_request(const Request& request, const ClaimView& view);
// A duty speaks before facts are known: an amount that is not known stays unsaid.
Term word_duty(const RemedyRule& rule, const Invoke& exercise, const Facing& facing);

// The offer of these terms, replacing what stands and answering the newest counter.
Speech word_offer_of(std::vector<Worded> worded, const ClaimView& view);
Speech word_refusal(const Check& check, const RequestRule& rule, const ClaimView& view);
Speech word_decline(std::string reason, const ClaimView& view);

}  // namespace entente::policy
