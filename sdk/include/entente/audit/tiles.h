#pragma once
// The log as plain files (c2sp.org/tlog-tiles): what `entente log export` writes, any web server
// can serve and any tlog tool can check.
//
//     for (const Tile& tile : tiles_of(size)) write(directory / tile_path(tile), ...);
//
// A hash tile holds up to 256 hashes of every eighth level, an entry bundle up to 256 entries.
// protocol/spec/06-audit-log.md.

#include <entente/audit/merkle.h>
#include <entente/core/limits.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

inline constexpr unsigned tile_width_max = 256;
inline constexpr unsigned tile_height = 8;     // levels of the tree that one tile stands for
inline constexpr unsigned tile_level_max = 7;  // 256^8 entries exceed tree_size_max
inline constexpr std::size_t bundle_bytes_max = tile_width_max * (2 + limits::leaf_bytes_max);

enum class TileKind : std::uint8_t { hashes, entries };

struct Tile {
  TileKind kind = TileKind::hashes;
  unsigned level = 0;  // of hashes: the tree's level divided by tile_height; 0 for entries
  std::uint64_t index = 0;
  unsigned width = tile_width_max;  // fewer than 256: a partial tile, the right edge of its level

  friend bool operator==(const Tile&, const Tile&) = default;
};

// "tile/0/x001/234", "tile/1/000.p/17", "tile/entries/005". Requires a tile that parse_tile_path()
// could have given.
std::string tile_path(const Tile& tile);
// Fails with malformed for any other spelling.
Result<Tile> parse_tile_path(std::string_view path);

// Every tile of a tree of this size: bundles, then hash tiles by level, full ones before the
// partial one. Requires size <= tree_size_max and memory for one Tile in 128 entries.
std::vector<Tile> tiles_of(std::uint64_t size);
// Whether a log of this size has the tile; partial tiles of earlier sizes count.
bool has_tile(std::uint64_t size, const Tile& tile);

// The bytes of a hash tile. Fails with what the reader says, or wrong_use for a bundle.
Result<Bytes> render_hash_tile(const NodeReader& nodes, const Tile& tile);
// Fails with malformed unless these are `width` hashes.
Result<std::vector<Digest>> decode_hash_tile(ByteView bytes, unsigned width);

// Where the entries lie.
class LeafReader {
 public:
  virtual ~LeafReader() = default;
  // The bytes of one entry of the log. Fails with log_corrupt if it should be there and is not.
  virtual Result<Bytes> read_leaf(std::uint64_t index) const = 0;
};

// The bytes of an entry bundle. Fails with what the reader says, too_large for an entry beyond
// limits::leaf_bytes_max, or wrong_use for a hash tile.
Result<Bytes> render_entry_bundle(const LeafReader& leaves, const Tile& tile);
// A length of two bytes before each entry. Fails with too_large for an entry beyond
// limits::leaf_bytes_max, or out_of_range unless there are 1 to 256.
Result<Bytes> encode_entry_bundle(std::span<const Bytes> entries);
// Fails with malformed unless these are exactly `width` entries.
Result<std::vector<Bytes>> decode_entry_bundle(ByteView bytes, unsigned width);

}  // namespace entente
