#pragma once
// A proof file (c2sp.org/tlog-proof@v1, *.tlog-proof): everything but the entry and the log's key
// that is needed to check, offline and years later, that the entry is in the log.
//
//     ENTENTE_LET(proof, decode_proof(file));
//     ENTENTE_LET(checkpoint, verify_proof_of_leaf(proof, entry_bytes, log_vkey));
//
// protocol/spec/06-audit-log.md.

#include <entente/audit/checkpoint.h>
#include <entente/core/limits.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

inline constexpr std::size_t proof_extra_bytes_max = limits::leaf_bytes_max;
// Header, extra and index lines, hashes of 45 characters, an empty line, the checkpoint.
inline constexpr std::size_t proof_bytes_max = 128 + (proof_extra_bytes_max + 2) / 3 * 4 +
                                               45 * limits::proof_hashes_max +
                                               limits::note_bytes_max;

struct Proof {
  Bytes extra;  // not authenticated by anything; empty if there is none
  std::uint64_t index = 0;
  std::vector<Digest> hashes;  // from the leaf's sibling up
  std::string checkpoint;      // the signed note, byte for byte

  friend bool operator==(const Proof&, const Proof&) = default;
};

// Fails with too_large or malformed if the result could not be read back.
Result<std::string> encode_proof(const Proof& proof);
// Fails with malformed or too_large. Nothing is verified yet.
Result<Proof> decode_proof(std::string_view file);

// The checkpoint under which the entry is proved. Both fail with checkpoint_invalid or
// proof_invalid.
Result<Checkpoint> verify_proof_of_leaf(const Proof& proof, ByteView leaf, const Vkey& log);
Result<Checkpoint> verify_proof_of_leaf_hash(const Proof& proof, const Digest& leaf_hash,
                                             const Vkey& log);

}  // namespace entente
