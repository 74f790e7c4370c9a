#include "delivery.h"

#include <entente/core/limits.h>
#include <entente/journal/notice.h>

#include <algorithm>

namespace entente {

bool add_messages(const Ledger& ledger, const CaseRecord& record, std::uint64_t from,
                  Parcel& parcel) {
  for (std::uint64_t position = from; position < record.entries.size(); ++position) {
    if (parcel.envelopes.size() >= limits::parcel_envelopes_max) return true;
    auto receipt = ledger.receipt(record.entries[position]);
    if (!receipt) return false;
    parcel.receipts.push_back(std::move(*receipt));
    const Authorised<Message>& message = record.casefile.messages()[position];
    // What made an accept timely comes with its receipt, or its effect could not be understood.
    const auto busy = record.busies.find(message.id());
    if (busy != record.busies.end()) parcel.envelopes.push_back(busy->second);
    if (message->author.party != Party::brand) continue;
    const ByteView envelope = message.verified().envelope();
    parcel.envelopes.emplace_back(envelope.begin(), envelope.end());
    for (const PartRef& ref : message->parts) {
      if (const Part* part = record.find_part(ref)) parcel.parts.push_back(*part);
    }
  }
  return true;
}

void add_notices(const CaseRecord& record, Parcel& parcel) {
  std::ranges::move(notices_among(record.records).unanswered(), std::back_inserter(parcel.notices));
}

}  // namespace entente
