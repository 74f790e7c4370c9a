#pragma once
// The plain directory of a log: C2SP tlog-tiles, and beside them what opens the commitments.

#include <entente/audit/earlier_checkpoint.h>
#include <entente/audit/tiles.h>
#include <entente/auditor.h>
#include <entente/replay/key_change.h>

#include <set>

#include "auditor_source.h"

namespace entente {

inline constexpr std::string_view export_format = "entente/export/v1";
inline constexpr std::string_view evidence_format = "entente/evidence/v1";

// The tiles of an earlier size that a log of this size has no more.
std::vector<Tile> earlier_tiles(std::uint64_t earlier, std::uint64_t size);
// "content/000.json": what opens the entries of one bundle.
std::string content_path(std::uint64_t bundle);
std::string part_path(const CaseId& case_id, const Digest& part);
std::string receipts_path(const CaseId& case_id);

// How an export shows an entry that changes the key of its log (entente/replay/key_change.h).
struct KeyEntry {
  std::uint64_t index = 0;
  Bytes leaf;
  EntryContent content;
};
Result<std::string> show_key_entry(const KeyEntry& entry, const NodeReader& nodes,
                                   std::uint64_t size, const std::string& note);

// A source read to its end, with the nodes that proofs are made of.
struct WholeLog final : LeafReader {
  LogHeader header;
  std::vector<LoggedEntry> entries;
  MemoryNodes nodes;
  TreeHead head;
  std::set<CaseId> cases;
  std::vector<KeyEntry> key_entries;

  Result<Bytes> read_leaf(std::uint64_t index) const override { return entries[index].leaf; }
};
// Fails with log_corrupt if an entry has no leaf or the checkpoint is not that of the entries.
Result<WholeLog> read_whole_log(EntrySource& source);

// What export_log() and export_evidence() write, from any source that holds a whole log.
Status write_export(EntrySource& source, const std::filesystem::path& directory,
                    const ExportOptions& options);
Status write_evidence(EntrySource& source, std::string_view case_id,
                      const std::filesystem::path& file, const ExportOptions& options);

}  // namespace entente
