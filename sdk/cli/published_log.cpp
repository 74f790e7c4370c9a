#include "published_log.h"

#include <entente/core/clock.h>
#include <entente/wire/codec.h>

#include "console.h"
#include "files.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

// The one that signed it, of those that are believed; one of them if none did.
Result<Vkey> trusted_key_of(const TileReader& files, const Trust& trust, std::int64_t now_ms) {
  if (trust.logs.empty()) {
    return fail(ErrorCode::wrong_use, "a log cannot vouch for itself: give --log-key or --trust");
  }
  ENTENTE_LET(note, files.read("checkpoint"));
  const std::string text = to_text(note);
  const std::string origin = text.substr(0, text.find('\n'));
  std::optional<Vkey> believed;
  for (const TrustedKey& known : trust.keys_of(origin)) {
    if (!known.window.covers(now_ms)) continue;
    if (verify_checkpoint(text, known.key)) return known.key;
    if (!believed) believed = known.key;
  }
  if (believed) return *believed;
  return fail(ErrorCode::key_unknown, "no trusted key is of the log " + harmless(origin));
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
                    " changes the key of the log, and tiles alone do not show to which: name the "
                    "new key as well, or verify an export, whose entries show it";
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
  ENTENTE_LET(key, trusted_key_of(files, trust, now_ms));
  TiledLogKeys keys{.log = key, .witnesses = trust.witness_keys()};
  for (const TrustedKey& known : trust.keys_of(key.name())) keys.older.push_back(known.key);
  auto log = verify_tiled_log(files, keys, progress);
  if (!log) return std::unexpected(with_change_of_key(log.error(), files));
  PublishedLog published{.log = std::move(*log), .witnesses = {}, .quorum = {}};
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
      "signed by the log; " + std::to_string(published.log.bundles) + " entry bundles and " +
          std::to_string(published.log.hash_tiles) + " hash tiles give that root"};
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
  const auto& quorum = published.witnesses.quorum;
  return Json::object({{"format", "entente/tiles/v1"},
                       {"origin", checkpoint.origin},
                       {"size", checkpoint.size},
                       {"root", to_hex(checkpoint.root)},
                       {"bundles", published.log.bundles},
                       {"hash_tiles", published.log.hash_tiles},
                       {"witnesses", std::move(witnesses)},
                       {"witnessed_size", published.witnessed_size},
                       {"quorum", quorum ? Json::object({{"name", published.quorum},
                                                         {"witnesses", quorum->witnesses},
                                                         {"met", quorum->met}})
                                         : Json()}});
}

}  // namespace entente::cli
