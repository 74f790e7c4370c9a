#pragma once
// The text a principal is shown before approving, as a pure function of the act: replay renders it
// again and compares the digest. Parts are printed by digest, so the text can be recomputed after
// they are erased; a screen shows the content beside it. Rules: protocol/spec/04-approval.md.

#include <entente/protocol/message.h>

#include <string>

namespace entente {

// An offer as it stands in its message: every term, every condition, what is given up.
// Languages: "en", "es", "nl", "de", "fr"; another is rendered in English.
std::string render_offer(const Message& offer, std::string_view brand_did,
                         std::string_view language);

// A right about to be exercised.
std::string render_exercise(const Message& exercise, std::string_view language);

}  // namespace entente
