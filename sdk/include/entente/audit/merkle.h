#pragma once
// The Merkle tree of the log (RFC 6962 section 2.1, SHA-256): why a receipt of a kilobyte proves
// one entry among millions, and why a log that rewrites its past is caught.
//
//     const auto nodes = tree.append(leaf_hash(entry));            // store these with the entry
//     ENTENTE_LET(proof, inclusion_proof(store, index, tree.size()));
//     ENTENTE_TRY(verify_inclusion(leaf_hash(entry), index, tree.head(), proof));
//
// protocol/spec/06-audit-log.md.

#include <entente/core/digest.h>
#include <entente/core/result.h>

#include <cstdint>
#include <span>
#include <vector>

namespace entente {

// SHA-256(0x00 || leaf).
Digest leaf_hash(ByteView leaf);
// SHA-256(0x01 || left || right).
Digest node_hash(const Digest& left, const Digest& right);
// The root of a tree without leaves: SHA-256 of nothing.
const Digest& empty_root();

// The bound that keeps every proof within limits::proof_hashes_max.
inline constexpr std::uint64_t tree_size_max = std::uint64_t{1} << 62;

// What a tree says about itself.
struct TreeHead {
  std::uint64_t size = 0;
  Digest root;

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// The root of a complete subtree: the leaves [index * 2^level, (index + 1) * 2^level). It never
// changes once it exists, so it is written once; level 0 holds the leaf hashes.
struct MerkleNode {
  unsigned level = 0;
  std::uint64_t index = 0;
  Digest hash;

  friend bool operator==(const MerkleNode&, const MerkleNode&) = default;
};

// Where the nodes lie: a table of the store, a directory of tiles, memory.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  // Only complete subtrees are asked for. Fails with log_corrupt if it should be there and is not.
  virtual Result<Digest> read_node(unsigned level, std::uint64_t index) const = 0;
};

// The growing end of the tree: at most one hash per level.
class MerkleTree {
 public:
  MerkleTree() = default;
  // Takes up a stored tree. Fails with what the reader says, or out_of_range.
  static Result<MerkleTree> load(const NodeReader& nodes, std::uint64_t size);

  // The nodes this leaf completes, leaf first. Requires size() < tree_size_max.
  std::vector<MerkleNode> append(const Digest& leaf_hash);

  std::uint64_t size() const { return size_; }
  Digest root() const;
  TreeHead head() const { return {size_, root()}; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;  // roots of the complete subtrees, widest first
};

// The root the tree had when it held `size` leaves. Fails with what the reader says, or
// out_of_range.
Result<Digest> root_of(const NodeReader& nodes, std::uint64_t size);

// The siblings on the way from leaf `index` up to the root of `size` leaves. Fails with
// out_of_range unless index < size <= tree_size_max, or with what the reader says.
Result<std::vector<Digest>> inclusion_proof(const NodeReader& nodes, std::uint64_t index,
                                            std::uint64_t size);

// What shows that the first `old_size` of `size` leaves were not touched; empty if either is
// nothing new (0, or equal). Fails with out_of_range unless old_size <= size <= tree_size_max, or
// with what the reader says.
Result<std::vector<Digest>> consistency_proof(const NodeReader& nodes, std::uint64_t old_size,
                                              std::uint64_t size);

// Both fail with proof_invalid. The length of the proof is fixed by the sizes and checked before
// anything is hashed.
Status verify_inclusion(const Digest& leaf_hash, std::uint64_t index, const TreeHead& head,
                        std::span<const Digest> proof);
// From the empty tree every tree follows, with an empty proof; the empty tree has one root.
Status verify_consistency(const TreeHead& older, const TreeHead& newer,
                          std::span<const Digest> proof);

// A tree's nodes in memory, for replay, which computes every log anew, and for tests.
class MemoryNodes final : public NodeReader {
 public:
  // Requires nodes in the order in which append() gave them.
  void add(std::span<const MerkleNode> nodes);
  Result<Digest> read_node(unsigned level, std::uint64_t index) const override;

 private:
  std::vector<std::vector<Digest>> levels_;
};

}  // namespace entente
