#pragma once
// The first pass over a log, which every other check stands on: leaves, tree, chain, time,
// commitments. What it lets through is what the log really says.

#include <entente/audit/earlier_checkpoint.h>
#include <entente/protocol/log_entry.h>
#include <entente/replay/replay.h>

#include <map>
#include <unordered_map>

#include "attestations.h"
#include "erasures.h"
#include "log_life.h"
#include "notes.h"
#include "notices.h"

namespace entente {

// An entry whose leaf is sound. Content is there only if it opens the commitment.
struct OpenEntry {
  std::uint64_t index = 0;
  LogEntry leaf;
  std::optional<Bytes> content;
  std::string withheld;  // why there is no content
  std::optional<CaseId> filed;
  bool ends_case = false;  // as the source says
};

class LogPass {
 public:
  // `options` outlives it.
  LogPass(EntrySource& source, LogHeader header, const ReplayOptions& options, Notes& notes);
  // Gets the hash of each in order.
  void keep_leaves(std::vector<Digest>& leaves) { leaves_ = &leaves; }

  // Nothing if the leaf cannot be read.
  std::optional<OpenEntry> take(LoggedEntry entry);
  // What was withheld of this case; nothing of it comes any more.
  void end_case(const Digest& blind_case, Party owner);
  // Root, signature, and what was withheld of the cases that have not ended. `self_named` is the
  // key the log itself names.
  void finish(const std::optional<Vkey>& self_named, Party owner);

  const LogHeader& header() const { return header_; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  Grade grade() const { return grade_; }
  // Of what these entries show: a time stamp on record dates all entries before it.
  Grade grade_of(std::span<const std::uint64_t> entries) const;
  // Whose cosignatures of it count.
  const std::vector<WitnessSummary>& witnesses() const { return witnesses_; }
  // Of the leaves; nothing if one could not be read.
  std::optional<TreeHead> head() const;

 private:
  // What a case's next entry is checked against, and what is still to be judged of those before.
  struct Chain {
    Digest last_leaf;
    struct Gap {
      std::uint64_t entry;
      EntryKind kind;
      std::string why;
    };
    std::vector<Gap> gaps;
    Erasures erasures;
    NoticeBook notices;
    std::map<std::string_view, std::uint64_t> first_shown;  // entry, by class of content
  };

  void place(const LoggedEntry& entry, const Digest& hash, std::int64_t time_ms);
  void check_time(const LoggedEntry& entry, const LogEntry& leaf);
  void check_chain(const LoggedEntry& entry, const LogEntry& leaf, const Digest& hash);
  void open(LoggedEntry& entry, OpenEntry& opened);
  void check_root();
  void check_earlier(const std::optional<Vkey>& self_named);
  void check_end();
  void check_name();
  void check_signature(const std::optional<Vkey>& self_named);
  std::vector<Vkey> trusted_keys(const std::optional<Vkey>& self_named);
  void tell_change(const Vkey& key);
  void miss_signature(std::span<const Vkey> trusted);
  void check_witnesses(const Vkey& log, std::span<const Cosignature> cosignatures);
  void check_timestamp();
  void take_erasure(const OpenEntry& erasure);
  void take_notice(const OpenEntry& notice);
  struct Earlier {
    WitnessVerdict verdict;
    std::uint64_t size = 0;
  };
  std::optional<Earlier> earlier_verdict(const Vkey& log);
  void check_withheld(const Chain& chain, Party owner);

  EntrySource& source_;
  LogHeader header_;
  const Trust& trust_;
  const Bytes& timestamp_;
  Notes& notes_;
  std::vector<Digest>* leaves_ = nullptr;
  Checkpoint checkpoint_;         // as the source names it
  std::optional<TreeHead> head_;  // what entries of a partial source are proved under
  MerkleTree tree_;
  std::optional<Digest> root_then_;    // when the tree had the size of the checkpoint
  std::optional<Checkpoint> earlier_;  // as the source names what was cosigned
  std::optional<Digest> root_earlier_;
  std::optional<CosignedCheckpoint> cosigned_;  // that one, verified
  std::uint64_t next_ = 0;
  bool complete_ = true;  // every leaf so far could be read
  std::int64_t time_ms_ = 0;
  std::int64_t last_ms_ = 0;                  // of the entry before
  std::unordered_map<Digest, Chain> chains_;  // by blinded case
  Grade grade_ = Grade::asserted;
  std::vector<WitnessSummary> witnesses_;
  Attestations attestations_;
  LogLife life_;
};

}  // namespace entente
