#pragma once
// Keeping and forgetting, as a party's log has it: holds, and erasures. An erasure is on record
// before anything is destroyed, and whatever is on record is carried out whenever the log is opened
// for writing: a crash or a restored key store changes nothing for long.
//
//     ENTENTE_LET(records, ledger->retention_records());
//     if (records.hold_on(case_id, now_ms)) ...
//     ENTENTE_LET(entries, erase(*ledger, {{.case_id = case_id, .classes = {"contact"},
//                                           .reason = "request", .authority = "privacy officer",
//                                           .at_ms = now_ms}}));
//
// Rules: protocol/spec/06-audit-log.md, "Forgetting".

#include <entente/protocol/retention.h>
#include <entente/store/key_store.h>

#include <map>

namespace entente {

class Ledger;

struct ErasureOnRecord {
  std::uint64_t entry = 0;
  bool done = false;
  ErasureRecord record;
};
struct HoldOnRecord {
  std::uint64_t entry = 0;
  HoldRecord record;
};

// Everything that a log says about keeping and forgetting, in its order.
struct RetentionRecords {
  std::vector<ErasureOnRecord> erasures;
  std::vector<HoldOnRecord> holds;

  // The first erasure that took this class of this case; null if none did.
  const ErasureOnRecord* find_erasure(const CaseId& case_id, std::string_view of_class) const;
  // The hold that keeps this case the longest; null if it may go.
  const HoldOnRecord* hold_on(const CaseId& case_id, std::int64_t now_ms) const;
  // Each hold in force, by the entry that made or last changed it.
  std::vector<const HoldOnRecord*> holds_in_force(std::int64_t now_ms) const;
};
// Fails with store_failed, store_corrupt, and content_withheld if somebody erased a record of this
// kind, which nothing may.
Result<RetentionRecords> read_retention_records(KeyStore& keys, const Store& store);

// Puts the erasures on record and carries them out: on return no key, no salt and no sealed byte of
// what they name is left in the files of this log. The entries, in order of what was given.
// Whether a case may go is for the caller to know, but for holds: duty_open names the hold, and
// nothing is erased. Fails with not_found (no such case), out_of_range (a class that is not
// erasable), and as Ledger::commit() does; then opening the log again finishes it.
Result<std::vector<std::uint64_t>> erase(Ledger& ledger, std::span<const ErasureRecord> erasures);

// Puts holds, or the end of holds, on record. Fails with not_found, with content_withheld for a
// case that is erased whole, and as Ledger::commit() does.
Result<std::vector<std::uint64_t>> put_holds(Ledger& ledger, std::span<const HoldRecord> holds);

}  // namespace entente
