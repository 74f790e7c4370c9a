#include <entente/core/limits.h>
#include <entente/journal/log_clock.h>

#include <vector>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::int64_t second_ms = 1'000;
constexpr std::int64_t hour_ms = 3'600 * second_ms;
constexpr std::int64_t year_ms = std::int64_t{365} * 24 * hour_ms;
constexpr std::int64_t start_ms = 1'790'000'000'000;

struct SetClock final : Clock {
  std::int64_t at_ms = 0;
  std::int64_t now_ms() override { return at_ms; }
};

// A machine whose clock somebody can set while its uptime goes on.
struct Machine {
  SetClock system, uptime;
  std::vector<std::string> told;
  LogClock log{system, uptime, [this](const std::string& line) { told.push_back(line); }};

  Machine() { system.at_ms = start_ms; }
  void pass(std::int64_t ms) {
    system.at_ms += ms;
    uptime.at_ms += ms;
  }
};

}  // namespace

TEST_CASE("the log's time follows a clock that runs", "[journal]") {
  Machine machine;
  for (const std::int64_t ms : {0L, 1L, 50L, 1'000L, 1L, hour_ms, year_ms}) {
    machine.pass(ms);
    CHECK(machine.log.now_ms() == machine.system.at_ms);
  }
  CHECK(machine.told.empty());
}

TEST_CASE("the log's time never runs backwards, however the clock is set", "[journal]") {
  for (const std::int64_t step_ms :
       {second_ms, -second_ms, hour_ms, -hour_ms, 10 * year_ms, -10 * year_ms}) {
    for (const bool undone : {true, false}) {
      Machine machine;
      std::int64_t last_ms = machine.log.now_ms();
      const auto look = [&] {
        const std::int64_t now_ms = machine.log.now_ms();
        CHECK(now_ms >= last_ms);
        last_ms = now_ms;
      };
      machine.pass(50);
      look();
      machine.system.at_ms += step_ms;
      look();
      machine.pass(50);
      look();
      if (undone) machine.system.at_ms -= step_ms;
      look();
      machine.pass(10 * second_ms);
      look();
    }
  }
}

TEST_CASE("a step that is undone has made nothing fall due early", "[journal]") {
  for (const std::int64_t step_ms : {second_ms, hour_ms, 10 * year_ms}) {
    Machine machine;
    machine.log.now_ms();
    machine.system.at_ms += step_ms;
    for (int tick = 0; tick < 100; ++tick) {
      machine.pass(50);
      const std::int64_t true_ms = machine.system.at_ms - step_ms;
      CHECK(machine.log.now_ms() - true_ms <= LogClock::step_ms_max);
    }
    machine.system.at_ms -= step_ms;
    machine.pass(2 * second_ms);
    CHECK(machine.log.now_ms() == machine.system.at_ms);
  }
}

TEST_CASE("a clock that stands still does not stop the log", "[journal]") {
  Machine machine;
  machine.log.now_ms();
  std::int64_t last_ms = start_ms;
  for (int tick = 0; tick < 100; ++tick) {
    machine.uptime.at_ms += 50;
    last_ms = machine.log.now_ms();
  }
  CHECK(last_ms >= start_ms + 5'000 - LogClock::step_ms_max - 50);
  CHECK(machine.told.size() == 1);
}

TEST_CASE("the operator hears once of a step, and once of its end", "[journal]") {
  Machine machine;
  machine.log.now_ms();
  machine.system.at_ms += hour_ms;
  for (int tick = 0; tick < 10; ++tick) machine.log.now_ms();
  REQUIRE(machine.told.size() == 1);
  CHECK(machine.told.front().find("set forward by 3600 s") != std::string::npos);
  machine.system.at_ms -= hour_ms;
  for (int tick = 0; tick < 10; ++tick) machine.log.now_ms();
  REQUIRE(machine.told.size() == 2);
  CHECK(machine.told.back().find("agrees") != std::string::npos);
}

TEST_CASE("a log is not gone on with on a clock far behind it", "[journal][negative]") {
  CHECK(check_clock(start_ms, start_ms));
  CHECK(check_clock(start_ms - limits::skew_ms_max, start_ms));
  CHECK(check_clock(start_ms + year_ms, start_ms));
  const Status refused = check_clock(start_ms - limits::skew_ms_max - 1, start_ms);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::clock_skew);
}
