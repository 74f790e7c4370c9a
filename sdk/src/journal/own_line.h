#pragma once
// What a counterparty shows of our own log, held against the log: whoever holds our signature under
// entries that are not here has heard from somebody else with our key, or from us before a backup
// was restored. Either way a second history must not be signed.

#include <entente/journal/ledger.h>
#include <entente/protocol/message.h>

#include <optional>

namespace entente {

// The checkpoint, signed by our key, that is not of this log; nothing if all that is shown is.
// `seen` is a checkpoint as the counterparty names it, `lines` what it holds of its own signatures
// under it. Costs a signature only where the log does not have that root. Fails as reading does.
Result<std::optional<Checkpoint>> find_foreign_checkpoint(const Ledger& ledger, const Seen& seen,
                                                          std::span<const std::string> lines);

// Nothing more is signed once two histories of this log are about. Fails as reading and writing do.
Status halt_if_forked(Ledger& ledger, const Seen& seen, std::span<const std::string> lines);

}  // namespace entente
