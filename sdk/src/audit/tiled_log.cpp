#include <entente/audit/tiled_log.h>

#include <algorithm>

namespace entente {
namespace {

std::unexpected<Error> corrupt(const Tile& tile, std::string_view why) {
  return fail(ErrorCode::log_corrupt, tile_path(tile) + ": " + std::string(why));
}

// What a log has to serve of the tile: the partial one, or the full one it has since become.
struct ReadTile {
  Bytes bytes;
  unsigned width = 0;
};

Result<ReadTile> read_tile(const TileReader& files, const Tile& tile) {
  auto bytes = files.read(tile_path(tile));
  if (bytes) return ReadTile{std::move(*bytes), tile.width};
  if (tile.width == tile_width_max || bytes.error().code != ErrorCode::file_missing) {
    return std::unexpected(bytes.error());
  }
  Tile full = tile;
  full.width = tile_width_max;
  auto grown = files.read(tile_path(full));
  if (!grown) return std::unexpected(bytes.error());
  return ReadTile{std::move(*grown), tile_width_max};
}

class Check {
 public:
  Check(const TileReader& files, TiledLog& log) : files_(files), log_(log) {}

  Status read_entries(const Tile& tile) {
    ENTENTE_LET(read, read_tile(files_, tile));
    const auto entries = decode_entry_bundle(read.bytes, read.width);
    if (!entries) return corrupt(tile, describe(entries.error()));
    for (unsigned i = 0; i < tile.width; ++i) append(leaf_hash((*entries)[i]));
    ++log_.bundles;
    return {};
  }

  Status read_leaf_hashes(const Tile& tile) {
    ENTENTE_LET(read, read_tile(files_, tile));
    const auto hashes = decode_hash_tile(read.bytes, read.width);
    if (!hashes) return corrupt(tile, describe(hashes.error()));
    for (unsigned i = 0; i < tile.width; ++i) append((*hashes)[i]);
    return {};
  }

  Status compare_hashes(const Tile& tile) {
    ENTENTE_LET(read, read_tile(files_, tile));
    ENTENTE_LET(due, render_hash_tile(log_.nodes, tile));
    const auto hashes = decode_hash_tile(read.bytes, read.width);
    if (!hashes) return corrupt(tile, describe(hashes.error()));
    if (!std::ranges::equal(due, ByteView(read.bytes).first(due.size()))) {
      return corrupt(tile, "not the hashes of the entries");
    }
    ++log_.hash_tiles;
    return {};
  }

  Status compare_root(const Checkpoint& earlier) const {
    const auto then = root_of(log_.nodes, earlier.size);
    if (earlier.size <= tree_.size() && then && *then == earlier.root) return {};
    return fail(ErrorCode::log_corrupt, std::string(cosigned_path) +
                                            ": not the root of the first " +
                                            std::to_string(earlier.size) + " entries");
  }

  const MerkleTree& tree() const { return tree_; }

 private:
  void append(const Digest& hash) { log_.nodes.add(tree_.append(hash)); }

  const TileReader& files_;
  TiledLog& log_;
  MerkleTree tree_;
};

// All of the entries are shown, or none is.
Result<bool> shows_entries(const TileReader& files, std::span<const Tile> tiles) {
  if (tiles.empty()) return true;
  const auto first = read_tile(files, tiles.front());
  if (first) return true;
  if (first.error().code != ErrorCode::file_missing) return std::unexpected(first.error());
  for (const Tile& tile : tiles) {
    if (tile.kind == TileKind::entries && read_tile(files, tile)) {
      return std::unexpected(first.error());
    }
  }
  return false;
}

Status read_earlier(const TileReader& files, const TiledLogKeys& keys, TiledLog& log) {
  const auto note = files.read(std::string(cosigned_path));
  if (!note && note.error().code == ErrorCode::file_missing) return {};
  if (!note) return std::unexpected(note.error());
  std::vector<Vkey> log_keys = {keys.log};
  log_keys.insert(log_keys.end(), keys.older.begin(), keys.older.end());
  auto earlier = verify_earlier_checkpoint(to_text(*note), log_keys, keys.witnesses);
  if (!earlier) {
    return fail(earlier.error().code, std::string(cosigned_path) + ": " + earlier.error().detail);
  }
  log.earlier = std::move(*earlier);
  log.is_earlier_of_stranger = !log.earlier;
  return {};
}

}  // namespace

Result<TiledLog> verify_tiled_log(const TileReader& files, const TiledLogKeys& keys,
                                  const TileProgress& progress) {
  ENTENTE_LET(note, files.read("checkpoint"));
  ENTENTE_LET(cosigned, verify_cosigned_checkpoint(to_text(note), keys.log, keys.witnesses));
  TiledLog log{.cosigned = std::move(cosigned), .earlier = {}};
  ENTENTE_TRY(read_earlier(files, keys, log));
  const Checkpoint& checkpoint = log.cosigned.checkpoint;
  Check check(files, log);
  const std::vector<Tile> tiles = tiles_of(checkpoint.size);
  ENTENTE_LET(shown, shows_entries(files, tiles));
  for (const Tile& tile : tiles) {
    const bool is_entries = tile.kind == TileKind::entries;
    if (shown ? !is_entries : is_entries || tile.level > 0) continue;
    ENTENTE_TRY(shown ? check.read_entries(tile) : check.read_leaf_hashes(tile));
    if (progress) progress(check.tree().size(), checkpoint.size);
  }
  if (check.tree().head() != checkpoint.head()) {
    return fail(ErrorCode::log_corrupt, "the entries do not give the root that was signed");
  }
  for (const Tile& tile : tiles) {
    if (tile.kind == TileKind::hashes) ENTENTE_TRY(check.compare_hashes(tile));
  }
  if (log.earlier) ENTENTE_TRY(check.compare_root(log.earlier->checkpoint));
  return log;
}

}  // namespace entente
