#pragma once
// What an auditor can be given, each as a source of entries: a store directory, an export, the
// evidence of one case. All are read as if an enemy had written them.

#include <entente/replay/replay.h>
#include <entente/replay/source.h>
#include <entente/store/store.h>
#include <entente/text/json.h>

#include <filesystem>
#include <memory>

namespace entente {

inline constexpr std::uintmax_t source_file_bytes_max = std::uintmax_t{256} * 1024 * 1024;
inline constexpr std::size_t source_items_max = 200'000;  // entries in evidence, files in an export

// All fail with file_missing, file_invalid, store_corrupt, not_canonical, too_large.
Result<std::unique_ptr<EntrySource>> open_store_source(const std::filesystem::path& directory,
                                                       const std::filesystem::path& master_key);
Result<std::unique_ptr<EntrySource>> open_export_source(const std::filesystem::path& directory);
Result<std::unique_ptr<EntrySource>> open_evidence_source(const std::filesystem::path& file);
// Whichever it is. `master_key` is the file of it for a store; empty: the one inside.
Result<std::unique_ptr<EntrySource>> open_source(const std::filesystem::path& path,
                                                 const std::filesystem::path& master_key);

Result<std::string> read_whole_file(const std::filesystem::path& file);

// The JSON of entries, parts and receipts, the same in exports and evidence. Reading fails with
// json_invalid unless it is exactly what writing gives.
Json entry_json(const LoggedEntry& entry, bool with_leaf);
Result<LoggedEntry> entry_from(const Json& json, bool with_leaf);
Json part_json(const LoggedPart& part);
Result<LoggedPart> part_from(const Json& json);
Json receipt_json(const LoggedReceipt& receipt);
Result<LoggedReceipt> receipt_from(const Json& json);
Status check_members(const Json& json, std::span<const std::string_view> names);
Result<Digest> digest_from(const Json& json, std::string_view key);

}  // namespace entente
