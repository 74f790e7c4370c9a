#pragma once
// The brand's own documents in its log: its cards, from which its authority is learned, and the
// policy that decisions name.

#include "batch.h"

namespace entente {

// Every card on record, and the one in force now, which the message key must be of; then what was
// revoked. Fails with what a card's chain breaks, and with what the ledger says.
Status learn_documents(SequencerParts& parts, std::int64_t now_ms);
// Puts card and policy on record, unless they are.
Status log_documents(const SequencerParts& parts, std::int64_t now_ms);

}  // namespace entente
