#pragma once
// The time a log is written in. It follows the system's clock as long as that one runs; when
// somebody sets it, the log goes on with the time it had and says so, because what fell due on a
// clock that was wrong cannot be taken back.
//
//     LogClock clock(system_clock, uptime, tell);      // an Endpoint makes its own
//
// Rules: protocol/spec/06-audit-log.md, P-06-6.

#include <entente/core/clock.h>

#include <functional>
#include <mutex>
#include <optional>

namespace entente {

class LogClock final : public Clock {
 public:
  // A difference up to this is followed: what a time service corrects now and then. In the long run
  // the clock may gain or lose a thousandth on the uptime.
  static constexpr std::int64_t step_ms_max = 2'000;

  // `uptime` is never set and never stands still; where it begins does not matter.
  LogClock(Clock& system, Clock& uptime, std::function<void(const std::string&)> tell);

  // Never less than before. From any thread.
  std::int64_t now_ms() override;

 private:
  std::int64_t expect(std::int64_t system_ms, std::int64_t uptime_ms);
  void note_step(std::int64_t step_ms);

  Clock& system_;
  Clock& uptime_;
  std::function<void(const std::string&)> tell_;
  std::mutex mutex_;
  std::int64_t last_ms_ = 0;
  std::optional<std::int64_t> expected_us_;  // where the clock should stand
  std::int64_t last_uptime_ms_ = 0;
  bool holding_ = false;  // the system's clock is not believed now
};

// Fails with clock_skew if a log whose newest entry is of `newest_ms` cannot be gone on with at
// `now_ms`: the clock is further back than any clock may be wrong.
Status check_clock(std::int64_t now_ms, std::int64_t newest_ms);

}  // namespace entente
