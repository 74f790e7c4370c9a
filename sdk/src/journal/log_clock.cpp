#include <entente/core/limits.h>
#include <entente/journal/log_clock.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace entente {

LogClock::LogClock(Clock& system, Clock& uptime, std::function<void(const std::string&)> tell)
    : system_(system), uptime_(uptime), tell_(std::move(tell)) {}

// By the time that has passed, and slowly towards the clock: two clocks never run quite alike.
std::int64_t LogClock::expect(std::int64_t system_ms, std::int64_t uptime_ms) {
  constexpr std::int64_t us_per_ms = 1'000;
  if (!expected_us_) {
    expected_us_ = system_ms * us_per_ms;
  } else {
    const std::int64_t passed_ms = std::max<std::int64_t>(uptime_ms - last_uptime_ms_, 0);
    *expected_us_ += passed_ms * us_per_ms;
    const std::int64_t off_us = system_ms * us_per_ms - *expected_us_;
    // A microsecond for each millisecond that passed, unless the clock was set.
    if (std::llabs(off_us) <= step_ms_max * us_per_ms) {
      *expected_us_ += std::clamp(off_us, -passed_ms, passed_ms);
    }
  }
  last_uptime_ms_ = uptime_ms;
  return *expected_us_ / us_per_ms;
}

std::int64_t LogClock::now_ms() {
  const std::scoped_lock lock(mutex_);
  const std::int64_t system_ms = system_.now_ms();
  const std::int64_t expected_ms = expect(system_ms, uptime_.now_ms());
  note_step(system_ms - expected_ms);
  last_ms_ = std::max(last_ms_, holding_ ? expected_ms : system_ms);
  return last_ms_;
}

void LogClock::note_step(std::int64_t step_ms) {
  const bool holds = std::llabs(step_ms) > step_ms_max;
  if (holds == holding_) return;
  holding_ = holds;
  if (!tell_) return;
  if (!holds) return tell_("the system's clock agrees with the log's again");
  tell_("the system's clock was set " + std::string(step_ms > 0 ? "forward" : "back") + " by " +
        std::to_string(std::llabs(step_ms) / 1000) +
        " s: the log goes on with the time it had; set the clock right, or restart the endpoint "
        "if it is right now");
}

Status check_clock(std::int64_t now_ms, std::int64_t newest_ms) {
  if (now_ms >= newest_ms - limits::skew_ms_max) return {};
  return fail(ErrorCode::clock_skew, "the clock says " + format_rfc3339(now_ms) +
                                         ", the newest entry of the log is of " +
                                         format_rfc3339(newest_ms) + ": set the clock right");
}

}  // namespace entente
