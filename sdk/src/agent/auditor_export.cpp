#include "auditor_export.h"

#include <entente/auditor.h>
#include <entente/crypto/hash.h>
#include <entente/crypto/signature.h>
#include <entente/journal/content.h>
#include <entente/protocol/log_life.h>
#include <entente/store/durable.h>
#include <entente/wire/codec.h>

#include <algorithm>

namespace entente {
namespace fs = std::filesystem;

namespace {

// Writes files below one directory and remembers what a reader must find there.
class Writer {
 public:
  explicit Writer(fs::path directory) : directory_(std::move(directory)) {}

  Status write(const std::string& path, std::string_view bytes) {
    std::error_code error;
    fs::create_directories((directory_ / path).parent_path(), error);
    if (error) return fail(ErrorCode::store_failed, "cannot create " + path);
    ENTENTE_TRY(write_new_file(directory_ / path, view(bytes)));
    files_[path] = Json::object(
        {{"path", path}, {"bytes", bytes.size()}, {"sha256", to_hex(sha256(view(bytes)))}});
    return {};
  }
  Status write_json(const std::string& path, const Json& json) {
    ENTENTE_LET(text, canonical_json(json));
    return write(path, text);
  }
  Json listing() const {
    Json list = Json::array();
    for (const auto& [path, file] : files_) list.push(file);
    return list;
  }

 private:
  fs::path directory_;
  std::map<std::string, Json> files_;
};

Result<Bytes> render_tile(const WholeLog& log, const Tile& tile) {
  if (tile.kind == TileKind::hashes) return render_hash_tile(log.nodes, tile);
  return render_entry_bundle(log, tile);
}

Status write_tile(Writer& writer, const WholeLog& log, const Tile& tile) {
  ENTENTE_LET(bytes, render_tile(log, tile));
  ENTENTE_TRY(writer.write(tile_path(tile), to_text(bytes)));
  if (tile.kind == TileKind::hashes) return {};
  Json contents = Json::array();
  for (unsigned i = 0; i < tile.width; ++i) {
    contents.push(entry_json(log.entries[tile.index * tile_width_max + i], false));
  }
  return writer.write_json(content_path(tile.index), contents);
}

Status write_case(Writer& writer, EntrySource& source, const CaseId& case_id) {
  ENTENTE_LET(parts, source.parts_of(case_id));
  for (const LoggedPart& part : parts) {
    ENTENTE_TRY(writer.write_json(part_path(case_id, part.digest), part_json(part)));
  }
  ENTENTE_LET(receipts, source.receipts_of(case_id));
  if (receipts.empty()) return {};
  Json list = Json::array();
  for (const LoggedReceipt& receipt : receipts) list.push(receipt_json(receipt));
  return writer.write_json(receipts_path(case_id), list);
}

// The note to stand over it, if there is one: of this very tree.
Result<std::string> note_for(const WholeLog& log, const ExportOptions& options) {
  if (options.log_key == nullptr) {
    return options.checkpoint.empty() ? log.header.checkpoint : options.checkpoint;
  }
  ENTENTE_LET(last, decode_checkpoint_text(log.header.checkpoint_text));
  if (last.head() != log.head) {
    return fail(ErrorCode::log_corrupt, "the stored log is not the one last signed");
  }
  // While two keys sign, the note that the owner left there has a line of either.
  ENTENTE_LET(vkey, Vkey::make(last.origin, SignatureType::ed25519, options.log_key->public_key()));
  const auto left = verify_checkpoint(log.header.checkpoint, vkey);
  if (left && *left == last) return log.header.checkpoint;
  return sign_checkpoint(last, *options.log_key);
}

Result<std::string> checked_note(const WholeLog& log, const ExportOptions& options) {
  ENTENTE_LET(note, note_for(log, options));
  if (note.empty()) return note;
  ENTENTE_LET(named, decode_unverified_checkpoint(note));
  if (named.head() != log.head || named.origin != log.header.origin) {
    return fail(ErrorCode::checkpoint_invalid, "the checkpoint given is not of this log as it is");
  }
  return note;
}

Json manifest_of(const WholeLog& log, Json files) {
  return Json::object({{"format", export_format},
                       {"origin", log.header.origin},
                       {"size", log.head.size},
                       {"root", to_hex(log.head.root)},
                       {"cases", log.cases.size()},
                       {"files", std::move(files)}});
}

Status check_empty(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error)) return {};
  if (fs::is_directory(directory, error) && fs::is_empty(directory, error)) return {};
  return fail(ErrorCode::file_invalid, directory.string() + " exists and is not empty");
}

// What the owner keeps back of a case, by class or part by part.
class Discretion {
 public:
  static Result<Discretion> read(const std::vector<std::string>& wishes) {
    Discretion made;
    constexpr std::size_t prefix_min = 8;
    for (const std::string& wish : wishes) {
      const bool is_class = std::ranges::find(erasable_classes(), wish) != erasable_classes().end();
      const bool is_part = !is_class && wish.size() >= prefix_min &&
                           wish.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (wish == "terms" || (!is_class && !is_part)) {
        return fail(ErrorCode::wrong_use,
                    "what can be withheld are parts, by class or digest, and decision: " + wish);
      }
      (is_class ? made.classes_ : made.parts_).push_back(wish);
    }
    made.unused_ = made.parts_;
    return made;
  }

  void apply(LoggedEntry& entry) const {
    const auto leaf = decode<LogEntry>(entry.leaf);
    if (!leaf || !names(content_class(leaf->kind))) return;
    if (std::holds_alternative<EntryContent>(entry.content)) entry.content = kept_back;
  }
  void apply(LoggedPart& part) {
    const auto* content = std::get_if<Part>(&part.content);
    if (content == nullptr) return;
    const auto prefixes = [digest = to_hex(part.digest)](const std::string& prefix) {
      return digest.starts_with(prefix);
    };
    std::erase_if(unused_, prefixes);
    if (names(name(content->part_class)) || std::ranges::any_of(parts_, prefixes)) {
      part.content = kept_back;
    }
  }
  Status check_used() const {
    if (unused_.empty()) return {};
    return fail(ErrorCode::not_found, "no part of the case begins with " + unused_.front());
  }

 private:
  inline static const WithheldContent kept_back{WithheldContent::Kind::undisclosed,
                                                "its owner keeps it back"};
  bool names(std::string_view of_class) const {
    return std::ranges::find(classes_, of_class) != classes_.end();
  }
  std::vector<std::string> classes_, parts_, unused_;
};

// Who saw the log and who read it: no case rests on that.
bool is_about_log(const LoggedEntry& entry) {
  const auto leaf = decode<LogEntry>(entry.leaf);
  return leaf && (is_attestation(leaf->kind) || leaf->kind == EntryKind::access);
}

bool is_evidence(const LoggedEntry& entry, const CaseId& case_id) {
  const bool is_document = !entry.case_id || *entry.case_id == no_case;
  return is_document ? !is_about_log(entry) : *entry.case_id == case_id;
}

struct CosignedNote {
  std::string note;
  Checkpoint named;
};

// Checkpoints of this log that it has on record with the lines of its witnesses, newest first,
// until one is taken.
template <class Take>
void offer_cosigned(const WholeLog& log, const Take& take) {
  for (auto entry = log.entries.rbegin(); entry != log.entries.rend(); ++entry) {
    const auto leaf = decode<LogEntry>(entry->leaf);
    const auto* content = std::get_if<EntryContent>(&entry->content);
    const bool is_ours = leaf && leaf->kind == EntryKind::cosignature &&
                         leaf->direction == Direction::received && leaf->blind_case.is_zero();
    if (!is_ours || content == nullptr) continue;
    const auto record = decode<CosignatureRecord>(content->bytes);
    if (!record) continue;
    const auto named = decode_unverified_checkpoint(record->note);
    if (!named || named->origin != log.header.origin || named->size > entry->index) continue;
    const auto root = root_of(log.nodes, named->size);
    if (root && *root == named->root && take({record->note, *named})) return;
  }
}

// Whoever has signed it: one that more have signed may be of years ago.
std::optional<CosignedNote> newest_cosigned(const WholeLog& log) {
  std::optional<CosignedNote> newest;
  offer_cosigned(log, [&](CosignedNote&& offered) {
    newest = std::move(offered);
    return true;
  });
  return newest;
}

// With the most lines of those that this many entries are under: a witness may have been away when
// the newest was shown.
std::optional<CosignedNote> best_cosigned(const WholeLog& log, std::uint64_t entries) {
  std::optional<CosignedNote> best;
  std::size_t best_lines = 0;
  offer_cosigned(log, [&](CosignedNote&& offered) {
    if (offered.named.size < entries) return true;
    const auto parsed = parse_note(offered.note);
    const std::size_t lines = parsed ? parsed->signatures.size() : 0;
    if (lines > best_lines) {
      best_lines = lines;
      best = std::move(offered);
    }
    return false;
  });
  return best;
}

// What witnesses have cosigned lies beside the newest checkpoint, with the tiles that the log had
// then: both notes are of a plain tlog directory.
Status write_cosigned(Writer& writer, const WholeLog& log) {
  const auto newest = newest_cosigned(log);
  if (!newest) return {};
  ENTENTE_TRY(writer.write(std::string(cosigned_path), newest->note));
  for (const Tile& tile : earlier_tiles(newest->named.size, log.head.size)) {
    ENTENTE_LET(bytes, render_tile(log, tile));
    ENTENTE_TRY(writer.write(tile_path(tile), to_text(bytes)));
  }
  return {};
}

// Whoever knows an earlier key of the log finds the newest from here, without the entries.
Status write_key_entries(Writer& writer, const WholeLog& log, const std::string& note) {
  for (std::size_t i = 0; i < log.key_entries.size(); ++i) {
    ENTENTE_LET(file, show_key_entry(log.key_entries[i], log.nodes, log.head.size, note));
    ENTENTE_TRY(writer.write(key_change_path(i + 1), file));
  }
  return {};
}

// Evidence stands under what others have cosigned, if nothing of it is newer: then it carries their
// word with it, and the signature of the log.
void stand_under_cosigned(WholeLog& log, const CaseId& case_id, std::string& note) {
  std::uint64_t needed = 0;
  for (const LoggedEntry& entry : log.entries) {
    if (is_evidence(entry, case_id)) needed = entry.index + 1;
  }
  auto cosigned = best_cosigned(log, needed);
  if (!cosigned) return;
  log.head = cosigned->named.head();
  note = std::move(cosigned->note);
}

// The evidence of one case: its own entries, and the documents of the log that it rests on.
Result<Json> evidence_of(EntrySource& source, const WholeLog& log, const CaseId& case_id,
                         Discretion discretion) {
  Json entries = Json::array();
  for (const LoggedEntry& entry : log.entries) {
    if (!is_evidence(entry, case_id)) continue;
    LoggedEntry proved = entry;
    ENTENTE_LET(proof, inclusion_proof(log.nodes, entry.index, log.head.size));
    proved.proof = std::move(proof);
    if (entry.case_id == case_id) discretion.apply(proved);
    entries.push(entry_json(proved, true));
  }
  ENTENTE_LET(kept, source.parts_of(case_id));
  Json parts = Json::array();
  for (LoggedPart& part : kept) {
    discretion.apply(part);
    parts.push(part_json(part));
  }
  ENTENTE_TRY(discretion.check_used());
  ENTENTE_LET(given, source.receipts_of(case_id));
  Json receipts = Json::array();
  for (const LoggedReceipt& receipt : given) receipts.push(receipt_json(receipt));
  return Json::object({{"format", evidence_format},
                       {"case", to_hex(case_id)},
                       {"entries", std::move(entries)},
                       {"parts", std::move(parts)},
                       {"receipts", std::move(receipts)}});
}

Result<CaseId> find_case(const WholeLog& log, std::string_view prefix) {
  std::optional<CaseId> found;
  for (const CaseId& case_id : log.cases) {
    if (!to_hex(case_id).starts_with(prefix)) continue;
    if (found) return fail(ErrorCode::wrong_use, "several cases begin so");
    found = case_id;
  }
  if (!found || prefix.empty()) return fail(ErrorCode::not_found, "no case begins so");
  return *found;
}

}  // namespace

std::vector<Tile> earlier_tiles(std::uint64_t earlier, std::uint64_t size) {
  std::vector<Tile> tiles;
  const std::vector<Tile> newest = tiles_of(size);
  std::ranges::copy_if(tiles_of(earlier), std::back_inserter(tiles), [&](const Tile& tile) {
    return tile.width < tile_width_max && std::ranges::find(newest, tile) == newest.end();
  });
  return tiles;
}

std::string content_path(std::uint64_t bundle) {
  return "content/" + std::to_string(bundle) + ".json";
}
std::string part_path(const CaseId& case_id, const Digest& part) {
  return "parts/" + to_hex(case_id) + "/" + to_hex(part) + ".json";
}
std::string receipts_path(const CaseId& case_id) { return "receipts/" + to_hex(case_id) + ".json"; }

Result<std::string> show_key_entry(const KeyEntry& entry, const NodeReader& nodes,
                                   std::uint64_t size, const std::string& note) {
  ENTENTE_LET(hashes, inclusion_proof(nodes, entry.index, size));
  ENTENTE_LET(
      proof,
      encode_proof({.extra = {}, .index = entry.index, .hashes = hashes, .checkpoint = note}));
  return encode_key_change({.leaf = entry.leaf, .salt = entry.content.salt, .proof = proof},
                           entry.content.bytes);
}

Result<WholeLog> read_whole_log(EntrySource& source) {
  WholeLog log;
  ENTENTE_LET(header, source.header());
  log.header = std::move(header);
  if (log.header.partial) return fail(ErrorCode::wrong_use, "the source is evidence of one case");
  MerkleTree tree;
  for (;;) {
    ENTENTE_LET(entry, source.next());
    if (!entry) break;
    if (entry->leaf.empty()) {
      return fail(ErrorCode::log_corrupt,
                  "entry " + std::to_string(entry->index) + " cannot be read");
    }
    log.nodes.add(tree.append(leaf_hash(entry->leaf)));
    const auto leaf = decode<LogEntry>(entry->leaf);
    if (leaf) source.open(*entry, *leaf);
    const auto* content = std::get_if<EntryContent>(&entry->content);
    if (leaf && leaf->kind == EntryKind::key && content != nullptr) {
      log.key_entries.push_back({entry->index, entry->leaf, *content});
    }
    if (entry->case_id && *entry->case_id != no_case) log.cases.insert(*entry->case_id);
    log.entries.push_back(std::move(*entry));
  }
  log.head = tree.head();
  return log;
}

Status write_export(EntrySource& source, const fs::path& directory, const ExportOptions& options) {
  ENTENTE_TRY(check_empty(directory));
  ENTENTE_LET(log, read_whole_log(source));
  ENTENTE_LET(note, checked_note(log, options));
  Writer writer(directory);
  if (!note.empty()) {
    ENTENTE_TRY(writer.write("checkpoint", note));
  } else if (log.head.size > 0) {
    ENTENTE_LET(text, encode_checkpoint_text({log.header.origin, log.head.size, log.head.root}));
    ENTENTE_TRY(writer.write("checkpoint.unsigned", text));
  }
  for (const Tile& tile : tiles_of(log.head.size)) ENTENTE_TRY(write_tile(writer, log, tile));
  ENTENTE_TRY(write_cosigned(writer, log));
  if (!note.empty()) ENTENTE_TRY(write_key_entries(writer, log, note));
  for (const CaseId& case_id : log.cases) ENTENTE_TRY(write_case(writer, source, case_id));
  const Json manifest = manifest_of(log, writer.listing());
  return writer.write_json("manifest.json", manifest);
}

Status write_evidence(EntrySource& source, std::string_view case_id, const fs::path& file,
                      const ExportOptions& options) {
  ENTENTE_LET(log, read_whole_log(source));
  ENTENTE_LET(found, find_case(log, case_id));
  ENTENTE_LET(note, checked_note(log, options));
  if (options.checkpoint.empty()) stand_under_cosigned(log, found, note);
  ENTENTE_LET(discretion, Discretion::read(options.withhold));
  ENTENTE_LET(evidence, evidence_of(source, log, found, std::move(discretion)));
  ENTENTE_LET(unsigned_text,
              encode_checkpoint_text({log.header.origin, log.head.size, log.head.root}));
  evidence.add("checkpoint", note.empty() ? unsigned_text : note).add("signed", !note.empty());
  ENTENTE_LET(body, canonical_json(evidence));
  evidence.add("sha256", to_hex(sha256(view(body))));
  ENTENTE_LET(text, canonical_json(evidence));
  return write_new_file(file, view(text));
}

Status export_log(const fs::path& store, const fs::path& directory, const ExportOptions& options) {
  ENTENTE_TRY(check_empty(directory));
  ENTENTE_LET(source, open_source(store, options.master_key_file));
  return write_export(*source, directory, options);
}

Status export_evidence(const fs::path& path, std::string_view case_id, const fs::path& file,
                       const ExportOptions& options) {
  ENTENTE_LET(source, open_source(path, options.master_key_file));
  return write_evidence(*source, case_id, file, options);
}

}  // namespace entente
