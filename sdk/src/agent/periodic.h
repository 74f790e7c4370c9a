#pragma once
// Something that is done again and again beside everything else, on a thread of its own, until it
// is dropped.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace entente {

class Periodic {
 public:
  // `work` begins `every` after it was done before; at once for the first time.
  Periodic(std::chrono::milliseconds every, std::function<void()> work)
      : every_(every), work_(std::move(work)), thread_([this] { run(); }) {}
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;
  // Waits for the work in hand.
  ~Periodic() {
    begin_no_more();
    thread_.join();
  }
  // For an owner who then ends the work in hand.
  void begin_no_more() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
  }

 private:
  void run() {
    for (;;) {
      work_();
      std::unique_lock lock(mutex_);
      if (changed_.wait_for(lock, every_, [&] { return stopping_; })) return;
    }
  }

  const std::chrono::milliseconds every_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace entente
