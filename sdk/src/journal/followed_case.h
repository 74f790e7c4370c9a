#pragma once
// One case as a consumer follows it: what was said and has no receipt yet, and what has one and is
// folded in the brand's order. Entries of the consumer's own log are read back in any order.

#include <entente/audit/checkpoint.h>
#include <entente/identity/gate.h>
#include <entente/journal/case_record.h>
#include <entente/wire/admission.h>

#include <set>

namespace entente {

// A message with the brand's word on where it stands.
struct Placed {
  Verified<Message> message;
  LogEntry leaf;            // of the brand's log
  std::uint64_t index = 0;  // in the brand's log
  Receipt receipt;
  Checkpoint under;             // that the receipt is proved by
  std::vector<Part> parts;      // that came with it
  bool is_found_again = false;  // our own, that this log had lost
  TakenBack::Place place() const { return {under.origin, {leaf.time_ms, index}}; }
};

struct CheckedReply;

struct FollowedCase {
  CaseRecord record;
  std::map<MessageId, Verified<Message>> unplaced;  // own, persisted, without receipt
  std::map<MessageId, std::vector<Part>> own_parts;
  std::vector<Digest> leaves;  // of the receipt's leaf, by position
  std::set<Digest> refusals;   // of the envelopes on record
  // The brand's log, by the name under which it last showed how far the case has come.
  std::string shown_by = {};

  // A signed no ends its message; a busy, or a no to what nothing refuses, leaves it to be sent
  // again.
  void hear(const Verified<Refusal>& refusal);
  // Nothing if the brand still has all that it gave receipts for; else from which position on it
  // has lost them, as its log under another name shows an older head.
  std::optional<std::uint64_t> hear_head(const CheckedReply& reply);
  // Folds messages that follow the last position, in order. Fails with receipt_invalid if one is
  // missing or the brand's word on an effect is not what the rules give, and with what the gate
  // says.
  Status fold(Authority& authority, TakenBack& taken_back, std::map<std::uint64_t, Placed> placed,
              std::vector<Placed>& folded);
};

// The message that the receipt opens to, and what it says of it; nothing if that is none of these.
// Fails with receipt_invalid unless it stands under a key of the brand's log.
Result<std::optional<Placed>> open_receipt(const Receipt& receipt,
                                           std::span<const Verified<Message>> messages,
                                           std::span<const Vkey> log_keys);

}  // namespace entente
