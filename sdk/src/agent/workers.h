#pragma once
// Threads that call the brand's back office, so that nothing slow ever runs on the writer thread.
// A call that does not come back in time is given up: its thread is left to it and another takes
// its place, so that a system that hangs stops nothing but itself.

#include <cstdint>
#include <functional>
#include <memory>

namespace entente {

// Must hold everything it needs by itself or by what outlives the endpoint: a call that hangs may
// come back after the endpoint is gone.
struct Call {
  // Runs on a worker. What it returns is run with the answer in hand, unless that came too late.
  std::function<std::function<void()>()> ask;
  std::function<void()> unanswered;  // it threw, took too long, or found no thread in that time
  std::function<void()> late;        // it came back after that; may be empty
  std::int64_t timeout_ms = 0;       // 0: that of the workers; longer than that counts as that
};

class Workers {
 public:
  // How many calls may hang with a thread of their own; with more, fewer threads are left.
  static constexpr std::size_t hung_max = 64;

  Workers(std::size_t threads, std::int64_t timeout_ms);
  ~Workers();  // stops

  void start(Call call);
  // Not before `delay_ms` have passed.
  void start_after(std::int64_t delay_ms, Call call);
  // Finishes what was started or waits until it is given up, and drops what waits. Nothing of a
  // call runs afterwards but what is inside its `ask`.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with threads that are left behind
};

}  // namespace entente
