#include "transport/gate.h"

#include <vector>

#include "catch.h"

using namespace entente;
using namespace entente::http;

namespace {

const Gate::Instant now{std::chrono::hours(1)};

HttpLimits without_rates() {
  HttpLimits limits;
  limits.connections_per_address = {};
  limits.requests_per_address = {};
  return limits;
}

// How many come in at once, each from the next place, or all from one.
std::size_t entered(Gate& gate, bool one_place, std::vector<Share>& shares) {
  std::size_t count = 0;
  for (Place place = 0; place < 100; ++place, ++count) {
    auto share = gate.enter(one_place ? 7 : place, now);
    if (!share) break;
    shares.push_back(std::move(*share));
  }
  return count;
}

}  // namespace

TEST_CASE("connections are capped in all and per place, and leave room when they go",
          "[transport]") {
  auto limits = without_rates();
  limits.connections_max = 10;
  limits.connections_per_address_max = 3;
  Gate gate(limits);
  for (int round = 0; round < 3; ++round) {
    std::vector<Share> shares;
    CHECK(entered(gate, true, shares) == 3);
    CHECK(entered(gate, false, shares) == 7);
  }
}

TEST_CASE("a trusted proxy counts in all, and not as one place", "[transport]") {
  auto limits = without_rates();
  limits.connections_max = 10;
  limits.connections_per_address_max = 3;
  limits.connections_per_address = {.per_s = 1, .burst = 1};
  Gate gate(limits);
  std::vector<Share> shares;
  for (int i = 0; i < 10; ++i) {
    auto share = gate.enter(std::nullopt, now);
    REQUIRE(share);
    shares.push_back(std::move(*share));
  }
  CHECK_FALSE(gate.enter(std::nullopt, now));
}

TEST_CASE("a place that connects too fast is refused, whether or not it stays", "[transport]") {
  HttpLimits limits;
  limits.connections_per_address = {.per_s = 1, .burst = 5};
  Gate gate(limits);
  for (int i = 0; i < 5; ++i) CHECK(gate.enter(7, now));
  CHECK_FALSE(gate.enter(7, now));
  CHECK(gate.enter(8, now));
  CHECK(gate.enter(7, now + std::chrono::seconds(1)));
}

TEST_CASE("requests over the rate hear in how many whole seconds to come back", "[transport]") {
  HttpLimits limits;
  limits.requests_per_address = {.per_s = 1, .burst = 2};
  Gate gate(limits);
  CHECK(gate.take_request(7, now) == 0);
  CHECK(gate.take_request(7, now) == 0);
  CHECK(gate.take_request(7, now) == 1);
  CHECK(gate.take_request(8, now) == 0);
}

TEST_CASE("waiting requests are capped in all, per place, and below the connections",
          "[transport]") {
  auto limits = without_rates();
  limits.connections_max = 16;
  limits.parked_max = 100;
  limits.parked_per_address_max = 5;
  Gate gate(limits);
  std::vector<Share> waiting;
  const auto parked = [&](Place place) {
    auto share = gate.park(place);
    if (share) waiting.push_back(std::move(*share));
    return share.has_value();
  };
  for (int i = 0; i < 5; ++i) CHECK(parked(7));
  CHECK_FALSE(parked(7));
  for (Place place = 20; place < 27; ++place) CHECK(parked(place));
  CHECK_FALSE(parked(99));  // 12 of 16
  waiting.clear();
  CHECK(parked(7));
}

TEST_CASE("bodies are capped in all and per place, as they grow", "[transport]") {
  HttpLimits limits;
  limits.bodies_bytes_max = 1'000;
  limits.bodies_per_address_bytes_max = 600;
  Gate gate(limits);
  {
    auto first = gate.body(7);
    CHECK(first.grow(400));
    CHECK_FALSE(first.grow(201));
    CHECK(first.grow(200));
    auto second = gate.body(7);
    CHECK_FALSE(second.grow(1));
    auto other = gate.body(8);
    CHECK(other.grow(400));
    CHECK_FALSE(other.grow(1));
    CHECK(first.amount() == 600);
  }
  CHECK(gate.body(7).grow(600));
}
