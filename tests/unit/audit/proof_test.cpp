#include <entente/audit/proof.h>
#include <entente/crypto/signature.h>

#include "catch.h"

using namespace entente;

namespace {

const std::string origin = "kettle.example/log";
const std::string header = "c2sp.org/tlog-proof@v1\n";

KeyPair key_of(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

Vkey log_key() { return *Vkey::make(origin, SignatureType::ed25519, key_of(1).public_key()); }

Bytes entry(std::uint64_t index) { return to_bytes("entry " + std::to_string(index)); }

// A signed log of `size` entries and the proof of one of them.
Proof proof_of(std::uint64_t index, std::uint64_t size) {
  MemoryNodes nodes;
  MerkleTree tree;
  for (std::uint64_t i = 0; i < size; ++i) nodes.add(tree.append(leaf_hash(entry(i))));
  return {{},
          index,
          *inclusion_proof(nodes, index, size),
          *sign_checkpoint({origin, size, tree.root()}, key_of(1))};
}

}  // namespace

TEST_CASE("a proof file proves its entry to who has the log's key", "[audit][proof]") {
  for (std::uint64_t size = 1; size <= 20; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      auto proof = proof_of(index, size);
      if (index % 2 == 1) proof.extra = to_bytes("salt");
      const auto file = encode_proof(proof);
      REQUIRE(file);
      const auto read = decode_proof(*file);
      REQUIRE(read);
      CHECK(*read == proof);
      const auto checkpoint = verify_proof_of_leaf(*read, entry(index), log_key());
      REQUIRE(checkpoint);
      CHECK(checkpoint->size == size);
      CHECK(verify_proof_of_leaf_hash(*read, leaf_hash(entry(index)), log_key()) == *checkpoint);
    }
  }
}

TEST_CASE("a proof file is plain text of a known form", "[audit][proof]") {
  auto proof = proof_of(1, 3);
  proof.extra = to_bytes("salt");
  CHECK(*encode_proof(proof) == header + "extra c2FsdA==\nindex 1\n" +
                                    to_base64(leaf_hash(entry(0))) + "\n" +
                                    to_base64(leaf_hash(entry(2))) + "\n\n" + proof.checkpoint);
  const auto single = proof_of(0, 1);
  CHECK(*encode_proof(single) == header + "index 0\n\n" + single.checkpoint);
}

TEST_CASE("a proof proves no other entry, place, log or key", "[audit][proof][negative]") {
  const auto proof = proof_of(3, 9);
  REQUIRE(verify_proof_of_leaf(proof, entry(3), log_key()));
  CHECK(verify_proof_of_leaf(proof, entry(4), log_key()).error().code == ErrorCode::proof_invalid);
  for (std::uint64_t index = 0; index < 12; ++index) {
    if (index == 3) continue;
    auto moved = proof;
    moved.index = index;
    CHECK(verify_proof_of_leaf(moved, entry(3), log_key()).error().code ==
          ErrorCode::proof_invalid);
  }
  auto foreign = proof;
  foreign.checkpoint = proof_of(3, 10).checkpoint;
  CHECK(verify_proof_of_leaf(foreign, entry(3), log_key()).error().code ==
        ErrorCode::proof_invalid);
  const auto other = *Vkey::make(origin, SignatureType::ed25519, key_of(2).public_key());
  CHECK(verify_proof_of_leaf(proof, entry(3), other).error().code == ErrorCode::checkpoint_invalid);
}

TEST_CASE("no bit of a proof file but its extra can be changed unnoticed",
          "[audit][proof][negative]") {
  const auto file = *encode_proof(proof_of(3, 9));
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = file;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      const auto read = decode_proof(changed);
      if (read && verify_proof_of_leaf(*read, entry(3), log_key())) {
        FAIL("bit " << bit << " of byte " << i);
      }
    }
    CHECK_FALSE(decode_proof(file.substr(0, i)));
  }
}

TEST_CASE("what is no proof file is refused", "[audit][proof][negative]") {
  const auto proof = proof_of(0, 2);
  const std::string hash = to_base64(proof.hashes[0]) + "\n";
  const std::string note = proof.checkpoint;
  REQUIRE(decode_proof(header + "index 0\n" + hash + "\n" + note));
  const std::string bad[] = {
      "",
      header,
      header + "index 0\n",
      header + "index 0\n\n",
      header + "index 0\n" + hash,
      header + "index 0\n" + hash + note,
      header + "\n" + note,
      header + hash + "\n" + note,
      header + "extra c2FsdA==\n" + hash + "\n" + note,
      header + "extra \nindex 0\n" + hash + "\n" + note,
      header + "extra\nindex 0\n" + hash + "\n" + note,
      header + "extra c2FsdA=\nindex 0\n" + hash + "\n" + note,
      header + "extra c2FsdA==\nextra c2FsdA==\nindex 0\n" + hash + "\n" + note,
      header + "index 0\nextra c2FsdA==\n" + hash + "\n" + note,
      header + "index 00\n" + hash + "\n" + note,
      header + "index -1\n" + hash + "\n" + note,
      header + "index +1\n" + hash + "\n" + note,
      header + "index  0\n" + hash + "\n" + note,
      header + "index\n" + hash + "\n" + note,
      header + "index 18446744073709551616\n" + hash + "\n" + note,
      header + "index " + std::to_string(tree_size_max) + "\n" + hash + "\n" + note,
      header + "Index 0\n" + hash + "\n" + note,
      header + "index 0\n " + hash + "\n" + note,
      header + "index 0\n" + to_base64(Bytes(31, 1)) + "\n\n" + note,
      header + "index 0\n" + to_base64(Bytes(33, 1)) + "\n\n" + note,
      header + "index 0\r\n" + hash + "\n" + note,
      header + "index 0\n" + hash + "\n\n" + note.substr(1, 0),
      header + "index 0\n" + hash + "\n" + note + "trailing",
      "c2sp.org/tlog-proof@v2\nindex 0\n" + hash + "\n" + note,
      "\n" + header + "index 0\n" + hash + "\n" + note,
      "\xef\xbb\xbf" + header + "index 0\n" + hash + "\n" + note};
  for (const std::string& file : bad) {
    CAPTURE(file);
    CHECK(decode_proof(file).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("a proof file has a limit for each of its parts", "[audit][proof][negative]") {
  auto proof = proof_of(0, 2);
  proof.hashes.assign(limits::proof_hashes_max, Digest{});
  proof.extra.assign(proof_extra_bytes_max, 1);
  const auto file = encode_proof(proof);
  REQUIRE(file);
  CHECK(decode_proof(*file) == proof);
  auto more = proof;
  more.hashes.push_back({});
  CHECK(encode_proof(more).error().code == ErrorCode::too_large);
  more = proof;
  more.extra.push_back(1);
  CHECK(encode_proof(more).error().code == ErrorCode::too_large);
  const std::string hash = to_base64(Digest{}) + "\n";
  const std::size_t hashes_start = file->find(hash);
  CHECK(decode_proof(std::string(*file).insert(hashes_start, hash)).error().code ==
        ErrorCode::too_large);
  CHECK(decode_proof(header + std::string(proof_bytes_max, 'a')).error().code ==
        ErrorCode::too_large);
}
