#pragma once
// What a log does not show and nothing here can check: the brand's own word says so, and is
// believed, so that the rest of the case can be followed. Evidence of one case lacks the others,
// and a consumer writes its log itself: what is not in it accuses nobody.

#include "case_fold.h"

namespace entente {

// A mandate that was taken back in a case which is not shown.
void believe_taken_back(const CaseFold& fold, Authority& authority, const Saying& saying,
                        Notes& notes);

// A busy that made an accept timely.
void believe_told_busy(CaseFold& fold, const Authority& authority, const Saying& saying,
                       Notes& notes);

// The card or mandate that the message is said under or to; nothing if all is here.
std::optional<std::string> find_lack(const Authority& authority, const Message& message);

}  // namespace entente
