#pragma once
// The text a principal is shown before approving, as a pure function of the act: replay renders it
// again and compares the digest. Parts are printed by digest, so the text can be recomputed after
// they are erased; a screen shows the content beside it. What a stranger wrote stands in quotes,
// with whatever could forge a line or turn the reading direction escaped.
//
//     Digest shown = sha256(view(render_offer(offer, "did:web:kettle.example", "es")));
//
// Rules: protocol/spec/04-approval.md.

#include <entente/protocol/message.h>

#include <string>

namespace entente {

// An offer as it stands in its message: every term, every condition, what is given up.
// Languages: "en", "es", "nl", "de", "fr", by the primary subtag; another is rendered in English.
// Empty unless the body is an Offer.
std::string render_offer(const Message& offer, std::string_view brand_did,
                         std::string_view language);

// What somebody is to do by a term, without when and why: "Replacement: delivery of 1 x ...", and
// what the consumer is to do for it, empty if nothing. For the question whether it has happened;
// nobody signs these. `parts` are those of the message in which the term stands.
std::string render_deed(const Term& term, const std::vector<PartRef>& parts,
                        std::string_view language);
std::string render_condition(const Term& term, const std::vector<PartRef>& parts,
                             std::string_view language);

// A right about to be exercised. Empty unless the body is an Exercise that invokes one.
std::string render_exercise(const Message& exercise, std::string_view language);

}  // namespace entente
