#pragma once
// What a contradiction proves, from the file alone: who signed both, that both are about the same
// thing, and that both cannot be meant.
//
//     ENTENTE_LET(finding, judge(contradiction, {&known_key, 1}));
//
// Pure. Rules: protocol/spec/06-audit-log.md, "Contradictions".

#include <entente/replay/finding.h>
#include <entente/replay/trust.h>
#include <entente/wire/contradiction.h>

#include <span>

namespace entente {

// A broken finding against the brand: `receipted` if the log's key is among those that the reader
// knows, at the time that the file shows, else `asserted`, because the cards inside vouch for
// themselves alone. Fails with proof_invalid if it proves nothing, and with what the cards say.
Result<Finding> judge(const Contradiction& contradiction, std::span<const TrustedKey> known_logs);

}  // namespace entente
