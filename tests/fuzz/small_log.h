#pragma once
// A small honest log with its key and a witness, for targets that let somebody forge what they say.

#include <entente/audit/merkle.h>
#include <entente/audit/note.h>

#include <vector>

#include "samples.h"

namespace entente::fuzz {

inline constexpr std::string_view origin = "kettle.example/log";
inline constexpr std::string_view witness_name = "witness.example";
inline constexpr std::size_t leaves_max = 40;

inline const KeyPair& log_key() {
  static const KeyPair key = tests::samples::key(tests::samples::brand_key);
  return key;
}

inline const Vkey& log_vkey() {
  static const Vkey vkey = *Vkey::make(origin, SignatureType::ed25519, log_key().public_key());
  return vkey;
}

inline const Vkey& witness_vkey() {
  static const Vkey vkey =
      *Vkey::make(witness_name, SignatureType::cosignature_v1,
                  tests::samples::key(tests::samples::operator_key).public_key());
  return vkey;
}

class SmallLog {
 public:
  explicit SmallLog(std::size_t size) {
    heads_.push_back(tree_.head());
    for (std::size_t i = 0; i < size; ++i) {
      leaves_.push_back(leaf_hash(Bytes(1 + i % 3, static_cast<std::uint8_t>(i))));
      nodes_.add(tree_.append(leaves_.back()));
      heads_.push_back(tree_.head());
    }
  }
  // Of 0 to size() leaves.
  const TreeHead& head(std::size_t size) const { return heads_[size]; }
  const Digest& leaf(std::size_t index) const { return leaves_[index]; }
  std::size_t size() const { return leaves_.size(); }
  const MemoryNodes& nodes() const { return nodes_; }

 private:
  MemoryNodes nodes_;
  MerkleTree tree_;
  std::vector<TreeHead> heads_;
  std::vector<Digest> leaves_;
};

}  // namespace entente::fuzz
