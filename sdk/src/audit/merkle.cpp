#include <entente/audit/merkle.h>
#include <entente/crypto/hash.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <ranges>

namespace entente {
namespace {

unsigned level_below(std::uint64_t count) {
  return static_cast<unsigned>(std::bit_width(count)) - 1;
}

// RFC 6962 promotes what has no sibling, so the right edge is folded from its narrow end.
Digest fold(std::span<const Digest> peaks) {
  Digest root = peaks.back();
  for (const Digest& peak : peaks.first(peaks.size() - 1) | std::views::reverse) {
    root = node_hash(peak, root);
  }
  return root;
}

// The complete subtrees that make up [begin, end), widest first. `begin` is a multiple of each
// of their sizes, as it is wherever RFC 6962 splits a tree.
Result<std::vector<Digest>> read_peaks(const NodeReader& nodes, std::uint64_t begin,
                                       std::uint64_t end) {
  std::vector<Digest> peaks;
  while (begin < end) {
    const unsigned level = level_below(end - begin);
    ENTENTE_LET(hash, nodes.read_node(level, begin >> level));
    peaks.push_back(hash);
    begin += std::uint64_t{1} << level;
  }
  return peaks;
}

Result<Digest> read_root(const NodeReader& nodes, std::uint64_t begin, std::uint64_t end) {
  ENTENTE_LET(peaks, read_peaks(nodes, begin, end));
  return fold(peaks);
}

// Where RFC 6962 splits [begin, end): after the largest power of two below its length.
std::uint64_t split(std::uint64_t begin, std::uint64_t end) {
  return begin + std::bit_floor(end - begin - 1);
}

}  // namespace

Digest leaf_hash(ByteView leaf) {
  constexpr std::array<std::uint8_t, 1> prefix = {0};
  return sha256({prefix, leaf});
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> input{1};
  std::ranges::copy(left.bytes, input.begin() + 1);
  std::ranges::copy(right.bytes, input.begin() + 33);
  return sha256(input);
}

const Digest& empty_root() {
  static const Digest root = sha256(ByteView{});
  return root;
}

Result<MerkleTree> MerkleTree::load(const NodeReader& nodes, std::uint64_t size) {
  if (size > tree_size_max) return fail(ErrorCode::out_of_range, "no tree is that large");
  ENTENTE_LET(peaks, read_peaks(nodes, 0, size));
  MerkleTree tree;
  tree.size_ = size;
  tree.peaks_ = std::move(peaks);
  return tree;
}

std::vector<MerkleNode> MerkleTree::append(const Digest& leaf_hash) {
  assert(size_ < tree_size_max);
  MerkleNode node{0, size_, leaf_hash};
  std::vector<MerkleNode> complete{node};
  // As in adding one to a binary number: each trailing one is a peak that finds its sibling.
  for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
    node = {node.level + 1, node.index >> 1, node_hash(peaks_.back(), node.hash)};
    peaks_.pop_back();
    complete.push_back(node);
  }
  peaks_.push_back(node.hash);
  ++size_;
  return complete;
}

Digest MerkleTree::root() const { return peaks_.empty() ? empty_root() : fold(peaks_); }

Result<Digest> root_of(const NodeReader& nodes, std::uint64_t size) {
  if (size > tree_size_max) return fail(ErrorCode::out_of_range, "no tree is that large");
  if (size == 0) return empty_root();
  return read_root(nodes, 0, size);
}

Result<std::vector<Digest>> inclusion_proof(const NodeReader& nodes, std::uint64_t index,
                                            std::uint64_t size) {
  if (index >= size || size > tree_size_max) {
    return fail(ErrorCode::out_of_range, "no such leaf in a tree of that size");
  }
  std::vector<Digest> proof;  // from the root down until the end
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = split(begin, end);
    const bool left = index < middle;
    ENTENTE_LET(sibling, left ? read_root(nodes, middle, end) : read_root(nodes, begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<std::vector<Digest>> consistency_proof(const NodeReader& nodes, std::uint64_t old_size,
                                              std::uint64_t size) {
  if (old_size > size || size > tree_size_max) {
    return fail(ErrorCode::out_of_range, "a tree does not shrink");
  }
  std::vector<Digest> proof;  // from the root down until the end
  if (old_size == 0) return proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end != old_size) {
    const std::uint64_t middle = split(begin, end);
    const bool left = old_size <= middle;
    ENTENTE_LET(sibling, left ? read_root(nodes, middle, end) : read_root(nodes, begin, middle));
    proof.push_back(sibling);
    (left ? end : begin) = middle;
  }
  // The subtree where the old tree ended, unless it is the old tree, whose root is known.
  if (begin != 0) {
    ENTENTE_LET(edge, read_root(nodes, begin, end));
    proof.push_back(edge);
  }
  std::ranges::reverse(proof);
  return proof;
}

void MemoryNodes::add(std::span<const MerkleNode> nodes) {
  for (const MerkleNode& node : nodes) {
    if (node.level >= levels_.size()) levels_.resize(node.level + 1);
    assert(node.index == levels_[node.level].size());
    levels_[node.level].push_back(node.hash);
  }
}

Result<Digest> MemoryNodes::read_node(unsigned level, std::uint64_t index) const {
  if (level >= levels_.size() || index >= levels_[level].size()) {
    return fail(ErrorCode::log_corrupt, "a node is missing");
  }
  return levels_[level][index];
}

}  // namespace entente
