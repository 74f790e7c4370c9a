#pragma once
// A folded case as text, line by line and always in the same order: two parties, or an auditor who
// replays the messages, hash it and know whether they hold the same case.
//
//     describe(casefile)     "case 3f0a... open head 7 ...\nclaim 1 ...\n"
//
// The lines are specified in protocol/spec/05-lifecycle.md.

#include <entente/casefile/case.h>

namespace entente {

// Every state that the protocol's rules can see; nothing that only one party knows.
std::string describe(const Case& casefile);

}  // namespace entente
