#pragma once
// Threads that call the brand's back office, so that nothing slow ever runs on the writer thread.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace entente {

class Workers {
 public:
  explicit Workers(std::size_t threads);
  ~Workers();  // finishes what was started, drops what waits

  void start(std::function<void()> work);
  // Not before `delay_ms` have passed; does not count as waiting.
  void start_after(std::int64_t delay_ms, std::function<void()> work);
  // Blocks until nothing waits and nothing runs, or the time is over.
  bool wait_idle(std::int64_t timeout_ms);
  void stop();

 private:
  void run();
  void take_due();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> later_;
  std::size_t running_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace entente
