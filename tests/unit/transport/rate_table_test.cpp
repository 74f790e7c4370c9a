#include "transport/rate_table.h"

#include <thread>
#include <vector>

#include "catch.h"

using namespace entente;
using namespace entente::http;
using namespace std::chrono_literals;

namespace {

const RateTable::Instant start{1'000'000s};

// How many of these come through at one instant.
int taken(RateTable& table, Place place, RateTable::Instant now, int tries = 1'000) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += table.take(place, now).count() == 0 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("a place gets its burst at once and its rate after that", "[transport]") {
  RateTable table({.per_s = 10, .burst = 30}, 1'024);
  CHECK(taken(table, 7, start) == 30);
  CHECK(taken(table, 7, start + 99ms) == 0);
  CHECK(taken(table, 7, start + 100ms) == 1);
  CHECK(taken(table, 7, start + 1'100ms) == 10);
  CHECK(taken(table, 7, start + 1h) == 30);
}

TEST_CASE("who is refused hears how long until a token is there, and pays nothing for asking",
          "[transport]") {
  RateTable table({.per_s = 10, .burst = 2}, 1'024);
  CHECK(taken(table, 7, start) == 2);
  for (int i = 0; i < 1'000; ++i) CHECK(table.take(7, start + 30ms) == 70ms);
  CHECK(table.take(7, start + 100ms) == 0ms);
}

TEST_CASE("a place that spends all has no effect on another", "[transport]") {
  RateTable table({.per_s = 1, .burst = 5}, 65'536);
  CHECK(taken(table, 1, start) == 5);
  CHECK(taken(table, 2, start) == 5);
}

TEST_CASE("no rate refuses nobody", "[transport]") {
  RateTable table({.per_s = 0, .burst = 0}, 1'024);
  CHECK(taken(table, 7, start, 100'000) == 100'000);
}

TEST_CASE("however slots are shared, no place gets more than its rate", "[transport]") {
  RateTable table({.per_s = 10, .burst = 10}, 4);  // all places meet somewhere
  int most = 0;
  for (int second = 0; second < 20; ++second) {
    for (int step = 0; step < 20; ++step) {
      const auto now = start + std::chrono::seconds(second) + step * 50ms;
      for (Place other = 100; other < 103; ++other) taken(table, other, now, step % 3);
      most += taken(table, 7, now, 5);
    }
  }
  CHECK(most <= 10 + 20 * 10);
}

TEST_CASE("however slots are shared, all have their burst again once it would have refilled",
          "[transport]") {
  for (int i = 0; i < 16; ++i) {  // each has factors of its own, and so other neighbours
    RateTable table({.per_s = 10, .burst = 30}, 2);
    for (int round = 0; round < 4; ++round) {
      for (Place place = 0; place < 64; ++place) taken(table, place << 58, start + round * 3s, 40);
    }
    for (Place place = 0; place < 30; ++place) {
      CHECK(table.take(place << 58, start + 12s).count() == 0);
    }
  }
}

TEST_CASE("ten thousand spent places leave nearly everyone else alone", "[transport]") {
  RateTable table({.per_s = 1, .burst = 3}, 65'536);
  for (Place place = 0; place < 10'000; ++place) taken(table, place << 8, start, 3);
  int starved = 0;
  for (Place place = 0; place < 10'000; ++place) {
    starved += taken(table, (Place{1} << 48) + place * 77'777, start, 1) == 0 ? 1 : 0;
  }
  // Both of its slots have to be hit: about 2 in 100 by chance; one row alone gives 14 in 100.
  CHECK(starved < 1'000);
}

TEST_CASE("several threads take no more than there is", "[transport]") {
  RateTable table({.per_s = 1, .burst = 1'000}, 1'024);
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { count += taken(table, 7, start); });
  }
  for (auto& thread : threads) thread.join();
  CHECK(count >= 1'000);
  CHECK(count <= 1'000 + 4);  // each thread may have looked before the others took
}
