#include "workers.h"

namespace entente {

Workers::Workers(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

Workers::~Workers() { stop(); }

void Workers::start(std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(work));
  }
  changed_.notify_all();
}

void Workers::start_after(std::int64_t delay_ms, std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    later_.emplace(std::chrono::steady_clock::now() + std::chrono::milliseconds(delay_ms),
                   std::move(work));
  }
  changed_.notify_all();
}

// Requires the lock.
void Workers::take_due() {
  const auto now = std::chrono::steady_clock::now();
  while (!later_.empty() && later_.begin()->first <= now) {
    waiting_.push_back(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
}

bool Workers::wait_idle(std::int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                           [&] { return waiting_.empty() && running_ == 0; });
}

void Workers::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Workers::run() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      for (take_due(); !stopping_ && waiting_.empty(); take_due()) {
        if (later_.empty()) {
          changed_.wait(lock);
        } else {
          // A copy: while this thread sleeps another may take the entry away.
          const auto due = later_.begin()->first;
          changed_.wait_until(lock, due);
        }
      }
      if (stopping_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
      ++running_;
    }
    work();
    {
      const std::scoped_lock lock(mutex_);
      --running_;
    }
    changed_.notify_all();
  }
}

}  // namespace entente
