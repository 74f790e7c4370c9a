#include <entente/audit/merkle.h>

#include <bit>

namespace entente {
namespace {

// A way up the tree: first through the subtree where the other side may lie left or right, as the
// bits of the index say, then along the right edge, where it always lies left.
struct Way {
  std::uint64_t index = 0;
  std::size_t inner = 0;
  std::size_t border = 0;

  std::size_t length() const { return inner + border; }
};

// The way of leaf `index` up to where it meets the last of `size` leaves, and on to the root.
Way way_up(std::uint64_t index, std::uint64_t size) {
  const auto inner = static_cast<std::size_t>(std::bit_width(index ^ (size - 1)));
  return {index, inner, static_cast<std::size_t>(std::popcount(index >> inner))};
}

bool is_right(const Way& way, std::size_t step) {
  return step >= way.inner || ((way.index >> step) & 1) != 0;
}

// The root of the tree the way leads through.
Digest climb(const Way& way, Digest hash, std::span<const Digest> proof) {
  for (std::size_t step = 0; step < proof.size(); ++step) {
    hash = is_right(way, step) ? node_hash(proof[step], hash) : node_hash(hash, proof[step]);
  }
  return hash;
}

// The root of the tree that ended where the way starts: it knew nothing to its right.
Digest climb_left_only(const Way& way, Digest hash, std::span<const Digest> proof) {
  for (std::size_t step = 0; step < proof.size(); ++step) {
    if (is_right(way, step)) hash = node_hash(proof[step], hash);
  }
  return hash;
}

std::unexpected<Error> refuse(const char* why) { return fail(ErrorCode::proof_invalid, why); }

Status verify_growth(const TreeHead& older, const TreeHead& newer, std::span<const Digest> proof) {
  // Up to the widest complete subtree at the old right edge both trees are one.
  const auto shared = static_cast<std::size_t>(std::countr_zero(older.size));
  Way way = way_up(older.size - 1, newer.size);
  way.index >>= shared;
  way.inner -= shared;
  const bool known_start = std::has_single_bit(older.size);  // that subtree is the old tree
  if (proof.size() != way.length() + (known_start ? 0 : 1)) return refuse("wrong length");
  const Digest start = known_start ? older.root : proof.front();
  if (!known_start) proof = proof.subspan(1);
  if (climb_left_only(way, start, proof) != older.root) return refuse("not the old root");
  if (climb(way, start, proof) != newer.root) return refuse("not the new root");
  return {};
}

}  // namespace

Status verify_inclusion(const Digest& leaf_hash, std::uint64_t index, const TreeHead& head,
                        std::span<const Digest> proof) {
  if (index >= head.size || head.size > tree_size_max) return refuse("no such leaf");
  const Way way = way_up(index, head.size);
  if (proof.size() != way.length()) return refuse("wrong length");
  if (climb(way, leaf_hash, proof) != head.root) return refuse("not the root");
  return {};
}

Status verify_consistency(const TreeHead& older, const TreeHead& newer,
                          std::span<const Digest> proof) {
  if (older.size > newer.size || newer.size > tree_size_max) return refuse("a tree shrank");
  if (older.size == 0 && older.root != empty_root()) return refuse("not the empty tree");
  if (older.size == 0 || older.size == newer.size) {
    if (!proof.empty()) return refuse("nothing to prove");
    if (older.size == newer.size && older.root != newer.root) return refuse("one size, two roots");
    return {};
  }
  return verify_growth(older, newer, proof);
}

}  // namespace entente
