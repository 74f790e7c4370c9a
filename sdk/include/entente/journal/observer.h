#pragma once
// What a journal tells whoever watches it run: how its batches go, what was admitted and what was
// refused, and where its cases stand. Counts and durations; nothing of what was said and by whom.
//
//     class Dashboard final : public Observer { ... };
//
// What an endpoint makes of it: docs/guides/deploy.md.

#include <entente/casefile/handoff_machine.h>
#include <entente/core/error.h>
#include <entente/protocol/message.h>

#include <map>

namespace entente {

struct BatchSeen {
  std::size_t submissions = 0;  // taken into it
  std::int64_t took_us = 0;     // until everything in it was durable
};

// Called on the journal's writer thread, which it must not hold up.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void batch_done(const BatchSeen& batch) = 0;
  virtual void admitted(const Message& message, bool binds) = 0;
  virtual void refused(ErrorCode code) = 0;
};

// The cases in memory at one moment.
struct Survey {
  std::size_t cases = 0;
  std::size_t readers = 0;  // answers that wait for news
  // Deadlines that have passed, by kind; a brand's own, and not those of consumers.
  std::map<std::string, std::size_t> overdue;
  std::map<HandoffStage, std::size_t> handoffs;  // that wait for a person or have one
  std::int64_t oldest_handoff_ms = 0;            // waiting time of the request that waits longest
};

}  // namespace entente
