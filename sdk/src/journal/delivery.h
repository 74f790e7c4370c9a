#pragma once
// What an answer to a consumer is filled with, once it is durable.

#include "batch.h"

namespace entente {

// The receipt of a message: the first one it got, also where the log lost it and took it back.
Result<Receipt> receipt_of(const Ledger& ledger, const CaseRecord& record, std::uint64_t position);
// The messages of the case from `reply.from` on, as many as a parcel holds: receipts of all, and
// the envelopes and parts of the brand's, and for a read of the consumer's own; and the brand's
// notices of erasure that the consumer has not answered. Busy if the disk does not give them now.
Delivery deliver(const Ledger& ledger, const Batch::Cases& cases, const Reply& reply);

}  // namespace entente
