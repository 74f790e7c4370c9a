#include "running_erasure.h"

#include <entente/journal/retention.h>
#include <entente/wire/retention.h>

namespace entente {
namespace {

// Of a case that goes on, parts may go, and nothing that its next message rests on.
Status check_at_rest(Batch& batch, const ErasureRecord& erasure) {
  if (!covers(erasure, "terms") && !covers(erasure, "decision")) return {};
  LiveCase* live = batch.find(erasure.case_id);
  if (live == nullptr) return {};
  live->record.casefile.advance(batch.now_ms());
  const bool has_ended = live->record.casefile.phase() == Phase::closed;
  if (has_ended && !batch.parts().speaker.is_working(erasure.case_id)) return {};
  return fail(ErrorCode::wrong_use, "case " + short_hex(erasure.case_id) +
                                        " has not ended: only parts of it can be erased");
}

void forget_in_memory(Batch& batch, const ErasureRecord& erasure, std::uint64_t entry) {
  LiveCase* live = batch.find(erasure.case_id);
  if (live == nullptr) return;
  std::erase_if(live->record.parts,
                [&](const auto& item) { return covers(erasure, name(item.second.part_class)); });
  live->record.records.push_back(
      {.index = entry,
       .leaf = {.kind = EntryKind::erasure, .time_ms = erasure.at_ms, .direction = Direction::own},
       .content = encode(erasure)});
}

}  // namespace

Result<std::vector<std::uint64_t>> erase_running(Batch& batch,
                                                 std::span<const ErasureRecord> erasures) {
  for (const ErasureRecord& each : erasures) ENTENTE_TRY(check_at_rest(batch, each));
  ENTENTE_LET(entries, erase(batch.parts().ledger, erasures));
  for (std::size_t i = 0; i < erasures.size(); ++i) {
    if (!covers(erasures[i], "terms")) forget_in_memory(batch, erasures[i], entries[i]);
  }
  return entries;
}

}  // namespace entente
