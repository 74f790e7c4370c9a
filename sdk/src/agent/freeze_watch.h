#pragma once
// Looks for a new order to stop or go on, and hands each over once; and has others look for orders
// of other kinds as often.

#include <entente/agent/freeze.h>
#include <entente/journal/ledger.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace entente {

// The order that took effect last; nothing if none did.
Result<std::optional<FreezeRecord>> last_freeze(const Ledger& ledger);

class FreezeWatch {
 public:
  // `known` is not handed over again. Both are called from a thread of the watch.
  FreezeWatch(std::filesystem::path directory, const Digest& known,
              std::function<void(const FreezeRecord&)> take, std::function<void()> also);
  ~FreezeWatch();

  // Nothing is handed over any more.
  void stop();
  // What was taken last did not take effect. From any thread.
  void hand_over_again();

 private:
  void run();

  std::filesystem::path directory_;
  Digest known_;
  Digest before_;  // known before the newest order was taken
  std::function<void(const FreezeRecord&)> take_;
  std::function<void()> also_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace entente
