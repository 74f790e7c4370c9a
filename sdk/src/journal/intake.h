#pragma once
// What waits for the writer, in three lanes that share each batch: the endpoint's own work, which
// is never turned away; what nothing may shed; and everything else, while it would be done in time.

#include <entente/journal/load.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "fair_lane.h"

namespace entente {

using Post = std::pair<CaseId, std::function<void(Room&)>>;
// A look at what is durable; without a batch while the log cannot be written.
using Look = std::function<void(Batch*)>;
// Puts an entry of no case into the batch and wakes the cases that it concerns, before they
// respond; without a batch while the log cannot be written.
struct Declare {
  std::function<void(Batch*)> put;
};
// An entry of no case, and who waits for it to be durable.
struct NoteDown {
  EntryDraft draft;
  std::function<void(bool)> then;
};
using Work = std::variant<Arrived, Post, Look, Declare, NoteDown>;

class Intake {
 public:
  explicit Intake(const LoadLimits& limits) : limits_(limits) {}

  // Results of workers, questions about the ledger.
  void post(Work work);
  // False, and `arrived` is untouched: it would wait too long.
  bool offer(Arrived& arrived);

  // What became of something that nothing may shed.
  struct Reserved {
    bool taken = true;
    bool acknowledge = false;          // its source has many waiting: to be acknowledged now
    std::optional<Arrived> displaced;  // of a greedier source, which is told nothing was taken
  };
  // Moves from `arrived` if it is taken.
  Reserved reserve(const Source& source, Arrived& arrived, bool may_acknowledge);

  // What the next batch is made of; empty after `patience` without any. Nothing once it is closed
  // and everything was taken.
  std::optional<std::deque<Work>> take(std::chrono::milliseconds patience);
  // How long the writer took for a batch: what fits into the target is learned from it.
  void note_batch(std::size_t submissions, std::chrono::nanoseconds spent);
  void close();

  // True while ordinary work is shed or close to it.
  bool is_loaded() const;
  // Longer, the more was shed of what came lately; spread by `seed`, so that not all return at
  // once.
  std::int64_t retry_after_ms(std::uint64_t seed) const;
  void note_shed();
  void note_challenged();
  LoadStats stats() const;

 private:
  std::size_t ordinary_max() const;

  const LoadLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Work> own_;
  FairLane reserved_;
  std::deque<Arrived> ordinary_;
  std::size_t ordinary_bytes_ = 0;
  bool closed_ = false;
  double submission_ns_ = 0;  // learned; 0: nothing yet
  double shed_share_ = 0;     // of what came lately
  LoadStats stats_;
};

}  // namespace entente
