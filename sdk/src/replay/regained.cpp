#include "regained.h"

#include <entente/audit/proof.h>
#include <entente/protocol/log_life.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>
#include <entente/wire/part.h>

namespace entente {

void LostEnds::take(const OpenEntry& entry) {
  if (entry.leaf.kind != EntryKind::rollover || !entry.content) return;
  const auto record = decode<RolloverRecord>(*entry.content);
  const auto log = record ? Vkey::decode(record->vkey) : Result<Vkey>(fail(ErrorCode::malformed));
  if (!log || !record->begins) return;
  ends_.push_back({.log = *log, .size = entry.index, .at_ms = entry.leaf.time_ms});
}

Result<FirstWord> LostEnds::check(const End& end, const OpenEntry& entry,
                                  const Verified<Message>& message, const Receipt& receipt) const {
  ENTENTE_LET(proof, decode_proof(receipt.proof));
  ENTENTE_TRY(verify_proof_of_leaf(proof, receipt.leaf, end.log));
  ENTENTE_LET(leaf, decode<LogEntry>(receipt.leaf));
  const bool opens = leaf.kind == EntryKind::message &&
                     commitment(receipt.salt, message.envelope()) == leaf.commit;
  const bool same = leaf.position == entry.leaf.position && leaf.effect == entry.leaf.effect;
  const bool was_lost = proof.index >= end.size && leaf.time_ms <= end.at_ms;
  if (!opens || !same || !was_lost) return fail(ErrorCode::receipt_invalid);
  return FirstWord{leaf.time_ms, proof.index, end.log.name(), receipt};
}

Result<FirstWord> LostEnds::find(const OpenEntry& entry, const Verified<Message>& message,
                                 std::span<const LoggedReceipt> receipts) const {
  for (const LoggedReceipt& logged : receipts) {
    if (logged.message != message.id()) continue;
    for (const End& end : ends_) {
      if (auto word = check(end, entry, message, logged.receipt)) return word;
    }
  }
  return fail(ErrorCode::receipt_invalid);
}

}  // namespace entente
