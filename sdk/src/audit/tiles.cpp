#include <entente/audit/tiles.h>

#include <algorithm>
#include <cassert>

#include "note_text.h"

namespace entente {
namespace {

constexpr std::string_view path_start = "tile/";
constexpr std::string_view entries_level = "entries";
constexpr std::string_view partial_mark = ".p/";
constexpr std::size_t path_bytes_max = 64;
constexpr std::uint64_t tile_index_max = tree_size_max / tile_width_max;

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::malformed, why); }

bool is_valid(const Tile& tile) {
  return tile.width >= 1 && tile.width <= tile_width_max && tile.index <= tile_index_max &&
         tile.level <= tile_level_max && (tile.kind == TileKind::hashes || tile.level == 0);
}

// Groups of three digits, all but the last behind an 'x': 1234067 is x001/x234/067.
std::string index_path(std::uint64_t index) {
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path;
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    const bool last = at + 3 == digits.size();
    path += (last ? "" : "x") + digits.substr(at, 3) + (last ? "" : "/");
  }
  return path;
}

Result<std::uint64_t> parse_index_path(std::string_view path) {
  std::string digits;
  for (const char character : path) {
    if (character >= '0' && character <= '9') digits += character;
  }
  if (digits.empty()) return refuse("a tile path without an index");
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  ENTENTE_LET(index, parse_decimal(std::string_view(digits).substr(first)));
  // One spelling per index: everything but the digits is checked by writing it again.
  if (index_path(index) != path) return refuse("a tile index in another spelling");
  return index;
}

// Nodes that the tree of `size` leaves has at a level of tiles.
std::uint64_t count_at(std::uint64_t size, unsigned level) { return size >> (tile_height * level); }

void add_tiles(std::vector<Tile>& tiles, Tile tile, std::uint64_t count) {
  tile.width = tile_width_max;
  for (tile.index = 0; tile.index < count / tile_width_max; ++tile.index) tiles.push_back(tile);
  tile.width = static_cast<unsigned>(count % tile_width_max);
  if (tile.width != 0) tiles.push_back(tile);
}

}  // namespace

std::string tile_path(const Tile& tile) {
  assert(is_valid(tile));
  std::string path(path_start);
  path += tile.kind == TileKind::entries ? std::string(entries_level) : std::to_string(tile.level);
  path += "/" + index_path(tile.index);
  if (tile.width < tile_width_max) {
    path += partial_mark;
    path += std::to_string(tile.width);
  }
  return path;
}

Result<Tile> parse_tile_path(std::string_view path) {
  if (path.size() > path_bytes_max || !path.starts_with(path_start)) return refuse("no tile path");
  path.remove_prefix(path_start.size());
  Tile tile;
  const std::string_view level = path.substr(0, path.find('/'));
  if (level.size() == path.size()) return refuse("a tile path without an index");
  path.remove_prefix(level.size() + 1);
  if (level == entries_level) {
    tile.kind = TileKind::entries;
  } else {
    ENTENTE_LET(number, parse_decimal(level));
    if (number > tile_level_max) return refuse("no tree has that many levels");
    tile.level = static_cast<unsigned>(number);
  }
  if (const std::size_t mark = path.find(partial_mark); mark != std::string_view::npos) {
    ENTENTE_LET(width, parse_decimal(path.substr(mark + partial_mark.size())));
    if (width == 0 || width >= tile_width_max) return refuse("no width of a partial tile");
    tile.width = static_cast<unsigned>(width);
    path = path.substr(0, mark);
  }
  ENTENTE_LET(index, parse_index_path(path));
  tile.index = index;
  if (!is_valid(tile)) return refuse("no tree has that many tiles");
  return tile;
}

std::vector<Tile> tiles_of(std::uint64_t size) {
  std::vector<Tile> tiles;
  add_tiles(tiles, {TileKind::entries, 0, 0, 0}, size);
  for (unsigned level = 0; level <= tile_level_max; ++level) {
    add_tiles(tiles, {TileKind::hashes, level, 0, 0}, count_at(size, level));
  }
  return tiles;
}

bool has_tile(std::uint64_t size, const Tile& tile) {
  return is_valid(tile) && size <= tree_size_max &&
         tile.index * tile_width_max + tile.width <= count_at(size, tile.level);
}

Result<Bytes> render_hash_tile(const NodeReader& nodes, const Tile& tile) {
  if (tile.kind != TileKind::hashes || !is_valid(tile)) {
    return fail(ErrorCode::wrong_use, "not a hash tile");
  }
  Bytes bytes;
  bytes.reserve(tile.width * sizeof(Digest::bytes));
  for (unsigned i = 0; i < tile.width; ++i) {
    ENTENTE_LET(hash, nodes.read_node(tile.level * tile_height, tile.index * tile_width_max + i));
    append(bytes, ByteView(hash));
  }
  return bytes;
}

Result<std::vector<Digest>> decode_hash_tile(ByteView bytes, unsigned width) {
  constexpr std::size_t hash_bytes = sizeof(Digest::bytes);
  if (width == 0 || width > tile_width_max || bytes.size() != width * hash_bytes) {
    return refuse("not a hash tile of this width");
  }
  std::vector<Digest> hashes(width);
  for (unsigned i = 0; i < width; ++i) {
    std::ranges::copy(bytes.subspan(i * hash_bytes, hash_bytes), hashes[i].bytes.begin());
  }
  return hashes;
}

Result<Bytes> render_entry_bundle(const LeafReader& leaves, const Tile& tile) {
  if (tile.kind != TileKind::entries || !is_valid(tile)) {
    return fail(ErrorCode::wrong_use, "not an entry bundle");
  }
  std::vector<Bytes> entries;
  for (unsigned i = 0; i < tile.width; ++i) {
    ENTENTE_LET(leaf, leaves.read_leaf(tile.index * tile_width_max + i));
    entries.push_back(std::move(leaf));
  }
  return encode_entry_bundle(entries);
}

Result<Bytes> encode_entry_bundle(std::span<const Bytes> entries) {
  if (entries.empty() || entries.size() > tile_width_max) {
    return fail(ErrorCode::out_of_range, "a bundle holds 1 to 256 entries");
  }
  Bytes bundle;
  for (const Bytes& entry : entries) {
    if (entry.size() > limits::leaf_bytes_max) return fail(ErrorCode::too_large, "log entry");
    append_u16(bundle, static_cast<std::uint16_t>(entry.size()));
    append(bundle, ByteView(entry));
  }
  return bundle;
}

Result<std::vector<Bytes>> decode_entry_bundle(ByteView bytes, unsigned width) {
  if (width == 0 || width > tile_width_max) return refuse("no width of a bundle");
  std::vector<Bytes> entries;
  entries.reserve(width);
  while (entries.size() < width) {
    if (bytes.size() < 2) return refuse("a bundle ends before its width");
    const std::size_t length = std::size_t{bytes[0]} << 8 | bytes[1];
    bytes = bytes.subspan(2);
    if (bytes.size() < length) return refuse("a bundle ends inside an entry");
    entries.emplace_back(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    bytes = bytes.subspan(length);
  }
  if (!bytes.empty()) return refuse("a bundle has more than its width");
  return entries;
}

}  // namespace entente
