#include <entente/journal/content.h>
#include <entente/journal/lost_end.h>
#include <entente/wire/log_life.h>

namespace entente {

Result<std::vector<LostEnd>> find_lost_ends(const Ledger& ledger) {
  std::vector<LostEnd> ends;
  bool is_whole = false;  // the entry before said where the log goes on
  ENTENTE_LET(documents, ledger.entries_of(no_case));
  for (const std::uint64_t index : documents) {
    ENTENTE_LET(entry, ledger.read(index));
    if (entry.leaf.kind != EntryKind::rollover) continue;
    ENTENTE_LET(record, decode<RolloverRecord>(entry.content));
    if (record.begins && !is_whole) {
      ENTENTE_LET(log, Vkey::decode(record.vkey));
      ends.push_back({.log = log, .size = record.size, .at_ms = entry.leaf.time_ms});
    }
    is_whole = !record.begins;
  }
  return ends;
}

}  // namespace entente
