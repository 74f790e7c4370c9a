#include "published_log.h"

#include <entente/core/clock.h>
#include <entente/wire/codec.h>

#include <algorithm>

#include "console.h"
#include "files.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

struct Believed {
  Vkey key;                        // signed it, if one of them did
  std::vector<Vkey> all;           // at any time
  std::vector<KeyChange> changes;  // by which these are more than the auditor named
};

Result<Believed> believed_keys(const TileReader& files, std::span<const ShownKeyChange> shown,
                               const Trust& trust, std::int64_t now_ms) {
  if (trust.logs.empty()) {
    return fail(ErrorCode::wrong_use, "a log cannot vouch for itself: give --log-key or --trust");
  }
  ENTENTE_LET(note, files.read("checkpoint"));
  const std::string text = to_text(note);
  const std::string origin = text.substr(0, text.find('\n'));
  std::vector<KeyChange> changes;
  for (const ShownKeyChange& each : shown) changes.push_back(each.change);
  std::vector<TrustedKey> keys = trust.keys_of(origin);
  changes = follow_changes(keys, changes);
  std::vector<Vkey> all;
  for (const TrustedKey& each : keys) all.push_back(each.key);
  std::erase_if(keys, [&](const TrustedKey& each) { return !each.window.covers(now_ms); });
  if (keys.empty()) {
    return fail(ErrorCode::key_unknown, "no trusted key is of the log " + harmless(origin));
  }
  const auto signer = std::ranges::find_if(
      keys, [&](const TrustedKey& each) { return verify_checkpoint(text, each.key).has_value(); });
  return Believed{signer == keys.end() ? keys.front().key : signer->key, all, changes};
}

// The newest entry of a log of ours that changes its key; the tiles do not show to which.
std::optional<std::uint64_t> find_change_of_key(const TileReader& files) {
  const auto note = files.read("checkpoint");
  const auto named = note ? decode_unverified_checkpoint(to_text(*note))
                          : Result<Checkpoint>(std::unexpected(note.error()));
  if (!named) return std::nullopt;
  std::optional<std::uint64_t> found;
  for (const Tile& tile : tiles_of(named->size)) {
    if (tile.kind != TileKind::entries) continue;
    const auto bytes = files.read(tile_path(tile));
    const auto leaves = bytes ? decode_entry_bundle(*bytes, tile.width)
                              : Result<std::vector<Bytes>>(std::unexpected(bytes.error()));
    if (!leaves) return found;
    for (std::size_t at = 0; at < leaves->size(); ++at) {
      const auto leaf = decode<LogEntry>((*leaves)[at]);
      if (leaf && leaf->kind == EntryKind::key) found = tile.index * tile_width_max + at;
    }
  }
  return found;
}

Error with_change_of_key(Error error, const TileReader& files) {
  if (error.code != ErrorCode::checkpoint_invalid) return error;
  if (const auto change = find_change_of_key(files)) {
    error.detail += "; entry " + std::to_string(*change) +
                    " changes the key of the log, and tiles alone do not show to which: lay " +
                    key_change_path(1) +
                    " beside them, from where they came or from an export, or name the new key";
  }
  return error;
}

// By the checkpoint, or by the older one that lies beside it for this.
void judge_witnesses(PublishedLog& published, const Vkey& key, const Trust& trust) {
  const CosignedCheckpoint* note = &published.log.cosigned;
  published.witnesses = trust.judge(key, note->cosignatures);
  const auto& earlier = published.log.earlier;
  if (earlier && !published.witnesses.is_witnessed()) {
    WitnessVerdict verdict = trust.judge(key, earlier->cosignatures);
    if (verdict.is_witnessed()) {
      published.witnesses = std::move(verdict);
      note = &*earlier;
    }
  }
  if (!published.witnesses.counted.empty()) published.witnessed_size = note->checkpoint.size;
}

std::string describe(const Cosignature& cosignature) {
  return "cosigned by " + cosignature.witness.name() + " at " +
         format_rfc3339(cosignature.time_s * 1000);
}

}  // namespace

bool is_published_log(const fs::path& directory) {
  std::error_code error;
  const auto holds = [&](const char* name) { return fs::exists(directory / name, error); };
  return holds("checkpoint") && !holds("manifest.json") && !holds("store.db");
}

Result<Bytes> TileDirectory::read(const std::string& path) const {
  std::error_code error;
  const fs::path file = directory_ / path;
  if (!fs::is_regular_file(file, error)) return fail(ErrorCode::file_missing, path);
  if (fs::file_size(file, error) > bundle_bytes_max) return fail(ErrorCode::too_large, path);
  return read_file(file);
}

Result<PublishedLog> verify_published_log(const fs::path& directory, const Trust& trust,
                                          std::int64_t now_ms, const TileProgress& progress) {
  const TileDirectory files(directory);
  ENTENTE_LET(shown, read_key_changes(files));
  ENTENTE_LET(believed, believed_keys(files, shown, trust, now_ms));
  const auto& [key, all, changes] = believed;
  auto log = verify_tiled_log(files, {.log = key, .witnesses = trust.witness_keys(), .older = all},
                              progress);
  if (!log) return std::unexpected(with_change_of_key(log.error(), files));
  ENTENTE_TRY(check_key_changes(shown, *log));
  PublishedLog published{
      .log = std::move(*log), .key = key, .changes = changes, .witnesses = {}, .quorum = {}};
  judge_witnesses(published, key, trust);
  if (published.witnesses.quorum) published.quorum = trust.policy->quorum();
  return published;
}

bool is_verdict(const Error& error) {
  return error.code != ErrorCode::wrong_use && error.code != ErrorCode::key_unknown;
}

std::vector<std::string> to_lines(const PublishedLog& published) {
  const Checkpoint& checkpoint = published.log.cosigned.checkpoint;
  std::vector<std::string> lines = {
      checkpoint.origin + ": " + std::to_string(checkpoint.size) + " entries, root " +
          to_hex(checkpoint.root),
      "signed by the log; " +
          (published.log.bundles > 0 ? std::to_string(published.log.bundles) + " entry bundles and "
                                     : std::string("no entries are shown, ")) +
          std::to_string(published.log.hash_tiles) + " hash tiles give that root"};
  for (const KeyChange& each : published.changes) {
    lines.push_back("entry " + std::to_string(each.entry) + " put " + each.to.encode() +
                    " in the place of a trusted key: both have signed it");
  }
  const std::string part =
      published.witnessed_size == checkpoint.size
          ? ""
          : ", the first " + std::to_string(published.witnessed_size) + " entries";
  for (const Cosignature& each : published.witnesses.counted) {
    lines.push_back(describe(each) + part);
  }
  for (const Cosignature& each : published.witnesses.outside) {
    lines.push_back(describe(each) + ", when it is not trusted");
  }
  if (published.log.is_earlier_of_stranger) {
    lines.push_back(std::string(cosigned_path) +
                    " bears no line of a key of this log that is named, and does not count");
  }
  if (const auto& quorum = published.witnesses.quorum) {
    lines.push_back("witnessed by " + std::to_string(quorum->cosigned) + " of " +
                    std::to_string(quorum->witnesses) + ": the quorum " + published.quorum +
                    (quorum->met ? " is met" : " is NOT MET"));
  }
  return lines;
}

Json to_value(const PublishedLog& published) {
  const Checkpoint& checkpoint = published.log.cosigned.checkpoint;
  Json witnesses = Json::array();
  for (const Cosignature& each : published.witnesses.counted) {
    witnesses.push(Json::object({{"name", each.witness.name()}, {"time_s", each.time_s}}));
  }
  Json changes = Json::array();
  for (const KeyChange& each : published.changes) {
    changes.push(Json::object(
        {{"entry", each.entry}, {"old_vkey", each.from.encode()}, {"new_vkey", each.to.encode()}}));
  }
  const auto& quorum = published.witnesses.quorum;
  return Json::object({{"format", "entente/tiles/v1"},
                       {"origin", checkpoint.origin},
                       {"size", checkpoint.size},
                       {"root", to_hex(checkpoint.root)},
                       {"bundles", published.log.bundles},
                       {"hash_tiles", published.log.hash_tiles},
                       {"vkey", published.key.encode()},
                       {"key_changes", std::move(changes)},
                       {"witnesses", std::move(witnesses)},
                       {"witnessed_size", published.witnessed_size},
                       {"quorum", quorum ? Json::object({{"name", published.quorum},
                                                         {"witnesses", quorum->witnesses},
                                                         {"met", quorum->met}})
                                         : Json()}});
}

}  // namespace entente::cli
