#pragma once
// A checkpoint: the whole log so far in three signed lines (c2sp.org/tlog-checkpoint@v1.0.0), and
// the cosignatures of those who watched it grow (c2sp.org/tlog-cosignature).
//
//     ENTENTE_LET(note, sign_checkpoint({origin, tree.size(), tree.root()}, log_key));
//     ENTENTE_LET(checkpoint, verify_checkpoint(note, log_vkey));
//
// Two checkpoints that cannot both be true are the proof that a log lied: compare().
// protocol/spec/06-audit-log.md.

#include <entente/audit/merkle.h>
#include <entente/audit/note.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

struct Checkpoint {
  std::string origin;  // the log's name, e.g. "kettle.example/log"
  std::uint64_t size = 0;
  Digest root;

  TreeHead head() const { return {size, root}; }
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// Origin, size and root, a line each: what is signed. Fails with malformed if the origin is no
// name or a tree of this size cannot have this root.
Result<std::string> encode_checkpoint_text(const Checkpoint& checkpoint);
// One spelling only: no extension lines, which nobody could audit, and no leading zeros. Fails
// with malformed.
Result<Checkpoint> decode_checkpoint_text(std::string_view text);

// A note by the log under its own name, the origin. Fails as encode does, or with what the signer
// says. Requires that nothing inconsistent with it was ever signed: see the last-signed store.
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const Signer& log);

// The key's name must be the origin. Fails with checkpoint_invalid.
Result<Checkpoint> verify_checkpoint(std::string_view note, const Vkey& log);

// To find the key for a checkpoint, and for nothing else. Fails with checkpoint_invalid.
Result<Checkpoint> decode_unverified_checkpoint(std::string_view note);

// "At this time this was the largest consistent tree I had seen of this log", as a line for
// add_signature(). A witness asks verify_consistency() first, and remembers before it answers.
Result<std::string> cosign_checkpoint(const Checkpoint& checkpoint, std::string_view witness,
                                      const Signer& signer, std::int64_t time_s);

struct Cosignature {
  Vkey witness;
  std::int64_t time_s = 0;

  friend bool operator==(const Cosignature&, const Cosignature&) = default;
};

struct CosignedCheckpoint {
  Checkpoint checkpoint;
  std::vector<Cosignature> cosignatures;  // at most one for each witness, the latest
};

// As verify_checkpoint(), and every line of a known witness must hold. How many are enough is the
// caller's rule. Fails with checkpoint_invalid.
Result<CosignedCheckpoint> verify_cosigned_checkpoint(std::string_view note, const Vkey& log,
                                                      std::span<const Vkey> witnesses);

// Fails with log_forked if two checkpoints of one log have one size and different roots. Different
// sizes need verify_consistency() and a proof; different logs never contradict each other.
Status compare(std::span<const Checkpoint> checkpoints);

}  // namespace entente
