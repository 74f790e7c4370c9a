#pragma once
// What an answer to a consumer is filled with, once it is durable.

#include <entente/journal/case_record.h>

namespace entente {

// The messages of the case from this position on, at most as many as a parcel holds: receipts of
// all, and of the brand's the envelopes and parts. False if a receipt cannot be read now.
bool add_messages(const Ledger& ledger, const CaseRecord& record, std::uint64_t from,
                  Parcel& parcel);
// The brand's notices of erasure that the consumer has not answered.
void add_notices(const CaseRecord& record, Parcel& parcel);

}  // namespace entente
