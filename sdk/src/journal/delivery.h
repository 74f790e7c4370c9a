#pragma once
// What an answer to a consumer is filled with, once it is durable.

#include "batch.h"

namespace entente {

// The receipt of a message: the first one it got, also where the log lost it and took it back.
Result<Receipt> receipt_of(const Ledger& ledger, const CaseRecord& record, std::uint64_t position);
// The messages of the case from `reply.from` on, as many as a parcel holds: receipts of all, and
// the envelopes and parts of the brand's, and for a read of the consumer's own. False if a receipt
// cannot be read now.
bool add_messages(const Ledger& ledger, const CaseRecord& record, const Reply& reply,
                  Parcel& parcel);
// The brand's notices of erasure that the consumer has not answered.
void add_notices(const CaseRecord& record, Parcel& parcel);

}  // namespace entente
