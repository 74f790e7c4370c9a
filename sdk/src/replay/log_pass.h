#pragma once
// The first pass over a log, which every other check stands on: leaves, tree, chain, time,
// commitments. What it lets through is what the log really says.

#include <entente/audit/checkpoint.h>
#include <entente/protocol/log_entry.h>
#include <entente/replay/source.h>

#include <unordered_map>

#include "notes.h"

namespace entente {

// An entry whose leaf is sound. Content is there only if it opens the commitment.
struct OpenEntry {
  std::uint64_t index = 0;
  LogEntry leaf;
  std::optional<Bytes> content;
  std::string withheld;  // why there is no content
  std::optional<CaseId> filed;
};

class LogPass {
 public:
  LogPass(LogHeader header, Notes& notes);

  // Nothing if the leaf cannot be read.
  std::optional<OpenEntry> take(LoggedEntry entry);
  // Root, signature, and what was withheld. `self_named` is the key the log itself names.
  void finish(const std::optional<Vkey>& self_named, Party owner);

  const LogHeader& header() const { return header_; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  Grade grade() const { return grade_; }
  std::vector<Digest> take_leaves() { return std::move(leaves_); }

 private:
  void place(const LoggedEntry& entry, const Digest& hash);
  void check_chain(const LoggedEntry& entry, const LogEntry& leaf, const Digest& hash);
  void open(LoggedEntry& entry, OpenEntry& opened);
  void check_root();
  void check_signature(const std::optional<Vkey>& self_named);
  void check_withheld(Party owner);

  LogHeader header_;
  Notes& notes_;
  Checkpoint checkpoint_;         // as the source names it
  std::optional<TreeHead> head_;  // what entries of a partial source are proved under
  MerkleTree tree_;
  std::optional<Digest> root_then_;  // when the tree had the size of the checkpoint
  std::vector<Digest> leaves_;
  std::uint64_t next_ = 0;
  bool complete_ = true;  // every leaf so far could be read
  std::int64_t time_ms_ = 0;
  std::unordered_map<Digest, Digest> last_leaf_;  // by blinded case
  struct Gap {
    std::uint64_t entry;
    Digest blind_case;
    std::string why;
  };
  std::vector<Gap> gaps_;
  std::unordered_map<Digest, std::uint64_t> erased_;  // by blinded case: the last erasure entry
  Grade grade_ = Grade::asserted;
};

}  // namespace entente
