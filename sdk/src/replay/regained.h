#pragma once
// Messages that a brand's log lost and took back: an entry of the log's own making, and behind it
// the receipt that the log gave under an earlier name. The receipt says when the message counts.

#include <entente/replay/source.h>
#include <entente/wire/admission.h>

#include "log_pass.h"

namespace entente {

// When and where the message stood first.
struct FirstWord {
  std::int64_t time_ms = 0;
  std::uint64_t index = 0;
  std::string log;  // its name then
  Receipt receipt;
};

class LostEnds {
 public:
  // Kind rollover; others are passed over.
  void take(const OpenEntry& entry);
  // What the receipts of its case say of the message behind this entry. Fails with receipt_invalid,
  // unless one of an entry that was lost opens to it, at this position and with this effect.
  Result<FirstWord> find(const OpenEntry& entry, const Verified<Message>& message,
                         std::span<const LoggedReceipt> receipts) const;

 private:
  struct End {
    Vkey log;
    std::uint64_t size = 0;  // entries that are left of it
    std::int64_t at_ms = 0;
  };
  Result<FirstWord> check(const End& end, const OpenEntry& entry, const Verified<Message>& message,
                          const Receipt& receipt) const;

  std::vector<End> ends_;
};

}  // namespace entente
