// Automation stopped: nothing is promised any more, what waits goes to people, what was agreed is
// kept; in the running endpoint and after a restart; and an audit sees whether it was so.

#include <entente/agent/freeze.h>
#include <entente/auditor.h>
#include <entente/crypto/hash.h>
#include <entente/journal/content.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>

#include <fstream>
#include <thread>

#include "catch.h"
#include "money_world.h"

using namespace entente;
using namespace entente::tests;

namespace {

// Keeps the facts of order 3 to itself until it is let go.
class SlowOffice final : public UnreliableOffice {
 public:
  explicit SlowOffice(const std::filesystem::path& file) : UnreliableOffice(file, {}) {}
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    if (order_in(query.parts) == "K-3") {
      asked = true;
      while (!let_go) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return UnreliableOffice::facts(query);
  }
  std::atomic<bool> asked = false;
  std::atomic<bool> let_go = false;
};

std::optional<std::uint64_t> find_order(Endpoint& endpoint, const Digest& order) {
  std::optional<std::uint64_t> found;
  endpoint.inspect([&](const Ledger& ledger) {
    const auto documents = ledger.entries_of(no_case);
    for (const std::uint64_t index : *documents) {
      const auto entry = ledger.read(index);
      if (!entry || entry->leaf.kind != EntryKind::freeze) continue;
      if (decode<FreezeRecord>(entry->content)->order == order) found = index;
    }
  });
  return found;
}

// Gives the order and waits until it is on the log.
std::uint64_t order(MoneyWorld& world, bool frozen, std::string_view reason) {
  const FreezeRecord record{.frozen = frozen,
                            .order = sha256(view(reason)),
                            .by = "ops",
                            .reason = std::string(reason),
                            .at_ms = world.clock.now_ms()};
  REQUIRE(write_freeze_order(world.store(), record));
  for (int i = 0; i < 600; ++i) {
    if (const auto entry = find_order(*world.endpoint, record.order)) return *entry;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  FAIL("the order was not taken");
  return 0;
}

// In the transaction of the order, so that no promise can come between.
bool hands_over_at_once(const Ledger& ledger, std::uint64_t order) {
  const auto entry = ledger.read(order);
  const auto next = ledger.read(order + 1);
  if (!entry || !next || next->leaf.kind != EntryKind::message) return false;
  const auto message = Admission::admit<Message>(next->content);
  return message && (*message)->verb() == Verb::handoff &&
         next->leaf.time_ms == entry->leaf.time_ms;
}

bool promises(const Message& message) {
  const Verb verb = message.verb();
  return message.author.party == Party::brand && (verb == Verb::propose || verb == Verb::accept ||
                                                  verb == Verb::grant || verb == Verb::determine);
}

// Entries between two at which the brand promised or decided something.
std::size_t promises_between(const Ledger& ledger, std::uint64_t from, std::uint64_t to) {
  std::size_t found = 0;
  for (std::uint64_t index = from; index < to; ++index) {
    const auto entry = ledger.read(index);
    REQUIRE(entry);
    if (entry->leaf.kind == EntryKind::decision) ++found;
    if (entry->leaf.kind != EntryKind::message) continue;
    if (promises(**Admission::admit<Message>(entry->content))) ++found;
  }
  return found;
}

// The brand's log again, as a brand that ignored an order would have written it.
void forge(const MoneyWorld& world, const std::filesystem::path& to, const FreezeRecord& order,
           std::uint64_t before) {
  SystemEntropy entropy;
  auto old = Ledger::open({.directory = world.store(), .origin = "kettle.example/log"},
                          world.brand.log, entropy);
  auto made =
      Ledger::open({.directory = to, .origin = "kettle.example/log"}, world.brand.log, entropy);
  REQUIRE(old);
  REQUIRE(made);
  for (std::uint64_t index = 0; index < (*old)->size(); ++index) {
    const auto entry = (*old)->read(index);
    const auto row = (*old)->store().read_entry(index);
    REQUIRE(entry);
    if (index == before) {
      (*made)->append({.kind = EntryKind::freeze,
                       .case_id = no_case,
                       .time_ms = entry->leaf.time_ms,
                       .content = encode(order)});
    }
    (*made)->append({.kind = entry->leaf.kind,
                     .case_id = row->case_id,
                     .position = entry->leaf.position,
                     .direction = entry->leaf.direction,
                     .time_ms = entry->leaf.time_ms,
                     .content = entry->content,
                     .parts_received = entry->leaf.parts_received,
                     .effect = entry->leaf.effect});
  }
  const auto rows = (*old)->store().cases();
  REQUIRE(rows);
  for (const CaseRow& row : *rows) {
    const auto parts = (*old)->parts_of(row.case_id);
    REQUIRE(parts);
    for (const Part& part : *parts) (*made)->keep_part(row.case_id, part);
    (*made)->put_case(row);
  }
  REQUIRE((*made)->commit());
}

std::size_t broken_rules(const std::filesystem::path& store, Rule rule) {
  const auto auditor = Auditor::open({&store, 1});
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  return report->count_of(rule, Judgement::broken);
}

}  // namespace

TEST_CASE("stopped, the agent hands over what waits and keeps what was agreed", "[freeze]") {
  MoneyWorld world(generous_policy(), {});
  auto owned = std::make_unique<SlowOffice>(world.directory / "slow.db");
  SlowOffice& office = *owned;
  world.office = std::move(owned);
  world.options.back_office = &office;
  world.start();
  Customer agreed(world, {0, 0, 0});
  CHECK(agreed.negotiate().kind == Ending::Kind::closed);
  Customer hesitant(world, {1, 1, 1});
  hesitant.principal.agrees = false;
  CHECK(hesitant.negotiate().kind == Ending::Kind::needs_principal);
  Customer waiting(world, {3, 3, 3});
  std::thread waits([&] { waiting.negotiate(); });
  while (!office.asked) std::this_thread::sleep_for(std::chrono::milliseconds(5));

  const std::uint64_t stopped = order(world, true, "wrong prices");
  waits.join();
  CHECK(waiting.has_person());
  CHECK(waiting.casefile().handoff()->stage != HandoffStage::requested);  // acknowledged
  office.let_go = true;
  Customer late(world, {4, 4, 4});
  CHECK(late.negotiate().kind == Ending::Kind::with_a_person);
  hesitant.principal.agrees = true;
  CHECK(hesitant.go_on().kind == Ending::Kind::closed);  // an offer is an offer
  CHECK(office.payments() == 4);

  world.stop();
  world.start();
  Customer after(world, {5, 5, 5});
  CHECK(after.negotiate().kind == Ending::Kind::with_a_person);
  const std::uint64_t resumed = order(world, false, "prices are right again");
  Customer again(world, {6, 6, 6});
  CHECK(again.negotiate().kind == Ending::Kind::closed);

  std::size_t promised = 0;
  world.endpoint->inspect([&](const Ledger& ledger) {
    promised = promises_between(ledger, stopped, resumed);
    CHECK(hands_over_at_once(ledger, stopped));
    CHECK(promises_between(ledger, resumed, ledger.size()) > 0);
  });
  CHECK(promised == 0);
  world.stop();
  CHECK(broken_in(world) == "");
}

TEST_CASE("an order that cannot be read stops the agent, and a lost file changes nothing",
          "[freeze][negative]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  order(world, true, "stop");
  std::filesystem::remove(world.store() / freeze_order_file);
  world.stop();
  world.start();
  Customer one(world, {1, 1, 1});
  CHECK(one.negotiate().kind == Ending::Kind::with_a_person);
  order(world, false, "go on");
  Customer two(world, {2, 2, 2});
  CHECK(two.negotiate().kind == Ending::Kind::closed);

  std::ofstream(world.store() / freeze_order_file) << "{\"frozen\": fal";
  const Digest unreadable = sha256(view("{\"frozen\": fal"));
  for (int i = 0; i < 600 && !find_order(*world.endpoint, unreadable); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  Customer three(world, {3, 3, 3});
  CHECK(three.negotiate().kind == Ending::Kind::with_a_person);
}

TEST_CASE("a brand that goes on while it says it stopped is found out", "[freeze][negative]") {
  MoneyWorld world(generous_policy(), {});
  world.start();
  Customer customer(world, {0, 0, 0});
  REQUIRE(customer.negotiate().kind == Ending::Kind::closed);
  world.stop();
  const FreezeRecord order{
      .frozen = true, .order = sha256(view("x")), .by = "ops", .reason = "", .at_ms = 1};
  const auto forged = world.directory / "forged";
  const auto honest = world.directory / "honest";
  SystemEntropy entropy;
  std::uint64_t size = 0;
  {
    auto ledger = Ledger::open({.directory = world.store(), .origin = "kettle.example/log"},
                               world.brand.log, entropy);
    REQUIRE(ledger);
    size = (*ledger)->size();
  }
  forge(world, forged, order, 2);         // before the case is opened
  forge(world, honest, order, size - 1);  // when all is said
  CHECK(broken_rules(forged, Rule::freeze_respected) > 0);
  CHECK(broken_rules(honest, Rule::freeze_respected) == 0);
}
