// Exports and evidence, read back: every byte of them is either checked or refused.

#include <entente/crypto/hash.h>

#include <algorithm>
#include <fstream>

#include "auditor_export.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr JsonLimits file_limits{.bytes_max = source_file_bytes_max, .depth_max = 8};

Result<Json> read_json(const fs::path& file) {
  ENTENTE_LET(text, read_whole_file(file));
  return parse_canonical_json(text, file_limits);
}

std::unexpected<Error> invalid(std::string detail) {
  return fail(ErrorCode::file_invalid, std::move(detail));
}

// The checkpoint as it lies there: signed, or only its text.
LogHeader header_of(const std::string& checkpoint, bool is_signed) {
  LogHeader header;
  const auto named =
      is_signed ? decode_unverified_checkpoint(checkpoint) : decode_checkpoint_text(checkpoint);
  if (named) header.origin = named->origin;
  (is_signed ? header.checkpoint : header.checkpoint_text) = checkpoint;
  return header;
}

struct ListedFile {
  std::uintmax_t bytes = 0;
  Digest digest;
};

struct Manifest {
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  std::uint64_t cases = 0;
  std::map<std::string, ListedFile> files;
};

Result<ListedFile> listed_file(const Json& json) {
  ENTENTE_TRY(check_members(json, std::array<std::string_view, 3>{"path", "bytes", "sha256"}));
  ENTENTE_LET(bytes, json.get_integer("bytes", 0, source_file_bytes_max));
  ENTENTE_LET(digest, digest_from(json, "sha256"));
  return ListedFile{static_cast<std::uintmax_t>(bytes), digest};
}

Result<Manifest> read_manifest(const fs::path& file) {
  ENTENTE_LET(json, read_json(file));
  ENTENTE_TRY(check_members(
      json, std::array<std::string_view, 6>{"format", "origin", "size", "root", "cases", "files"}));
  ENTENTE_LET(format, json.get_text("format"));
  if (format != export_format) return invalid("an export of another format");
  Manifest manifest;
  ENTENTE_LET(origin, json.get_text("origin"));
  manifest.origin = origin;
  ENTENTE_LET(size, json.get_integer("size", 0, limits::integer_max));
  manifest.size = static_cast<std::uint64_t>(size);
  ENTENTE_LET(root, digest_from(json, "root"));
  manifest.root = root;
  ENTENTE_LET(cases, json.get_integer("cases", 0, limits::integer_max));
  manifest.cases = static_cast<std::uint64_t>(cases);
  ENTENTE_LET(files, json.get_array("files"));
  if (files.size() > source_items_max) return fail(ErrorCode::too_large, "a list of files");
  std::string last;
  for (const Json& item : files) {
    ENTENTE_LET(path, item.get_text("path"));
    ENTENTE_LET(listed, listed_file(item));
    if (path <= last) return invalid("the list of files is not in order");
    last = path;
    manifest.files.emplace(path, listed);
  }
  return manifest;
}

class ExportSource final : public EntrySource {
 public:
  ExportSource(fs::path directory, Manifest manifest)
      : directory_(std::move(directory)), manifest_(std::move(manifest)) {}

  Result<LogHeader> header() override;
  Result<std::optional<LoggedEntry>> next() override;
  void open(LoggedEntry& entry, const LogEntry& leaf) override;
  Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) override;
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) override;
  void compare_nodes(std::uint64_t entry, std::span<const MerkleNode> nodes) override;
  std::vector<Finding> findings(const EndOfReplay& end) override;

 private:
  void broken(Rule rule, std::string sentence) {
    found_.push_back({.rule = rule, .sentence = std::move(sentence)});
  }
  // The bytes of a listed file; what is not as listed is a finding, and what is not there too.
  Result<std::string> read(const std::string& path);
  Result<std::vector<Bytes>> read_bundle(std::uint64_t bundle);
  Status load_bundle(std::uint64_t bundle);
  void check_listing();
  Result<Bytes> due(const Tile& tile);
  void check_tile(const Tile& tile);
  void check_tiles(const TreeHead& head);
  void check_key_entries(const TreeHead& head);

  fs::path directory_;
  Manifest manifest_;
  std::string note_;
  std::uint64_t cosigned_size_ = 0;
  std::vector<KeyEntry> key_entries_;
  std::uint64_t next_ = 0;
  std::vector<Bytes> leaves_;  // of the bundle in hand
  std::vector<Json> contents_;
  MemoryNodes nodes_;
  std::set<CaseId> cases_;
  std::set<std::string> read_;
  std::vector<Finding> found_;
};

Result<std::string> ExportSource::read(const std::string& path) {
  const auto listed = manifest_.files.find(path);
  if (listed == manifest_.files.end()) return invalid(path + " is not listed");
  const bool first = read_.insert(path).second;
  ENTENTE_LET(bytes, read_whole_file(directory_ / path));
  const bool same = bytes.size() == listed->second.bytes &&
                    (!first || sha256(view(bytes)) == listed->second.digest);
  if (first && !same) {
    broken(Rule::log_readable, path + " is not the file that was listed");
  }
  return bytes;
}

Result<LogHeader> ExportSource::header() {
  const bool is_signed = manifest_.files.contains("checkpoint");
  std::string checkpoint;
  if (manifest_.size > 0) {
    ENTENTE_LET(text, read(is_signed ? "checkpoint" : "checkpoint.unsigned"));
    checkpoint = std::move(text);
  }
  if (is_signed) note_ = checkpoint;
  LogHeader header = header_of(checkpoint, is_signed);
  const auto named =
      is_signed ? decode_unverified_checkpoint(checkpoint) : decode_checkpoint_text(checkpoint);
  if (manifest_.size > 0 && (!named || named->origin != manifest_.origin ||
                             named->head() != TreeHead{manifest_.size, manifest_.root})) {
    broken(Rule::log_root, "the manifest and the checkpoint disagree");
  }
  if (const std::string path(cosigned_path); manifest_.files.contains(path)) {
    ENTENTE_LET(text, read(path));
    if (const auto earlier = decode_unverified_checkpoint(text)) cosigned_size_ = earlier->size;
    header.cosigned = std::move(text);
  }
  header.origin = manifest_.origin;
  header.size = manifest_.size;
  return header;
}

Result<std::vector<Bytes>> ExportSource::read_bundle(std::uint64_t bundle) {
  const std::uint64_t left = manifest_.size - bundle * tile_width_max;
  const Tile tile{.kind = TileKind::entries,
                  .level = 0,
                  .index = bundle,
                  .width = static_cast<unsigned>(std::min<std::uint64_t>(left, tile_width_max))};
  ENTENTE_LET(bytes, read(tile_path(tile)));
  return decode_entry_bundle(view(bytes), tile.width);
}

Status ExportSource::load_bundle(std::uint64_t bundle) {
  ENTENTE_LET(leaves, read_bundle(bundle));
  leaves_ = std::move(leaves);
  ENTENTE_LET(text, read(content_path(bundle)));
  ENTENTE_LET(json, parse_canonical_json(text, file_limits));
  contents_.assign(json.items().begin(), json.items().end());
  if (!json.is_array() || contents_.size() != leaves_.size()) {
    return invalid(content_path(bundle) + " has another number of entries");
  }
  return {};
}

Result<std::optional<LoggedEntry>> ExportSource::next() {
  if (next_ >= manifest_.size) return std::optional<LoggedEntry>();
  const std::uint64_t index = next_++;
  if (index % tile_width_max == 0) {
    if (const Status loaded = load_bundle(index / tile_width_max); !loaded) {
      broken(Rule::log_readable, "a bundle cannot be read: " + describe(loaded.error()));
      next_ = manifest_.size;
      return std::optional(LoggedEntry{.index = index});
    }
  }
  const std::size_t at = index % tile_width_max;
  auto entry = entry_from(contents_[at], false);
  if (!entry || entry->index != index) {
    broken(Rule::log_readable, "the content of entry " + std::to_string(index) + " is no content");
    entry = LoggedEntry{.index = index,
                        .content = WithheldContent{WithheldContent::Kind::damaged, "unreadable"}};
  }
  entry->leaf = std::move(leaves_[at]);
  if (entry->case_id && !entry->case_id->is_zero()) cases_.insert(*entry->case_id);
  return std::optional(std::move(*entry));
}

void ExportSource::open(LoggedEntry& entry, const LogEntry& leaf) {
  const auto* content = std::get_if<EntryContent>(&entry.content);
  if (leaf.kind != EntryKind::key || content == nullptr) return;
  key_entries_.push_back({entry.index, entry.leaf, *content});
}

Result<std::vector<LoggedPart>> ExportSource::parts_of(const CaseId& case_id) {
  const std::string below = "parts/" + to_hex(case_id) + "/";
  std::vector<LoggedPart> parts;
  for (auto file = manifest_.files.lower_bound(below);
       file != manifest_.files.end() && file->first.starts_with(below); ++file) {
    ENTENTE_LET(text, read(file->first));
    ENTENTE_LET(json, parse_canonical_json(text, file_limits));
    ENTENTE_LET(part, part_from(json));
    if (part_path(case_id, part.digest) != file->first) return invalid("a part under another name");
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<std::vector<LoggedReceipt>> ExportSource::receipts_of(const CaseId& case_id) {
  std::vector<LoggedReceipt> receipts;
  const std::string path = receipts_path(case_id);
  if (!manifest_.files.contains(path)) return receipts;
  ENTENTE_LET(text, read(path));
  ENTENTE_LET(json, parse_canonical_json(text, file_limits));
  if (!json.is_array()) return invalid(path + " is no list");
  for (const Json& item : json.items()) {
    ENTENTE_LET(receipt, receipt_from(item));
    receipts.push_back(std::move(receipt));
  }
  return receipts;
}

void ExportSource::compare_nodes(std::uint64_t /*entry*/, std::span<const MerkleNode> nodes) {
  nodes_.add(nodes);
}

// Nothing lies there that is not listed, and nothing is listed that does not lie there.
void ExportSource::check_listing() {
  std::error_code error;
  fs::recursive_directory_iterator at(directory_, error);
  for (std::size_t seen = 0; !error && at != fs::recursive_directory_iterator();
       at.increment(error)) {
    if (++seen > 2 * source_items_max) return broken(Rule::log_readable, "too many files");
    if (at->is_directory(error) && !at->is_symlink(error)) continue;
    const std::string path = at->path().lexically_relative(directory_).generic_string();
    if (path != "manifest.json" && !manifest_.files.contains(path)) {
      broken(Rule::log_readable, "a file lies there that is not listed: " + path);
    }
  }
  for (const auto& [path, listed] : manifest_.files) {
    if (read_.contains(path)) continue;
    if (const auto bytes = read(path); !bytes) {
      broken(Rule::log_readable, path + " is listed and cannot be read");
    }
    // Hash tiles are compared below; of what else nobody asked, the log knows nothing.
    if (!path.starts_with("tile/")) {
      broken(Rule::log_readable, path + " belongs to no entry or case of the log");
    }
  }
}

Result<Bytes> ExportSource::due(const Tile& tile) {
  if (tile.kind == TileKind::hashes) return render_hash_tile(nodes_, tile);
  ENTENTE_LET(entries, read_bundle(tile.index));
  entries.resize(std::min<std::size_t>(entries.size(), tile.width));
  return encode_entry_bundle(entries);
}

void ExportSource::check_tile(const Tile& tile) {
  const auto bytes = due(tile);
  const auto stored = read(tile_path(tile));
  if (!bytes || !stored || to_text(*bytes) != *stored) {
    broken(Rule::log_nodes,
           tile_path(tile) + " does not hold " +
               (tile.kind == TileKind::hashes ? "the hashes of the entries" : "the entries"));
  }
}

void ExportSource::check_tiles(const TreeHead& head) {
  std::set<std::string> expected;
  for (const Tile& tile : tiles_of(head.size)) {
    expected.insert(tile_path(tile));
    if (tile.kind == TileKind::hashes) check_tile(tile);
  }
  if (cosigned_size_ <= head.size) {
    for (const Tile& tile : earlier_tiles(cosigned_size_, head.size)) {
      expected.insert(tile_path(tile));
      check_tile(tile);
    }
  }
  for (const auto& [path, listed] : manifest_.files) {
    if (path.starts_with("tile/") && !expected.contains(path)) {
      broken(Rule::log_nodes, path + " is no tile of a log of this size");
    }
  }
}

// What is shown of a change of key beside the tiles is what its entry says.
void ExportSource::check_key_entries(const TreeHead& head) {
  for (std::size_t i = 0; i < key_entries_.size(); ++i) {
    const std::string path = key_change_path(i + 1);
    if (!manifest_.files.contains(path)) continue;
    const auto due = show_key_entry(key_entries_[i], nodes_, head.size, note_);
    const auto stored = read(path);
    if (due && stored && *due == *stored) continue;
    broken(Rule::log_record, path + " does not show the entry that changes the key");
  }
}

std::vector<Finding> ExportSource::findings(const EndOfReplay& end) {
  for (const CaseId& case_id : cases_) {  // unread ones are not the log's
    if (!parts_of(case_id)) broken(Rule::log_readable, "the parts of a case cannot be read");
    if (!receipts_of(case_id)) broken(Rule::log_readable, "the receipts of a case cannot be read");
  }
  if (end.head) check_tiles(*end.head);
  if (end.head) check_key_entries(*end.head);
  check_listing();
  if (manifest_.cases != cases_.size()) {
    broken(Rule::log_index, "the manifest counts other cases than the log has");
  }
  return std::exchange(found_, {});
}

// One case, held in memory.
class EvidenceSource final : public EntrySource {
 public:
  Result<LogHeader> header() override { return header_; }
  Result<std::optional<LoggedEntry>> next() override {
    if (next_ >= entries_.size()) return std::optional<LoggedEntry>();
    return std::optional(entries_[next_++]);
  }
  Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) override {
    return case_id == case_id_ ? parts_ : std::vector<LoggedPart>();
  }
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) override {
    return case_id == case_id_ ? receipts_ : std::vector<LoggedReceipt>();
  }

  static Result<std::unique_ptr<EntrySource>> from(const Json& json);

 private:
  Status read_lists(const Json& json);

  LogHeader header_;
  CaseId case_id_;
  std::vector<LoggedEntry> entries_;
  std::vector<LoggedPart> parts_;
  std::vector<LoggedReceipt> receipts_;
  std::size_t next_ = 0;
};

Status EvidenceSource::read_lists(const Json& json) {
  for (const std::string_view list : {"entries", "parts", "receipts"}) {
    ENTENTE_LET(items, json.get_array(JsonPath(list)));
    if (items.size() > source_items_max) return fail(ErrorCode::too_large, "evidence");
  }
  for (const Json& item : json.find("entries")->items()) {
    ENTENTE_LET(entry, entry_from(item, true));
    const bool of_case = entry.case_id && *entry.case_id == case_id_;
    if (entry.case_id && !entry.case_id->is_zero() && !of_case) {
      return invalid("evidence holds an entry of another case");
    }
    if (!entries_.empty() && entries_.back().index >= entry.index) {
      return invalid("the entries are not in order");
    }
    entries_.push_back(std::move(entry));
  }
  for (const Json& item : json.find("parts")->items()) {
    ENTENTE_LET(part, part_from(item));
    parts_.push_back(std::move(part));
  }
  for (const Json& item : json.find("receipts")->items()) {
    ENTENTE_LET(receipt, receipt_from(item));
    receipts_.push_back(std::move(receipt));
  }
  return {};
}

// The digest covers every other member, in canonical form.
Status check_trailer(const Json& json) {
  ENTENTE_LET(named, digest_from(json, "sha256"));
  std::vector<JsonMember> members(json.members().begin(), json.members().end());
  std::erase_if(members, [](const JsonMember& member) { return member.key == "sha256"; });
  ENTENTE_LET(text, canonical_json(Json::object(std::move(members))));
  if (sha256(view(text)) != named) return invalid("the evidence is not what was written");
  return {};
}

Result<std::unique_ptr<EntrySource>> EvidenceSource::from(const Json& json) {
  ENTENTE_TRY(check_members(
      json, std::array<std::string_view, 8>{"format", "case", "checkpoint", "signed", "entries",
                                            "parts", "receipts", "sha256"}));
  ENTENTE_LET(format, json.get_text("format"));
  if (format != evidence_format) return invalid("evidence of another format");
  ENTENTE_TRY(check_trailer(json));
  auto source = std::make_unique<EvidenceSource>();
  ENTENTE_LET(case_id, digest_from(json, "case"));
  source->case_id_ = case_id;
  ENTENTE_LET(checkpoint, json.get_text("checkpoint"));
  ENTENTE_LET(is_signed, json.get_boolean("signed"));
  source->header_ = header_of(checkpoint, is_signed);
  source->header_.partial = true;
  ENTENTE_TRY(source->read_lists(json));
  return std::unique_ptr<EntrySource>(std::move(source));
}

}  // namespace

Result<std::string> read_whole_file(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    return fail(ErrorCode::file_missing, file.filename().string() + " is no file");
  }
  const std::uintmax_t bytes = fs::file_size(file, error);
  if (error || bytes > source_file_bytes_max) return fail(ErrorCode::too_large, "a file");
  std::ifstream in(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  in.read(text.data(), static_cast<std::streamsize>(bytes));
  if (!in && bytes > 0) return fail(ErrorCode::file_missing, file.filename().string());
  return text;
}

Result<std::unique_ptr<EntrySource>> open_export_source(const fs::path& directory) {
  ENTENTE_LET(manifest, read_manifest(directory / "manifest.json"));
  return std::make_unique<ExportSource>(directory, std::move(manifest));
}

Result<std::unique_ptr<EntrySource>> open_evidence_source(const fs::path& file) {
  ENTENTE_LET(json, read_json(file));
  return EvidenceSource::from(json);
}

Result<std::unique_ptr<EntrySource>> open_source(const fs::path& path, const fs::path& master_key) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return open_evidence_source(path);
  if (fs::exists(path / "manifest.json", error)) return open_export_source(path);
  if (fs::exists(path / "store.db", error)) return open_store_source(path, master_key);
  return fail(ErrorCode::file_invalid,
              path.string() + " is neither a store nor an export (no store.db, no manifest.json)");
}

}  // namespace entente
