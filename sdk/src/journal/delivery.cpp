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

namespace {

// What the message at one position takes of a parcel.
struct Item {
  std::vector<ByteView> envelopes;
  std::vector<const Part*> parts;
  std::size_t bytes = 0;  // of these parts
};

Item item_at(const CaseRecord& record, std::uint64_t position, bool is_read) {
  const Authorised<Message>& message = record.casefile.messages()[position];
  Item item;
  // What made an accept timely comes with its receipt, or its effect could not be understood.
  const std::int64_t at_ms = record.casefile.admitted_ms(position);
  for (const Verified<Refusal>& busy : record.busies_until(message.id(), at_ms)) {
    item.envelopes.push_back(busy.envelope());
  }
  if (message->author.party != Party::brand && !is_read) return item;
  item.envelopes.push_back(message.verified().envelope());
  for (const PartRef& ref : message->parts) {
    const Part* part = record.find_part(ref);
    if (part == nullptr) continue;
    item.parts.push_back(part);
    item.bytes += part->content.size();
  }
  return item;
}

// The first one of a parcel came in one itself.
bool has_room_for(const Item& item, const Parcel& parcel, std::size_t bytes) {
  if (parcel.envelopes.size() + item.envelopes.size() > limits::parcel_envelopes_max) return false;
  if (parcel.receipts.empty()) return true;
  return parcel.receipts.size() < limits::parcel_receipts_max &&
         parcel.parts.size() + item.parts.size() <= limits::parcel_parts_max &&
         bytes + item.bytes <= limits::parcel_bytes_max / 2;
}

// False if something cannot be read now.
bool add_messages(const Ledger& ledger, const CaseRecord& record, const Reply& reply,
                  Parcel& parcel) {
  std::size_t bytes = 0;  // of parts
  for (std::uint64_t position = *reply.from; position < record.entries.size(); ++position) {
    const Item item = item_at(record, position, reply.is_read);
    if (record.is_unreadable) return false;
    if (!has_room_for(item, parcel, bytes)) return true;
    auto receipt = receipt_of(ledger, record, position);
    if (!receipt) return false;
    parcel.receipts.push_back(std::move(*receipt));
    for (const ByteView envelope : item.envelopes) {
      parcel.envelopes.emplace_back(envelope.begin(), envelope.end());
    }
    for (const Part* part : item.parts) parcel.parts.push_back(*part);
    bytes += item.bytes;
  }
  return true;
}

void add_notices(const CaseRecord& record, Parcel& parcel) {
  std::ranges::move(notices_among(record.records).unanswered(), std::back_inserter(parcel.notices));
}

}  // namespace

Delivery deliver(const Ledger& ledger, const Batch::Cases& cases, const Reply& reply) {
  Delivery delivery{.kind = reply.kind, .parcel = {}};
  if (reply.kind != Delivery::Kind::parcel) return delivery;
  if (reply.is_acknowledged) {
    delivery.kind = Delivery::Kind::busy;
    delivery.retry_after_ms = busy_retry_ms;
  }
  delivery.parcel.envelopes = reply.refusals;
  delivery.parcel.notices = reply.notices;
  delivery.parcel.checkpoint = ledger.checkpoint_note();
  const auto live = reply.case_id ? cases.find(*reply.case_id) : cases.end();
  if (live == cases.end()) return delivery;
  add_notices(live->second->record, delivery.parcel);
  if (reply.from && !add_messages(ledger, live->second->record, reply, delivery.parcel)) {
    return {.kind = Delivery::Kind::busy, .parcel = {}, .retry_after_ms = busy_retry_ms};
  }
  if (reply.seen_size > 0 && reply.seen_size <= ledger.size()) {
    if (auto proof = ledger.consistency_from(reply.seen_size)) {
      delivery.parcel.consistency = std::move(*proof);
    }
  }
  return delivery;
}

}  // namespace entente
