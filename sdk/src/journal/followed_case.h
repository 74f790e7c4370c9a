#pragma once
// One case as a consumer follows it: what was said and has no receipt yet, and what has one and is
// folded in the brand's order. Entries of the consumer's own log are read back in any order.

#include <entente/identity/gate.h>
#include <entente/journal/case_record.h>
#include <entente/wire/admission.h>

namespace entente {

// A message with the brand's word on where it stands.
struct Placed {
  Verified<Message> message;
  LogEntry leaf;            // of the brand's log
  std::uint64_t index = 0;  // in the brand's log
  Receipt receipt;
  std::vector<Part> parts;  // that came with it
};

struct FollowedCase {
  CaseRecord record;
  std::map<MessageId, Verified<Message>> unplaced;  // own, persisted, without receipt
  std::map<MessageId, std::vector<Part>> own_parts;
  Checkpoint seen_sent;  // the brand's checkpoint that our last request named
  ActId next_act{};

  // A signed no ends its message; a busy leaves it to be sent again, and is kept.
  void hear(const Refusal& refusal);
  // Folds messages that follow the last position, in order; what leaves a gap waits for another
  // reply. Fails with receipt_invalid if the brand's word on an effect is not what the rules give.
  Status fold(Authority& authority, std::map<std::uint64_t, Placed> placed,
              std::vector<Placed>& folded);
};

// Every receipt opens for exactly one of the messages given, and stands under the brand's log key.
// Fails with receipt_invalid.
Result<std::map<std::uint64_t, Placed>> place(std::span<const Receipt> receipts,
                                              std::span<const Verified<Message>> messages,
                                              const Vkey& log);

}  // namespace entente
