#pragma once
// Carries out the erasures that a log has on record: first their keys, then what was sealed under
// them, then whatever lies beside. Each step may be repeated, and none is taken for done before the
// last one is.

#include <entente/journal/retention.h>
#include <entente/store/spool.h>

namespace entente {

struct Forgetting {
  KeyStore& keys;
  Store& store;
  Spool* spool = nullptr;  // none: this log keeps none
  std::int64_t now_ms = 0;
};

// True if something was left to do. Fails with store_failed, store_locked (somebody reads: the keys
// are gone, the rest waits for the next time), and as read_retention_records() does.
Result<bool> carry_out_erasures(const Forgetting& parts);

}  // namespace entente
