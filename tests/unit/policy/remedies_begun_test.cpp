#include <entente/policy/remedies_begun.h>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

MessageId id(std::uint8_t number) {
  MessageId id;
  id.bytes[0] = number;
  return id;
}

// Each of a case of its own, about one line.
Remedy remedy(std::uint8_t source, const char* order = "k-1", const char* line = "a") {
  return {.source = id(source),
          .term = 1,
          .case_id = id(source),
          .kind = std::string(made_good),
          .gives_back = true,
          .claims = {1},
          .things = {{order, line}}};
}

Remedy of_right(Remedy other) {
  other.of_right = true;
  return other;
}

// While the case of the first goes on and, if they are of two cases, once it has ended.
bool stands_in_the_way(const Remedy& first, const Remedy& second) {
  RemediesBegun begun;
  begun.begin(first, 1);
  const bool stands = begun.has_other(second, 0);
  if (first.case_id == second.case_id) return stands;
  begun.end_case(first.case_id);
  CHECK_FALSE(begun.knows(first.source, first.term));
  CHECK(begun.has_other(second, 0) == stands);
  return stands;
}

}  // namespace

TEST_CASE("one line of an order is made good once, whoever is about to do it again", "[policy]") {
  CHECK(stands_in_the_way(remedy(1), remedy(2)));
  CHECK(stands_in_the_way(remedy(1, "k-1", ""), remedy(2)));  // a whole order
  CHECK(stands_in_the_way(remedy(1), remedy(2, "k-1", "")));
  CHECK_FALSE(stands_in_the_way(remedy(1), remedy(1)));  // the same, again
  CHECK_FALSE(stands_in_the_way(remedy(1), remedy(2, "k-1", "b")));
  CHECK_FALSE(stands_in_the_way(remedy(1), remedy(2, "k-2")));
  Remedy two_things = remedy(2, "k-2");
  two_things.things.push_back({"k-1", "a"});
  CHECK(stands_in_the_way(remedy(1), two_things));
}

TEST_CASE("in one case a claim is made good once, whatever it is about", "[policy]") {
  const auto of_case = [](std::uint8_t source, std::vector<std::uint16_t> claims) {
    Remedy made = remedy(source);
    made.case_id = id(9);
    made.things.clear();
    made.claims = std::move(claims);
    return made;
  };
  CHECK(stands_in_the_way(of_case(1, {1}), of_case(2, {1, 2})));
  CHECK(stands_in_the_way(of_case(1, {}), of_case(2, {2})));  // of a right: all of them
  CHECK(stands_in_the_way(of_case(1, {2}), of_case(2, {})));
  CHECK_FALSE(stands_in_the_way(of_case(1, {1}), of_case(2, {2})));
}

TEST_CASE("beside a right nothing gives the price back, and two agreements know of each other",
          "[policy]") {
  Remedy shipping = remedy(1);
  shipping.kind = "refund_shipping";
  Remedy cancelled = remedy(1);  // an order change with a settlement
  cancelled.kind.clear();
  Remedy goodwill = remedy(1);
  goodwill.kind = "compensation_goodwill";
  goodwill.gives_back = false;
  for (const Remedy& first : {shipping, cancelled}) {
    CHECK_FALSE(stands_in_the_way(first, remedy(2)));
    CHECK(stands_in_the_way(first, of_right(remedy(2))));
    CHECK(stands_in_the_way(of_right(first), remedy(2)));
  }
  CHECK_FALSE(stands_in_the_way(goodwill, of_right(remedy(2))));
  CHECK(stands_in_the_way(goodwill, [&] {
    Remedy more = goodwill;
    more.source = id(2);
    return more;
  }()));
}

TEST_CASE("what had ended when the facts were asked for is known to them, and what failed is gone",
          "[policy]") {
  RemediesBegun begun;
  begun.begin(remedy(1), 1);
  begun.begin(remedy(1), 99);  // again
  CHECK(begun.has_other(remedy(2), 1'000));
  begun.end(id(1), 1, 50);
  CHECK(begun.has_other(remedy(2), 49));
  CHECK_FALSE(begun.has_other(remedy(2), 50));
  CHECK(begun.has_other(of_right(remedy(2)), 0));
  begun.take_back(id(1), 2);  // another term
  CHECK(begun.has_other(remedy(2), 0));
  begun.take_back(id(1), 1);
  CHECK_FALSE(begun.has_other(remedy(2), 0));
  CHECK_FALSE(begun.knows(id(1), 1));
}

TEST_CASE("what was begun is remembered for a year", "[policy]") {
  for (const bool ended : {false, true}) {
    CAPTURE(ended);
    RemediesBegun begun;
    begun.begin(remedy(1), day_ms);
    if (ended) begun.end_case(id(1));
    begun.let_pass(366 * day_ms);
    CHECK(begun.has_other(remedy(2), 0));
    begun.let_pass(368 * day_ms);
    CHECK_FALSE(begun.has_other(remedy(2), 0));
  }
}

TEST_CASE("a case that ended and goes on is begun again, once", "[policy]") {
  RemediesBegun begun;
  begun.begin(remedy(1), 1);
  begun.end(id(1), 1, 50);
  begun.end_case(id(1));
  begun.end_case(id(1));
  CHECK(begun.has_other(remedy(2), 49));
  CHECK_FALSE(begun.has_other(remedy(2), 50));
  CHECK_FALSE(begun.has_other(remedy(1), 0));
  begun.begin(remedy(1), 1);
  CHECK(begun.knows(id(1), 1));
  CHECK(begun.has_other(remedy(2), 50));
  begun.take_back(id(1), 1);
  CHECK_FALSE(begun.has_other(remedy(2), 0));
}
