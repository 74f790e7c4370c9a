#pragma once
// The roots that a log had lately, at any of its last sizes, for little memory: what a checkpoint
// on record in the log itself is compared with. And of what time its newest entry was then.

#include <entente/audit/merkle.h>

#include <deque>
#include <optional>

namespace entente {

struct RecentTree {
  Digest root;
  std::int64_t newest_ms = 0;  // 0: no entry
  bool operator==(const RecentTree&) const = default;
};

class RecentRoots {
 public:
  static constexpr std::size_t leaves_max = 64 * 1024;

  // `before` is the tree that the leaf is added to.
  void add(const MerkleTree& before, const Digest& leaf_hash, std::int64_t time_ms) {
    if (blocks_.empty() || blocks_.back().leaves.size() == block_leaves) {
      blocks_.push_back({before, newest_ms_, {}});
      if (blocks_.size() > leaves_max / block_leaves) blocks_.pop_front();
    }
    blocks_.back().leaves.push_back({leaf_hash, time_ms});
    newest_ms_ = time_ms;
  }

  // Nothing if the tree never had that size, or too long ago.
  std::optional<RecentTree> at(std::uint64_t size) const {
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
      if (size < block->before.size()) continue;
      const std::uint64_t more = size - block->before.size();
      if (more > block->leaves.size()) return std::nullopt;
      MerkleTree tree = block->before;
      for (std::uint64_t i = 0; i < more; ++i) tree.append(block->leaves[i].hash);
      return RecentTree{tree.root(),
                        more == 0 ? block->before_ms : block->leaves[more - 1].time_ms};
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t block_leaves = 1024;
  struct Leaf {
    Digest hash;
    std::int64_t time_ms = 0;
  };
  struct Block {
    MerkleTree before;
    std::int64_t before_ms = 0;
    std::vector<Leaf> leaves;
  };
  std::deque<Block> blocks_;
  std::int64_t newest_ms_ = 0;
};

}  // namespace entente
