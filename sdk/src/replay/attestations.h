#pragma once
// What a log has on record of who else saw it, and when: cosignatures and time stamps of its own
// earlier checkpoints. Each is held against the tree as it was then; whom to believe is the
// auditor's.

#include <entente/replay/trust.h>

#include <map>

#include "notes.h"
#include "recent_roots.h"

namespace entente {

struct OpenEntry;
class LogLife;

class Attestations {
 public:
  // Both outlive it. `origin` is the log's newest name.
  Attestations(const Trust& trust, std::string origin, Notes& notes)
      : trust_(trust), origin_(std::move(origin)), notes_(notes) {}

  // Every leaf, in order, before its entry is taken; none of a log that is shown in part.
  void add(const MerkleTree& before, const Digest& leaf_hash, std::int64_t time_ms) {
    recent_.add(before, leaf_hash, time_ms);
  }
  // Entries of other kinds count as news.
  void take(const OpenEntry& entry);
  // Once all names of the log are known.
  void finish(const LogLife& life);

  // Between which times a token has to be, but for the skew of clocks.
  struct Bounds {
    std::int64_t newest_ms = 0;  // of what it dates
    std::int64_t known_ms = limits::integer_max;
  };
  // Whether the token dates this note.
  bool check_token(const Where& where, ByteView token, std::string_view note, const Bounds& bounds);

  // The newest checkpoint of this log on record with cosignatures.
  struct Cosigned {
    std::string note;
    std::uint64_t size = 0;
  };
  const std::optional<Cosigned>& cosigned() const { return cosigned_; }
  std::uint64_t news_end() const { return news_end_; }  // behind the last that is no attestation
  std::uint64_t dated_size() const { return dated_size_; }  // so many entries are dated on record

 private:
  struct Named {
    std::uint64_t size = 0;
    std::optional<RecentTree> tree;  // nothing: too long ago, or the log is shown in part
  };
  std::optional<Named> find_tree(const OpenEntry& entry, const std::string& note);
  bool may_be_own(const std::string& origin, std::uint64_t entry);
  void take_cosigned(const OpenEntry& entry);
  void take_dated(const OpenEntry& entry);

  const Trust& trust_;
  std::string origin_;
  Notes& notes_;
  RecentRoots recent_;
  std::map<std::string, std::uint64_t> others_;  // the first entry, by name: earlier names, or none
  std::optional<Cosigned> cosigned_;
  std::uint64_t news_end_ = 0;
  std::uint64_t dated_size_ = 0;
};

}  // namespace entente
