// A case is forgotten while the endpoint runs: by an order in a file, on the writer's thread, with
// what memory and the back office hold of it.

#include <entente/agent/erase_order.h>
#include <entente/journal/notice.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include "../../sdk/cli/file_back_office.h"
#include "catch.h"
#include "forget_world.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

// Remembers what it was told to forget, and what it was told.
class ToldShop final : public BackOffice {
 public:
  explicit ToldShop(const fs::path& file) : shop_(file) {}
  Result<std::vector<Fact>> facts(const FactsQuery& query) override {
    note(query.parts);
    return shop_.facts(query);
  }
  Performance execute(const Order& order) override {
    note(order.parts);
    return shop_.execute(order);
  }
  Performance lookup(const Digest& key) override { return shop_.lookup(key); }
  std::optional<std::string> find_account(const AccountProof& proof) override {
    return shop_.find_account(proof);
  }
  void forget(const CaseId& case_id, std::span<const std::string> /*classes*/) override {
    std::this_thread::sleep_for(forget_takes);
    const std::scoped_lock lock(mutex_);
    forgotten.push_back(case_id);
  }

  std::set<std::string> take_texts() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(texts_, {});
  }

  std::size_t forgets() {
    const std::scoped_lock lock(mutex_);
    return forgotten.size();
  }

  std::vector<CaseId> forgotten;  // read once the outcome is there
  std::chrono::milliseconds forget_takes{0};

 private:
  void note(const PartTexts& parts) {
    const std::scoped_lock lock(mutex_);
    for (const auto& [index, text] : parts.texts) texts_.insert(text);
  }

  DurableShop shop_;
  std::mutex mutex_;
  std::set<std::string> texts_;  // of parts that questions and orders came with
};

struct Running {
  explicit Running(ForgetWorld& of, std::int64_t call_timeout_ms = 30'000) : world(of) {
    EndpointOptions options = kettle_endpoint(world.brand_store(), world.brand, unused);
    options.call_timeout_ms = call_timeout_ms;
    options.back_office = &shop;
    options.policy = lenient(options.policy);
    auto started = Endpoint::start(std::move(options));
    if (!started) throw std::runtime_error(describe(started.error()));
    endpoint = std::move(*started);
    line.emplace(*endpoint, world.brand.card);
  }

  EraseOutcome order(std::vector<ErasureRecord> erasures, bool notify = false) {
    EraseOrder order{.order = {}, .erasures = std::move(erasures), .notify = notify};
    SystemEntropy().fill(order.order.bytes);
    REQUIRE(write_erase_order(world.brand_store(), order));
    for (int tries = 0; tries < 3'000; ++tries) {
      if (auto outcome = take_erase_outcome(world.brand_store(), order.order)) return *outcome;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL("the order was not taken");
    return {};
  }
  std::unique_ptr<Assistant> customer(std::uint8_t number) { return returning.meet(number, *line); }

  ForgetWorld& world;
  ToldShop shop{world.directory.path() / "writes"};
  KettleShop unused;
  std::unique_ptr<Endpoint> endpoint;
  std::optional<LocalBrand> line;
  ReturningCustomer returning{world};
};

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("ordered of a running endpoint, nothing of a case is left on the disk or in memory",
          "[forget][running]") {
  ForgetWorld world;
  const Secrets gone = world.secrets_of(world.first, whole_case());
  {
    Running brand(world);
    const EraseOutcome outcome = brand.order({world.wish(whole_case())});
    CHECK(outcome.error.empty());
    REQUIRE(outcome.entries.size() == 1);
    CHECK(gone.found_under(world.brand_store()) == Words{});
    CHECK(brand.shop.forgotten == std::vector{world.first});
    CHECK_FALSE(fs::exists(world.brand_store() / erase_order_file));
    CHECK_FALSE(fs::exists(world.brand_store() / taken_order_file));
    // Its customer hears what a stranger hears, and others are served.
    CHECK(brand.customer(1)->poll(world.first, 0).error().code == ErrorCode::not_found);
    const auto other = brand.customer(3);
    const CaseId case_id = *other->open();
    CHECK(other->run(case_id, 60'000)->kind == Ending::Kind::closed);
    // The same again finds it done, by the same entry.
    CHECK(brand.order({world.wish(whole_case())}).entries == outcome.entries);
  }
  const Report report = world.audit({world.brand_store()});
  CHECK(sentences(report, Judgement::broken) == Words{});
  const auto ledger = *world.open();
  CHECK(ledger->retention_records()->erasures.size() == 1);
  CHECK(*ledger->is_erased(world.first));
}

TEST_CASE("an order that an endpoint took and did not end is ended by the next",
          "[forget][running]") {
  ForgetWorld world;
  const Secrets gone = world.secrets_of(world.first, whole_case());
  const EraseOrder order{.order = Digest{{8}}, .erasures = {world.wish(whole_case())}};
  REQUIRE(write_erase_order(world.brand_store(), order));
  REQUIRE(take_erase_order(world.brand_store()));
  Running brand(world);
  const EraseOutcome other = brand.order({world.wish({"contact"})});
  CHECK(other.error.empty());
  const auto outcome = take_erase_outcome(world.brand_store(), order.order);
  REQUIRE(outcome);
  CHECK(other.entries == outcome->entries);
  CHECK(gone.found_under(world.brand_store()) == Words{});
}

TEST_CASE("of a case that goes on parts go, and it goes on", "[forget][running]") {
  ForgetWorld world;
  {
    Running brand(world);
    const auto customer = brand.customer(3);
    const CaseId open = *customer->open();
    ErasureRecord parts = world.wish({"media"});
    parts.case_id = open;
    const EraseOutcome outcome = brand.order({parts}, true);
    CHECK(outcome.error.empty());
    ErasureRecord all = world.wish(whole_case());
    all.case_id = open;
    CHECK(brand.order({all}).error.starts_with("wrong_use: case " + short_hex(open) +
                                               " has not ended"));
    CHECK(customer->run(open, 60'000)->kind == Ending::Kind::closed);
  }
  const Report report = world.audit({world.brand_store(), world.consumer_store(3)});
  CHECK(sentences(report, Judgement::broken) == Words{});
  const Words told = sentences(report, Judgement::holds);
  CHECK(std::ranges::find(told,
                          "notice of erasure received: media (request), answered held "
                          "(own_record)") != told.end());
}

TEST_CASE("a back office that hangs is named, and keeps nothing from being erased",
          "[forget][running]") {
  ForgetWorld world;
  Running brand(world, 200);
  brand.shop.forget_takes = std::chrono::milliseconds(1'500);
  const EraseOutcome outcome = brand.order({world.wish(whole_case())});
  CHECK(outcome.error.find("the back office has not said") != std::string::npos);
  bool erased = false;
  brand.endpoint->inspect([&](const Ledger& ledger) { erased = *ledger.is_erased(world.first); });
  CHECK(erased);
  for (int tries = 0; tries < 1'000 && brand.shop.forgets() == 0; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(brand.shop.forgets() == 1);
}

TEST_CASE("what is erased of an open case is told nobody any more", "[forget][running]") {
  ForgetWorld world;
  Running brand(world);
  const auto customer = brand.customer(3);
  const CaseId open = *customer->open();
  const auto known = brand.shop.take_texts();
  REQUIRE_FALSE(known.empty());
  ErasureRecord wish = world.wish({"media", "prose", "reference"});
  wish.case_id = open;
  REQUIRE(brand.order({wish}).error.empty());
  // Before it carries anything out, the brand asks its back office again.
  REQUIRE(customer->run(open, 10'000));
  REQUIRE(brand.endpoint->wait_idle(10'000));
  for (const std::string& text : brand.shop.take_texts()) {
    CAPTURE(text);
    CHECK_FALSE(known.contains(text));
  }
}

TEST_CASE("a held case stays, and an order that nobody can read destroys nothing",
          "[forget][running]") {
  ForgetWorld world;
  const ErasureRecord wish = world.wish(whole_case());
  const HoldRecord hold{.case_id = world.first,
                        .hold = Digest{{7}},
                        .until_ms = wish.at_ms + 1'000'000,
                        .reason = "litigation",
                        .at_ms = wish.at_ms};
  REQUIRE(put_holds(**world.open(), {&hold, 1}));
  {
    Running brand(world);
    std::ofstream(world.brand_store() / erase_order_file) << "{\"erasures\": [";
    CHECK(brand.order({wish}).error.starts_with("duty_open"));
    CHECK(brand.shop.forgotten.empty());
  }
  CHECK_FALSE(*(*world.open())->is_erased(world.first));
}

TEST_CASE("the example back office forgets whose its work was, and never what was done",
          "[forget][running]") {
  const ForgetWorld world;
  const TemporaryDirectory data;
  SystemClock clock;
  KettleShop unused;
  const EndpointOptions options = kettle_endpoint(data.path() / "unused", world.brand, unused);
  const Policy policy = *Policy::parse(options.policy, "policy.yaml");
  const fs::path facts = data.path() / "facts.yaml";
  fs::copy_file(fs::path(ENTENTE_SOURCE_DIR) / "sdk/cli/demo/kettle.facts.yaml", facts);
  const auto open = [&] {
    return *cli::FileBackOffice::open({.facts_file = facts,
                                       .work_file = data.path() / cli::work_file_name,
                                       .outbox_file = data.path() / cli::outbox_file_name,
                                       .clock = &clock},
                                      policy);
  };
  const auto order_of = [](std::uint8_t number, const CaseId& case_id, std::string account) {
    return Order{.key = Digest{{number}},
                 .source = Digest{{static_cast<std::uint8_t>(number + 50)}},
                 .case_id = case_id,
                 .term = {.id = 1, .purpose = "compensation"},
                 .parts = {},
                 .account = std::move(account)};
  };
  const fs::path deeds = data.path() / cli::work_file_name;
  Performance done;
  const auto forgets = [&](bool at_rest) {
    {
      const auto office = open();
      done = office->execute(order_of(1, world.first, "acct-secret-1"));
      office->execute(order_of(2, world.second, "acct-secret-2"));
      office->deliver_code({"email_otp", "ana@example.com"}, "424242");
      CHECK(slurp(data.path() / cli::outbox_file_name).find("ana@example.com") !=
            std::string::npos);
      if (!at_rest) office->forget(world.first, Words{"contact", "terms"});
    }
    if (at_rest) REQUIRE(cli::forget_work(data.path(), world.first, Words{"reference"}));
    CHECK(slurp(data.path() / cli::outbox_file_name).empty());
    const std::string left = slurp(deeds);
    CHECK(left.find("acct-secret-1") == std::string::npos);
    CHECK(left.find(to_hex(world.first)) == std::string::npos);
    CHECK(left.find("acct-secret-2") != std::string::npos);
    const auto again = open();
    CHECK(again->lookup(Digest{{1}}).reference == done.reference);
    CHECK(again->execute(order_of(1, world.first, "acct-secret-1")).reference == done.reference);
    CHECK(slurp(deeds) == left);
  };
  SECTION("at rest") { forgets(true); }
  SECTION("while it runs") { forgets(false); }
}
