#include "delivery.h"

#include <entente/core/limits.h>
#include <entente/journal/notice.h>

#include <algorithm>

namespace entente {

Result<Receipt> receipt_of(const Ledger& ledger, const CaseRecord& record, std::uint64_t position) {
  const auto regained = record.regained.find(position);
  if (regained != record.regained.end()) return regained->second;
  return ledger.receipt(record.entries.at(position));
}

bool add_messages(const Ledger& ledger, const CaseRecord& record, const Reply& reply,
                  Parcel& parcel) {
  std::size_t bytes = 0;  // of parts
  for (std::uint64_t position = *reply.from; position < record.entries.size(); ++position) {
    const bool full = parcel.envelopes.size() >= limits::parcel_envelopes_max ||
                      bytes > limits::parcel_bytes_max / 4;
    if (full) return true;
    auto receipt = receipt_of(ledger, record, position);
    if (!receipt) return false;
    parcel.receipts.push_back(std::move(*receipt));
    const Authorised<Message>& message = record.casefile.messages()[position];
    // What made an accept timely comes with its receipt, or its effect could not be understood.
    const auto busy = record.busies.find(message.id());
    if (busy != record.busies.end()) parcel.envelopes.push_back(busy->second);
    if (message->author.party != Party::brand && !reply.is_read) continue;
    const ByteView envelope = message.verified().envelope();
    parcel.envelopes.emplace_back(envelope.begin(), envelope.end());
    for (const PartRef& ref : message->parts) {
      const Part* part = record.find_part(ref);
      if (part == nullptr) continue;
      bytes += part->content.size();
      parcel.parts.push_back(*part);
    }
  }
  return true;
}

void add_notices(const CaseRecord& record, Parcel& parcel) {
  std::ranges::move(notices_among(record.records).unanswered(), std::back_inserter(parcel.notices));
}

}  // namespace entente
