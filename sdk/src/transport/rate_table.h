#pragma once
// A token bucket for each place, in memory that is fixed from the start: a table of instants, each
// saying until when what has already come would have been spread at the permitted rate. Two places
// may share a slot, so each has two, in rows hashed by secret factors, and is refused only if both
// are spent: to starve somebody a stranger would have to fill both by chance. No lock, no
// allocation, nothing to evict.

#include "transport/network.h"

#include <entente/transport/server.h>

#include <atomic>
#include <chrono>
#include <memory>

namespace entente::http {

class RateTable {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // `slots` of each row is rounded up to a power of two; 8 bytes each. A rate of 0 never refuses.
  RateTable(HttpRate rate, std::size_t slots);

  // Takes one token; if there is none, nothing is taken and the answer is how long until there
  // is one.
  std::chrono::nanoseconds take(Place place, Instant now);

 private:
  using Slot = std::atomic<std::int64_t>;
  struct Row {
    std::uint64_t factor = 0;
    std::unique_ptr<Slot[]> slots;
  };

  Slot& slot_of(const Row& row, Place place) const;

  std::int64_t step_ns_ = 0;     // one token
  std::int64_t backlog_ns_ = 0;  // all of them
  unsigned shift_ = 0;
  std::array<Row, 2> rows_;
};

}  // namespace entente::http
