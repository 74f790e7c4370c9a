#include <entente/journal/log_nodes.h>

namespace entente {
namespace {

constexpr std::size_t older_tiles_max = 64;  // of 16 KB

// A tile's own tree: its hashes are the leaves.
template <class Place>
Digest grow_tile(std::span<const Digest> hashes, Place place) {
  MerkleTree tree;
  for (const Digest& hash : hashes) {
    for (const MerkleNode& node : tree.append(hash)) place(node);
  }
  return tree.root();
}

}  // namespace

const Digest* LogNodes::TileNodes::find(unsigned height, std::uint64_t node) const {
  const std::uint64_t first = index << (tile_height - height);
  if (node < first || node - first >= heights[height].size()) return nullptr;
  return &heights[height][node - first];
}

Bytes LogNodes::TileNodes::hashes() const {
  Bytes bytes;
  bytes.reserve(tile_width_max * sizeof(Digest::bytes));
  for (const Digest& hash : heights[0]) append(bytes, ByteView(hash));
  return bytes;
}

void LogNodes::place(const MerkleNode& node, std::vector<TileRow>& full) {
  const unsigned level = node.level / tile_height;
  const unsigned height = node.level % tile_height;
  Edge& edge = edges_[level];
  const std::uint64_t tile = node.index >> (tile_height - height);
  if (tile != edge.open.index) {
    edge.last = std::exchange(edge.open, TileNodes{.index = tile, .heights = {}});
  }
  edge.open.heights[height].push_back(node.hash);
  if (height == 0 && edge.open.heights[0].size() == tile_width_max) {
    full.push_back({.level = level, .index = tile, .hashes = edge.open.hashes()});
  }
}

void LogNodes::add(std::span<const MerkleNode> nodes, std::vector<TileRow>& full) {
  for (const MerkleNode& node : nodes) place(node, full);
}

Result<Digest> LogNodes::read_node(unsigned level, std::uint64_t index) const {
  const unsigned tile_level = level / tile_height;
  const unsigned height = level % tile_height;
  if (tile_level > tile_level_max) return fail(ErrorCode::out_of_range, "no tree is that high");
  const Edge& edge = edges_[tile_level];
  if (const Digest* found = edge.open.find(height, index)) return *found;
  if (const Digest* found = edge.last.find(height, index)) return *found;
  const std::uint64_t tile = index >> (tile_height - height);
  const auto key = std::pair(tile_level, tile);
  auto known = older_.find(key);
  if (known == older_.end()) {
    ENTENTE_LET(read, read_tile(tile_level, tile));
    if (older_.size() >= older_tiles_max) older_.clear();
    known = older_.emplace(key, std::move(read)).first;
  }
  const Digest* found = known->second.find(height, index);
  if (found == nullptr) return fail(ErrorCode::log_corrupt, "a node is missing");
  return *found;
}

Result<LogNodes::TileNodes> LogNodes::read_tile(unsigned level, std::uint64_t index) const {
  ENTENTE_LET(bytes, store_.read_tile(level, index));
  ENTENTE_LET(hashes, decode_hash_tile(bytes, tile_width_max));
  TileNodes tile{.index = index, .heights = {}};
  grow_tile(hashes, [&](const MerkleNode& node) {
    if (node.level < tile_height) tile.heights[node.level].push_back(node.hash);
  });
  return tile;
}

// A leaf's hash, or the root of the full tile that stands below.
Result<Digest> LogNodes::hash_below(unsigned level, std::uint64_t index) const {
  if (level == 0) {
    ENTENTE_LET(row, store_.read_entry(index));
    return leaf_hash(row.leaf);
  }
  ENTENTE_LET(bytes, store_.read_tile(level - 1, index));
  ENTENTE_LET(hashes, decode_hash_tile(bytes, tile_width_max));
  return grow_tile(hashes, [](const MerkleNode&) {});
}

// The open tile of one level, which has `count` hashes in all.
Status LogNodes::take_up(unsigned level, std::uint64_t count) {
  TileNodes open{.index = count / tile_width_max, .heights = {}};
  std::vector<Digest> hashes;
  for (std::uint64_t at = open.index * tile_width_max; at < count; ++at) {
    ENTENTE_LET(hash, hash_below(level, at));
    hashes.push_back(hash);
  }
  grow_tile(hashes, [&](const MerkleNode& node) { open.heights[node.level].push_back(node.hash); });
  edges_[level] = {.open = std::move(open), .last = {}};
  return {};
}

Result<MerkleTree> LogNodes::load() {
  for (unsigned level = 0; level <= tile_level_max; ++level) {
    const std::uint64_t count = store_.size() >> (level * tile_height);
    if (count > 0) ENTENTE_TRY(take_up(level, count));
  }
  return MerkleTree::load(*this, store_.size());
}

}  // namespace entente
