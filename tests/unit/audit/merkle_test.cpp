#include <entente/audit/merkle.h>
#include <entente/crypto/hash.h>

#include <bit>
#include <functional>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::uint64_t sizes_max = 130;

std::vector<Digest> leaves_of(std::uint64_t count) {
  std::vector<Digest> leaves;
  for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(view(std::to_string(i))));
  return leaves;
}

// RFC 6962 section 2.1, as written there.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256(ByteView{});
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

// RFC 6962 section 2.1.1, PATH(m, D[n]).
std::vector<Digest> naive_path(std::size_t m, std::span<const Digest> leaves) {
  if (leaves.size() == 1) return {};
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  auto path = m < k ? naive_path(m, leaves.first(k)) : naive_path(m - k, leaves.subspan(k));
  path.push_back(naive_root(m < k ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

// RFC 6962 section 2.1.2, SUBPROOF(m, D[n], b).
std::vector<Digest> naive_subproof(std::size_t m, std::span<const Digest> leaves, bool b) {
  if (m == leaves.size()) return b ? std::vector<Digest>{} : std::vector{naive_root(leaves)};
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  auto proof = m <= k ? naive_subproof(m, leaves.first(k), b)
                      : naive_subproof(m - k, leaves.subspan(k), false);
  proof.push_back(naive_root(m <= k ? leaves.subspan(k) : leaves.first(k)));
  return proof;
}

struct Log {
  MemoryNodes nodes;
  MerkleTree tree;
  std::vector<Digest> leaves;
  std::vector<TreeHead> heads;  // by size

  explicit Log(std::uint64_t size) : leaves(leaves_of(size)) {
    heads.push_back(tree.head());
    for (const Digest& leaf : leaves) {
      nodes.add(tree.append(leaf));
      heads.push_back(tree.head());
    }
  }
};

// Calls back with every proof that differs from this one in one place.
void for_each_mutation(const std::vector<Digest>& proof,
                       const std::function<void(const std::vector<Digest>&)>& use) {
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto flipped = proof;
    flipped[i].bytes[i % 32] ^= 0x10;
    use(flipped);
    auto shorter = proof;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    use(shorter);
    auto doubled = proof;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), proof[i]);
    use(doubled);
    if (i + 1 < proof.size() && proof[i] != proof[i + 1]) {
      auto swapped = proof;
      std::swap(swapped[i], swapped[i + 1]);
      use(swapped);
    }
  }
  auto longer = proof;
  longer.push_back(Digest{});
  use(longer);
  longer = proof;
  longer.insert(longer.begin(), empty_root());
  use(longer);
}

}  // namespace

TEST_CASE("roots are the known answers of RFC 6962 implementations", "[audit][merkle]") {
  const std::pair<const char*, const char*> steps[] = {
      {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
      {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
      {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
      {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
      {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
      {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
      {"606162636465666768696a6b6c6d6e6f",
       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
  MerkleTree tree;
  CHECK(to_hex(tree.root()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (const auto& [leaf, root] : steps) {
    tree.append(leaf_hash(*from_hex(leaf)));
    CHECK(to_hex(tree.root()) == root);
  }
}

TEST_CASE("the tree grows as RFC 6962 defines it, at every size", "[audit][merkle]") {
  const Log log(sizes_max);
  for (std::uint64_t size = 0; size <= sizes_max; ++size) {
    CAPTURE(size);
    const Digest expected = naive_root(std::span(log.leaves).first(size));
    CHECK(log.heads[size] == TreeHead{size, expected});
    CHECK(root_of(log.nodes, size) == expected);
    const auto loaded = MerkleTree::load(log.nodes, size);
    REQUIRE(loaded);
    CHECK(loaded->head() == log.heads[size]);
  }
}

TEST_CASE("a tree taken up from its nodes goes on as if it had never stopped", "[audit][merkle]") {
  const Log log(sizes_max);
  for (std::uint64_t size = 0; size < sizes_max; ++size) {
    auto tree = MerkleTree::load(log.nodes, size);
    REQUIRE(tree);
    for (std::uint64_t i = size; i < sizes_max; ++i) tree->append(log.leaves[i]);
    CHECK(tree->head() == log.heads[sizes_max]);
  }
}

TEST_CASE("append gives exactly the nodes that the leaf completes", "[audit][merkle]") {
  MerkleTree tree;
  for (std::uint64_t size = 1; size <= sizes_max; ++size) {
    const auto nodes = tree.append(leaf_hash(view("x")));
    CHECK(nodes.size() == static_cast<std::size_t>(std::countr_zero(size)) + 1);
    for (unsigned level = 0; level < nodes.size(); ++level) {
      CHECK(nodes[level].level == level);
      CHECK((nodes[level].index + 1) << level == size);
    }
  }
}

TEST_CASE("every leaf of every tree is proved as RFC 6962 defines it", "[audit][merkle]") {
  const Log log(sizes_max);
  for (std::uint64_t size = 1; size <= sizes_max; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto proof = inclusion_proof(log.nodes, index, size);
      REQUIRE(proof);
      const bool same = *proof == naive_path(index, std::span(log.leaves).first(size));
      const bool good =
          verify_inclusion(log.leaves[index], index, log.heads[size], *proof).has_value();
      if (!same || !good) FAIL("index " << index << " of size " << size);
    }
  }
  SUCCEED();
}

TEST_CASE("every tree follows from every earlier one as RFC 6962 defines it", "[audit][merkle]") {
  const Log log(sizes_max);
  for (std::uint64_t size = 0; size <= sizes_max; ++size) {
    for (std::uint64_t older = 0; older <= size; ++older) {
      const auto proof = consistency_proof(log.nodes, older, size);
      REQUIRE(proof);
      const auto leaves = std::span(log.leaves).first(size);
      const bool same = older == 0 ? proof->empty() : *proof == naive_subproof(older, leaves, true);
      const bool good = verify_consistency(log.heads[older], log.heads[size], *proof).has_value();
      if (!same || !good) FAIL("from " << older << " to " << size);
    }
  }
  SUCCEED();
}

TEST_CASE("no inclusion proof holds for another leaf, place, size, root or after a change",
          "[audit][merkle][negative]") {
  constexpr std::uint64_t size_max = 40;
  const Log log(size_max);
  const auto refused = [](const Digest& leaf, std::uint64_t index, const TreeHead& head,
                          const std::vector<Digest>& proof) {
    const auto status = verify_inclusion(leaf, index, head, proof);
    return !status && status.error().code == ErrorCode::proof_invalid;
  };
  std::size_t tried = 0;
  for (std::uint64_t size = 1; size <= size_max; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      CAPTURE(size, index);
      const Digest& leaf = log.leaves[index];
      const TreeHead& head = log.heads[size];
      const auto proof = *inclusion_proof(log.nodes, index, size);
      bool all = refused(leaf_hash(view("other")), index, head, proof) &&
                 refused(leaf, index, {size, empty_root()}, proof);
      for (std::uint64_t other = 0; other <= size_max; ++other) {
        all = all && (other == index || refused(leaf, other, head, proof));
        all = all && (other == size || refused(leaf, index, {other, log.heads[other].root}, proof));
      }
      for_each_mutation(proof, [&](const auto& changed) {
        all = all && refused(leaf, index, head, changed);
        ++tried;
      });
      if (!all) FAIL("a wrong proof was accepted");
    }
  }
  CHECK(tried > 10'000);
}

TEST_CASE("no consistency proof holds for another pair of trees or after a change",
          "[audit][merkle][negative]") {
  constexpr std::uint64_t size_max = 40;
  const Log log(size_max);
  const auto refused = [](const TreeHead& older, const TreeHead& newer,
                          const std::vector<Digest>& proof) {
    const auto status = verify_consistency(older, newer, proof);
    return !status && status.error().code == ErrorCode::proof_invalid;
  };
  const Digest other_root = leaf_hash(view("other"));
  std::size_t tried = 0;
  for (std::uint64_t size = 1; size <= size_max; ++size) {
    for (std::uint64_t older = 0; older <= size; ++older) {
      const auto proof = *consistency_proof(log.nodes, older, size);
      const TreeHead& old_head = log.heads[older];
      const TreeHead& head = log.heads[size];
      bool all = refused({older, other_root}, head, proof);
      // Nothing has to be shown about what follows an empty log.
      all = all && (older == 0 || refused(old_head, {size, other_root}, proof));
      all = all && (older == size || refused(head, old_head, proof));
      for_each_mutation(proof, [&](const auto& changed) {
        all = all && refused(old_head, head, changed);
        ++tried;
      });
      for (std::uint64_t other = 1; older != 0 && other <= size_max; ++other) {
        all = all && (other == size || refused(old_head, log.heads[other], proof));
        all = all && (other == older || refused(log.heads[other], head, proof));
      }
      if (!all) FAIL("from " << older << " to " << size << " a wrong proof was accepted");
    }
  }
  CHECK(tried > 8'000);
}

TEST_CASE("a log that rewrote one entry has no consistency proof", "[audit][merkle][negative]") {
  const Log honest(32);
  for (std::uint64_t changed = 0; changed < 20; ++changed) {
    MemoryNodes nodes;
    MerkleTree tree;
    for (std::uint64_t i = 0; i < 32; ++i) {
      nodes.add(tree.append(i == changed ? leaf_hash(view("forged")) : honest.leaves[i]));
    }
    const auto proof = consistency_proof(nodes, 20, 32);
    REQUIRE(proof);
    CHECK_FALSE(verify_consistency(honest.heads[20], tree.head(), *proof));
  }
}

TEST_CASE("an inner node cannot be passed off as a leaf", "[audit][merkle][negative]") {
  const Log log(8);
  const auto proof = *inclusion_proof(log.nodes, 0, 8);
  const std::vector<Digest> shorter(proof.begin() + 1, proof.end());
  const Digest inner = node_hash(log.leaves[0], log.leaves[1]);
  CHECK_FALSE(verify_inclusion(inner, 0, log.heads[8], shorter));
  // Even under a size that nobody signed, there is no entry with the hash of an inner node.
  Bytes children = to_bytes("\x01");
  append(children, ByteView(log.leaves[0]));
  append(children, ByteView(log.leaves[1]));
  for (const ByteView leaf : {ByteView(children), ByteView(children).subspan(1)}) {
    CHECK_FALSE(verify_inclusion(leaf_hash(leaf), 0, {4, log.heads[8].root}, shorter));
  }
}

TEST_CASE("the empty tree has one root, no leaves, and is where every log begins",
          "[audit][merkle]") {
  const Log log(3);
  const TreeHead empty{0, empty_root()};
  const TreeHead forged{0, leaf_hash(view("x"))};
  const std::vector<Digest> one(1);
  CHECK(verify_consistency(empty, empty, {}));
  CHECK(verify_consistency(empty, log.heads[3], {}));
  CHECK_FALSE(verify_consistency(empty, log.heads[3], one));
  CHECK_FALSE(verify_consistency(empty, empty, one));
  CHECK_FALSE(verify_consistency(forged, log.heads[3], {}));
  CHECK_FALSE(verify_consistency(forged, forged, {}));
  CHECK_FALSE(verify_consistency(empty, forged, {}));
  CHECK_FALSE(verify_consistency(log.heads[3], empty, {}));
  CHECK_FALSE(verify_inclusion(Digest{}, 0, empty, {}));
}

TEST_CASE("sizes at the edge of the numbers are refused, not computed", "[audit][merkle]") {
  const Log log(2);
  for (const std::uint64_t size : {tree_size_max + 1, std::uint64_t{1} << 63, UINT64_MAX}) {
    CHECK(root_of(log.nodes, size).error().code == ErrorCode::out_of_range);
    CHECK(MerkleTree::load(log.nodes, size).error().code == ErrorCode::out_of_range);
    CHECK(inclusion_proof(log.nodes, 0, size).error().code == ErrorCode::out_of_range);
    CHECK(consistency_proof(log.nodes, 1, size).error().code == ErrorCode::out_of_range);
    for (const std::size_t length : {0u, 61u, 62u, 63u, 64u, 65u}) {
      const std::vector<Digest> proof(length);
      CHECK_FALSE(verify_inclusion(Digest{}, 0, {size, Digest{}}, proof));
      CHECK_FALSE(verify_inclusion(Digest{}, size - 1, {size, Digest{}}, proof));
      CHECK_FALSE(verify_consistency({1, Digest{}}, {size, Digest{}}, proof));
      CHECK_FALSE(verify_consistency({size - 1, Digest{}}, {size, Digest{}}, proof));
    }
  }
  for (const std::size_t length : {60u, 61u, 62u, 63u}) {
    const std::vector<Digest> proof(length);
    CHECK_FALSE(verify_inclusion(Digest{}, 0, {tree_size_max, Digest{}}, proof));
    CHECK_FALSE(verify_consistency({tree_size_max - 1, {}}, {tree_size_max, {}}, proof));
  }
  CHECK(inclusion_proof(log.nodes, 2, 2).error().code == ErrorCode::out_of_range);
  CHECK(consistency_proof(log.nodes, 3, 2).error().code == ErrorCode::out_of_range);
}

TEST_CASE("the largest tree is proved, and one leaf more is refused", "[audit][merkle]") {
  const Digest leaf = leaf_hash(view("x"));
  Digest root = leaf;
  std::vector<Digest> proof;
  for (; proof.size() < 62; proof.emplace_back()) root = node_hash(root, Digest{});
  CHECK(verify_inclusion(leaf, 0, {tree_size_max, root}, proof));
  CHECK(verify_consistency({1, leaf}, {tree_size_max, root}, proof));
  root = node_hash(root, Digest{});
  proof.emplace_back();
  CHECK_FALSE(verify_inclusion(leaf, 0, {tree_size_max + 1, root}, proof));
  CHECK_FALSE(verify_consistency({1, leaf}, {tree_size_max + 1, root}, proof));
}

TEST_CASE("a store that lost a node says so", "[audit][merkle][negative]") {
  const Log log(5);
  CHECK(root_of(log.nodes, 6).error().code == ErrorCode::log_corrupt);
  CHECK(MerkleTree::load(log.nodes, 8).error().code == ErrorCode::log_corrupt);
  CHECK(inclusion_proof(log.nodes, 0, 6).error().code == ErrorCode::log_corrupt);
  CHECK(consistency_proof(log.nodes, 2, 7).error().code == ErrorCode::log_corrupt);
}

TEST_CASE("proofs of a large tree read a number of nodes that grows with its logarithm",
          "[audit][merkle]") {
  struct Counting final : NodeReader {
    mutable std::size_t reads = 0;
    Result<Digest> read_node(unsigned level, std::uint64_t index) const override {
      ++reads;
      Bytes name;
      append_u64(name, index);
      name.push_back(static_cast<std::uint8_t>(level));
      return sha256(name);
    }
  };
  const std::uint64_t size = tree_size_max - 1;  // the most peaks
  for (const std::uint64_t index : {std::uint64_t{0}, size / 2, size - 1}) {
    Counting nodes;
    REQUIRE(inclusion_proof(nodes, index, size));
    CHECK(nodes.reads <= 2 * 62);
    REQUIRE(consistency_proof(nodes, index + 1, size));
    CHECK(nodes.reads <= 4 * 63);
  }
}
