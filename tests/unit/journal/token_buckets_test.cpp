#include "journal/token_buckets.h"

#include "catch.h"

using namespace entente;

namespace {

constexpr Rate rate{.per_minute = 60, .burst = 10};  // a token a second

}  // namespace

TEST_CASE("a bucket that has filled up again is let go of", "[journal]") {
  TokenBuckets<int> buckets(rate, 1'000);
  for (int key = 0; key < 500; ++key) REQUIRE(buckets.take(key, 2, 0) == 0);
  CHECK(buckets.size() == 500);
  // Two seconds later all of them are full, and whoever comes now takes the place of two.
  for (int key = 1'000; key < 1'300; ++key) REQUIRE(buckets.take(key, 1, 2'000) == 0);
  CHECK(buckets.size() == 300);
}

TEST_CASE("who owes tokens is remembered while there is room", "[journal]") {
  TokenBuckets<int> buckets(rate, 1'000);
  REQUIRE(buckets.take(-1, 10, 0) == 0);
  for (int key = 0; key < 900; ++key) buckets.take(key, 1, 500);
  CHECK(buckets.take(-1, 1, 500) > 0);
  CHECK(buckets.take(-1, 1, 1'000) == 0);
}

TEST_CASE("the table of buckets is bounded", "[journal]") {
  TokenBuckets<int> buckets(rate, 100);
  for (int key = 0; key < 10'000; ++key) buckets.take(key, 10, 0);
  CHECK(buckets.size() <= 100);
}
