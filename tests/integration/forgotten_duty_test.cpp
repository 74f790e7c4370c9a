// What a duty is carried out with is kept until it is done; and should it be gone all the same,
// nobody is paid for nothing: a person sees to it.

#include <entente/agent/log_order.h>
#include <entente/journal/retention.h>

#include <chrono>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

ErasureRecord erasure(const CaseId& case_id, std::vector<std::string> classes) {
  const std::int64_t now_ms = SystemClock().now_ms();
  return {.case_id = case_id,
          .classes = std::move(classes),
          .reason = "request",
          .authority = "privacy officer",
          .at_ms = now_ms,
          .effective_ms = now_ms};
}

// What a running endpoint answers to the order of an operator.
std::string order(const MoneyWorld& world, const ErasureRecord& wish) {
  LogOrder given{.id = {}, .work = EraseOrder{{wish}, false}};
  SystemEntropy().fill(given.id.bytes);
  if (const Status written = write_log_order(world.store(), given); !written) {
    return describe(written.error());
  }
  for (int tries = 0; tries < 3'000; ++tries) {
    if (const auto outcome = take_log_outcome(world.store(), given.id)) return outcome->error;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return "not taken";
}

// The goodwill is paid; the replacement waits for what comes back.
void agree(MoneyWorld& world, Customer& customer) {
  customer.principal.agrees = true;
  REQUIRE(customer.assistant().accept(customer.case_id(), standing_offer(customer)));
  REQUIRE(world.endpoint->wait_idle(60'000));
  REQUIRE(world.office->payments() == 1);
}

}  // namespace

TEST_CASE("what a duty is carried out with is not erased before it is done", "[money][forget]") {
  MoneyWorld world(waiting_policy(), {});
  world.start();
  {
    const auto customer = undecided(world, {1, 1, 1});
    const CaseId& id = customer->case_id();
    agree(world, *customer);
    for (const std::vector<std::string>& classes :
         std::vector<std::vector<std::string>>{{"reference"}, {"media", "contact"}}) {
      CHECK(order(world, erasure(id, classes)).starts_with("duty_open: case " + short_hex(id)));
    }
    CHECK(order(world, erasure(id, {"media", "prose"})).empty());
    send_back(*customer);
    REQUIRE(world.endpoint->wait_idle(60'000));
    CHECK(world.office->payments() == 2);
    CHECK(order(world, erasure(id, {"reference", "contact"})).empty());
  }
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("nothing is carried out without what it names", "[money][forget]") {
  MoneyWorld world(waiting_policy(), {});
  world.start();
  auto customer = undecided(world, {1, 1, 1});
  agree(world, *customer);
  const CaseId id = customer->case_id();
  customer.reset();
  world.stop();
  SystemEntropy entropy;
  auto ledger = Ledger::open({.directory = world.store(), .origin = "kettle.example/log"},
                             world.brand.log, entropy);
  REQUIRE(ledger);
  REQUIRE(erase(**ledger, {{erasure(id, {"reference"})}}));
  ledger->reset();
  world.start();
  customer = std::make_unique<Customer>(world, CaseOf{1, 1, 1});
  send_back(*customer);
  REQUIRE(world.endpoint->wait_idle(60'000));
  CHECK(world.office->payments() == 1);
  CHECK(customer->has_person());
  customer.reset();
  world.stop();
  CHECK(broken_in(world) == "");
}
