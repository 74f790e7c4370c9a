#pragma once
// The system's time, moved: what takes days in the world takes none in a test.

#include <entente/core/clock.h>
#include <entente/crypto/system.h>

#include <atomic>

namespace entente::tests {

class MovedClock final : public Clock {
 public:
  std::int64_t now_ms() override { return system_.now_ms() + moved_ms_; }
  void move(std::int64_t ms) { moved_ms_ += ms; }

 private:
  SystemClock system_;
  std::atomic<std::int64_t> moved_ms_{0};
};

}  // namespace entente::tests
