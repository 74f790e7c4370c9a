#pragma once
// The brand's own documents in its log: its cards, from which its authority is learned, and the
// policy that decisions name.

#include "batch.h"

namespace entente {

// Every card on record, those given that it lacks, and the one in force now, which the message key
// must be of; then what was revoked. Fails with card_invalid where a card is missing between, or
// revokes a key from an entry that is written already, with what a card's chain breaks, and with
// what the ledger says.
Status learn_documents(SequencerParts& parts, std::int64_t now_ms);
// Puts cards and policy on record, unless they are. Durable on return.
Status log_documents(const SequencerParts& parts, std::int64_t now_ms);

}  // namespace entente
