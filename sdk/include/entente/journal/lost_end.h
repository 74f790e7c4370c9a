#pragma once
// What a log has signed under an earlier name and does not hold any more, because it came back from
// a copy. The messages in it are taken back from whoever holds them with a receipt of that log.
//
//     ENTENTE_LET(ends, find_lost_ends(ledger));        // empty: nothing was ever lost
//
// Rules: protocol/spec/06-audit-log.md, "Copies, and the way back".

#include <entente/audit/note.h>
#include <entente/journal/ledger.h>

namespace entente {

struct LostEnd {
  Vkey log;                // that signed it
  std::uint64_t size = 0;  // entries that are left of that log: the next one says where it went on
  std::int64_t at_ms = 0;  // when it went on without the rest
};

// How long an open case waits for its consumer to say how far it has come, before the brand speaks
// in it without knowing.
inline constexpr std::int64_t lost_end_wait_ms = std::int64_t{24} * 60 * 60 * 1000;

// How long a request for a person, and what else nothing refuses, waits for its entry, so that its
// consumer can show that end first: log.backfilled allows twice that.
inline constexpr std::int64_t lost_end_hold_ms = 30'000;

// Oldest first. A log that went on with all its entries has lost nothing. Fails as reading does.
Result<std::vector<LostEnd>> find_lost_ends(const Ledger& ledger);

}  // namespace entente
