#pragma once
// The nodes of the log's own tree, held as hash tiles (entente/audit/tiles.h). The right edge is in
// memory, which is all that receipts of the newest entries ask for; a tile is written once, when it
// is full. What is not full is computed again from the tiles and leaves below it.

#include <entente/audit/merkle.h>
#include <entente/audit/tiles.h>
#include <entente/store/store.h>

#include <array>
#include <map>

namespace entente {

class LogNodes final : public NodeReader {
 public:
  explicit LogNodes(const Store& store) : store_(store) {}

  // Takes up the tree that the store holds. Fails with store_corrupt if part of it is missing.
  Result<MerkleTree> load();
  // What append() gave for the next leaf. Tiles that it fills are added to `full`.
  void add(std::span<const MerkleNode> nodes, std::vector<TileRow>& full);

  Result<Digest> read_node(unsigned level, std::uint64_t index) const override;

 private:
  // The nodes of one tile by their height in it; the root is the next level's matter.
  struct TileNodes {
    std::uint64_t index = 0;
    std::array<std::vector<Digest>, tile_height> heights;

    const Digest* find(unsigned height, std::uint64_t node) const;
    Bytes hashes() const;
  };
  struct Edge {
    TileNodes open;
    TileNodes last;  // the full tile before it
  };

  void place(const MerkleNode& node, std::vector<TileRow>& full);
  Result<TileNodes> read_tile(unsigned level, std::uint64_t index) const;
  Status take_up(unsigned level, std::uint64_t count);
  Result<Digest> hash_below(unsigned level, std::uint64_t index) const;

  const Store& store_;
  std::array<Edge, tile_level_max + 1> edges_;
  mutable std::map<std::pair<unsigned, std::uint64_t>, TileNodes> older_;  // read lately
};

}  // namespace entente
