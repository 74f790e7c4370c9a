// No cap is passed and nothing made good twice, however many cases run at once, whatever lapses and
// whenever the endpoint starts anew.

#include <algorithm>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;

std::string policy_with_caps(const std::string& year, const std::string& day,
                             const std::string& all) {
  return policy_with({{"{cur: EUR, amt: 1000}", "{cur: EUR, amt: " + day + "}"},
                      {"{cur: EUR, amt: 2000}", "{cur: EUR, amt: " + year + "}"},
                      {"{cur: EUR, amt: 50000}, refund", "{cur: EUR, amt: " + all + "}, refund"}});
}

std::int64_t compensation_in(const Offer& offer) {
  std::int64_t cents = 0;
  for (const Term& term : offer.terms) {
    if (term.purpose == "compensation_goodwill") cents += find_value(term).value_or(Money{}).amt;
  }
  return cents;
}

// The most that stood or was agreed at any one time, over all these cases: counted from what the
// customers heard, without the brand's own book.
std::int64_t most_promised(const std::vector<std::unique_ptr<Customer>>& customers) {
  std::vector<std::pair<std::int64_t, std::int64_t>>
      changes;  // when, by how much; less comes first
  for (const auto& customer : customers) {
    if (!customer) continue;
    const Case casefile = customer->casefile();
    for (const auto& [id, offer] : casefile.offers()) {
      const std::int64_t cents = compensation_in(offer.offer());
      if (offer.by != Party::brand || cents == 0) continue;
      changes.emplace_back(casefile.admitted_ms(offer.position), cents);
      if (offer.status == OfferStatus::standing || offer.status == OfferStatus::lapsed) {
        changes.emplace_back(offer.valid_until_ms + minute_ms, -cents);
      } else if (offer.status != OfferStatus::accepted) {
        changes.emplace_back(casefile.admitted_ms(offer.ended_at), -cents);
      }
    }
  }
  std::ranges::sort(changes);
  std::int64_t now = 0;
  std::int64_t most = 0;
  for (const auto& [at_ms, cents] : changes) most = std::max(most, now += cents);
  return most;
}

std::size_t agreements(const std::vector<std::unique_ptr<Customer>>& customers) {
  return static_cast<std::size_t>(std::ranges::count_if(
      customers, [](const auto& each) { return each && !each->casefile().bindings().empty(); }));
}

// Each on a thread of its own; with or without a person who agrees.
void negotiate_at_once(MoneyWorld& world, std::vector<std::unique_ptr<Customer>>& customers,
                       const std::vector<CaseOf>& cases, bool agrees = true) {
  const std::size_t before = customers.size();
  customers.resize(before + cases.size());
  at_once(cases.size(), [&](std::size_t i) {
    auto& customer = customers[before + i];
    customer = std::make_unique<Customer>(world, cases[i]);
    customer->principal.agrees = agrees;
    customer->negotiate();
  });
}

bool has_offer(Customer& customer) {
  return std::ranges::any_of(customer.casefile().offers(), [](const auto& entry) {
    return entry.second.by == Party::brand && compensation_in(entry.second.offer()) > 0;
  });
}

// Until when the brand's standing offer can be accepted.
std::int64_t end_of_offer(Customer& customer) {
  const Case casefile = customer.casefile();
  for (const auto& [id, offer] : casefile.offers()) {
    const bool stands = offer.by == Party::brand && offer.status == OfferStatus::standing;
    if (stands) return offer.valid_until_ms + minute_ms;
  }
  throw std::runtime_error("no offer stands");
}

// The same customers, after the endpoint started anew.
void restart(MoneyWorld& world, std::vector<std::unique_ptr<Customer>>& customers,
             const std::vector<CaseOf>& cases) {
  customers.clear();
  world.stop();
  world.start();
  for (const CaseOf& each : cases) customers.push_back(std::make_unique<Customer>(world, each));
}

}  // namespace

TEST_CASE("many cases of one customer at once stay within that customer's day", "[caps]") {
  MoneyWorld world(policy_with_caps("99999", "1000", "999999"), {});
  world.start();
  std::vector<std::unique_ptr<Customer>> customers;
  std::vector<CaseOf> cases;
  for (std::size_t i = 0; i < 10; ++i) cases.push_back({i, 1, i});
  negotiate_at_once(world, customers, cases);

  CHECK(most_promised(customers) == 1'000);  // all of it, and no more
  CHECK(agreements(customers) == 2);
  for (const auto& customer : customers) {
    CHECK(customer->casefile().bindings().empty() == customer->has_person());
  }
  customers.clear();
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("many customers at once stay within the brand's day", "[caps]") {
  MoneyWorld world(policy_with_caps("99999", "99999", "2000"), {});
  world.start();
  std::vector<std::unique_ptr<Customer>> customers;
  std::vector<CaseOf> cases;
  for (std::size_t i = 0; i < 12; ++i) cases.push_back({i, i, i});
  negotiate_at_once(world, customers, cases);

  CHECK(most_promised(customers) == 2'000);
  CHECK(agreements(customers) == 4);
  customers.clear();
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("what stands is reserved across a restart, and released when it lapses", "[caps]") {
  for (const bool anew : {false, true}) {
    CAPTURE(anew);
    MoneyWorld world(policy_with_caps("1000", "99999", "999999"), {});
    world.start();
    std::vector<std::unique_ptr<Customer>> customers;
    std::vector<CaseOf> cases = {{0, 1, 0}, {1, 1, 1}};
    negotiate_at_once(world, customers, cases, false);  // two offers of EUR 5.00 stand
    REQUIRE(most_promised(customers) == 1'000);
    if (anew) restart(world, customers, cases);
    negotiate_at_once(world, customers, {{2, 1, 2}}, false);
    CHECK(customers.back()->has_person());
    CHECK_FALSE(has_offer(*customers.back()));

    // In the grace of the two.
    world.clock.move(end_of_offer(*customers.front()) - world.clock.now_ms() - 30'000);
    if (anew) restart(world, customers, cases);
    negotiate_at_once(world, customers, {{3, 1, 3}}, false);
    CHECK_FALSE(has_offer(*customers.back()));
    customers.front()->principal.agrees = true;
    customers.front()->go_on();
    CHECK(customers.front()->casefile().bindings().size() == 1);  // taken at the last moment

    world.clock.move(2 * minute_ms);  // the other is over, and nobody says a word in its case
    if (anew) restart(world, customers, cases);
    negotiate_at_once(world, customers, {{4, 1, 4}}, false);
    CHECK(has_offer(*customers.back()));  // EUR 5.00 are left
    negotiate_at_once(world, customers, {{5, 1, 5}}, false);
    CHECK_FALSE(has_offer(*customers.back()));
    CHECK(most_promised(customers) <= 1'000);
    customers.clear();
    world.stop();
    CHECK(broken_in(world) == "");
  }
}

TEST_CASE("an acceptance that races the end of its offer frees nothing twice", "[caps]") {
  for (int round = 0; round < 3; ++round) {
    MoneyWorld world(policy_with_caps("500", "99999", "999999"), {});
    world.start();
    std::vector<std::unique_ptr<Customer>> customers;
    negotiate_at_once(world, customers, {{0, 1, 0}}, false);
    // A quarter of a second before the end.
    world.clock.move(end_of_offer(*customers.front()) - world.clock.now_ms() - 250);
    customers.push_back(std::make_unique<Customer>(world, CaseOf{1, 1, 1}));
    at_once(2, [&](std::size_t i) {
      if (i == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100 * round));
        customers[0]->principal.agrees = true;
        customers[0]->go_on(5'000);
      } else {
        customers[1]->negotiate();
      }
    });
    CHECK(agreements(customers) <= 1);
    CHECK(most_promised(customers) <= 500);
    customers.clear();
    world.stop();
    CHECK(broken_in(world) == "");
  }
}

TEST_CASE("what was agreed counts for its customer when the link is long over", "[caps]") {
  MoneyWorld world(policy_with_caps("1000", "99999", "999999"), {});
  world.start();
  std::vector<std::unique_ptr<Customer>> customers;
  const std::vector<CaseOf> cases = {{0, 1, 0}};
  negotiate_at_once(world, customers, cases);
  REQUIRE(agreements(customers) == 1);
  world.clock.move(25 * hour_ms);
  REQUIRE(customers[0]->assistant().ask_for_person(customers[0]->case_id(), "consumer_asked"));
  restart(world, customers, cases);

  negotiate_at_once(world, customers, {{1, 1, 1}});
  negotiate_at_once(world, customers, {{2, 1, 2}});
  CHECK(agreements(customers) == 2);
  CHECK(most_promised(customers) == 1'000);
  customers.clear();
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("two customers who ask for one order at once are not both made good", "[caps]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  std::vector<std::unique_ptr<Customer>> customers;
  std::vector<CaseOf> cases;
  for (std::size_t i = 0; i < 12; ++i) cases.push_back({i, i, i / 2});  // two for each order
  negotiate_at_once(world, customers, cases, false);

  for (std::size_t order = 0; order < 6; ++order) {
    CAPTURE(order);
    Customer& one = *customers[2 * order];
    Customer& other = *customers[2 * order + 1];
    CHECK(one.casefile().offers().empty() != other.casefile().offers().empty());
    CHECK(one.has_person() != other.has_person());
  }
  customers.clear();
  world.stop();
  CHECK(broken_in(world) == "");
}
