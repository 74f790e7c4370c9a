// A case is forgotten or held, and keys are renewed, while the endpoint runs: by an order in a
// file, on the writer's thread, with what memory and the back office hold of it.

#include <entente/agent/log_order.h>
#include <entente/journal/notice.h>
#include <entente/store/copy.h>
#include <entente/transport/client.h>
#include <entente/wire/admission.h>
#include <entente/wire/retention.h>

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

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

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

LogOrderOutcome outcome_of(const ForgetWorld& world, const Digest& order) {
  for (int tries = 0; tries < 3'000; ++tries) {
    if (auto outcome = take_log_outcome(world.brand_store(), order)) return *outcome;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return {.order = order, .entries = {}, .error = "not taken"};
}

// As a command does.
LogOrderOutcome give(const ForgetWorld& world, LogOrder order) {
  SystemEntropy().fill(order.id.bytes);
  if (const Status written = write_log_order(world.brand_store(), order); !written) {
    return {.order = order.id, .entries = {}, .error = describe(written.error())};
  }
  return outcome_of(world, order.id);
}

// What lies there of orders.
std::size_t orders_left(const ForgetWorld& world) {
  const fs::path orders = world.brand_store() / log_orders_directory;
  if (!fs::exists(orders)) return 0;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(orders), {}));
}

HoldRecord hold_on(const CaseId& case_id) {
  const std::int64_t now_ms = SystemClock().now_ms();
  return {.case_id = case_id,
          .hold = Digest{{7}},
          .ended = false,
          .until_ms = now_ms + 1'000'000'000,
          .reason = "litigation",
          .by = "counsel",
          .at_ms = now_ms};
}

struct Running {
  explicit Running(ForgetWorld& of, std::int64_t call_timeout_ms = 30'000) : world(of) {
    EndpointOptions options = kettle_endpoint(world.brand_store(), world.brand, unused);
    options.call_timeout_ms = call_timeout_ms;
    options.monitoring = HttpServerOptions{};
    options.back_office = &shop;
    options.policy = lenient(options.policy);
    auto started = Endpoint::start(std::move(options));
    if (!started) throw std::runtime_error(describe(started.error()));
    endpoint = std::move(*started);
    line.emplace(*endpoint, world.brand.card);
  }

  LogOrderOutcome order(std::vector<ErasureRecord> erasures, bool notify = false) {
    return give(world, {.id = {}, .work = EraseOrder{std::move(erasures), notify}});
  }
  LogOrderOutcome hold(std::vector<HoldRecord> holds) {
    return give(world, {.id = {}, .work = HoldOrder{std::move(holds)}});
  }
  std::unique_ptr<Assistant> customer(std::uint8_t number) { return returning.meet(number, *line); }

  ForgetWorld& world;
  ToldShop shop{world.directory.path() / "writes"};
  KettleShop unused;
  std::unique_ptr<Endpoint> endpoint;
  std::optional<LocalBrand> line;
  ReturningCustomer returning{world};
};

}  // namespace

TEST_CASE("ordered of a running endpoint, nothing of a case is left on the disk or in memory",
          "[forget][running]") {
  ForgetWorld world;
  const Secrets gone = world.secrets_of(world.first, whole_case());
  {
    Running brand(world);
    const LogOrderOutcome outcome = brand.order({world.wish(whole_case())});
    CHECK(outcome.error.empty());
    REQUIRE(outcome.entries.size() == 1);
    CHECK(gone.found_under(world.brand_store()) == Words{});
    CHECK(brand.shop.forgotten == std::vector{world.first});
    CHECK(orders_left(world) == 0);
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
  const LogOrder order{.id = Digest{{8}}, .work = EraseOrder{{world.wish(whole_case())}}};
  REQUIRE(write_log_order(world.brand_store(), order));
  REQUIRE(next_log_order(world.brand_store())->id == order.id);
  Running brand(world);
  const LogOrderOutcome other = brand.order({world.wish({"contact"})});
  CHECK(other.error.empty());
  const auto outcome = take_log_outcome(world.brand_store(), order.id);
  REQUIRE(outcome);
  CHECK(other.entries == outcome->entries);
  CHECK(gone.found_under(world.brand_store()) == Words{});
}

TEST_CASE("an order whose outcome is there is not carried out again", "[forget][running]") {
  ForgetWorld world;
  const LogOrder order{.id = Digest{{8}}, .work = HoldOrder{{hold_on(world.first)}}};
  const LogOrderOutcome told{.order = order.id, .entries = {77}, .error = {}};
  REQUIRE(write_log_order(world.brand_store(), order));
  const fs::path file = world.brand_store() / log_orders_directory / (to_hex(order.id) + ".order");
  const std::string text = slurp(file);
  REQUIRE_FALSE(text.empty());
  REQUIRE(write_log_outcome(world.brand_store(), told));
  std::ofstream(file) << text;  // a crash came between the two
  {
    Running brand(world);
    CHECK(brand.order({world.wish({"contact"})}).error.empty());
  }
  CHECK(take_log_outcome(world.brand_store(), order.id)->entries == told.entries);
  CHECK(orders_left(world) == 0);
  CHECK((*world.open())->retention_records()->holds.empty());
}

TEST_CASE("an endpoint that erases of closed cases does not keep them in memory",
          "[forget][running]") {
  ForgetWorld world;
  Running brand(world);
  const auto in_memory = [&] {
    HttpClient client({.allow_plain = true, .allow_private = true});
    const std::string port = std::to_string(brand.endpoint->monitoring_port());
    const auto page = client.get("http://127.0.0.1:" + port + "/metrics");
    REQUIRE(page);
    const std::string text = to_text(page->body);
    const std::size_t at = text.find("\nentente_cases ");
    REQUIRE(at != std::string::npos);
    return text.substr(at + 1, text.find('\n', at + 1) - at);
  };
  const std::string before = in_memory();
  for (const bool notify : {false, true}) {
    for (const CaseId& case_id : {world.first, world.second}) {
      ErasureRecord wish = world.wish({notify ? "contact" : "media"});
      wish.case_id = case_id;
      CHECK(brand.order({wish}, notify).error.empty());
      CHECK(in_memory() == before);
    }
  }
  REQUIRE(brand.hold({hold_on(world.first)}).error.empty());
  CHECK_FALSE(brand.order({world.wish(whole_case())}).error.empty());
  CHECK(in_memory() == before);
}

TEST_CASE("commands that order at once each hear what came of their own", "[forget][running]") {
  ForgetWorld world;
  ErasureRecord of_second = world.wish(whole_case());
  of_second.case_id = world.second;
  const ErasureRecord of_first = world.wish(whole_case());
  const std::vector<std::vector<ErasureRecord>> wishes = {
      {of_first}, {of_second}, {of_first}, {of_second, of_first}};
  std::vector<LogOrderOutcome> outcomes(wishes.size());
  {
    Running brand(world);
    std::vector<std::jthread> commands;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
      commands.emplace_back(
          [&, i] { outcomes[i] = give(world, {.id = {}, .work = EraseOrder{wishes[i]}}); });
    }
    commands.clear();
    CHECK(orders_left(world) == 0);
  }
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    CAPTURE(i, outcomes[i].error);
    CHECK(outcomes[i].error.empty());
    REQUIRE(outcomes[i].entries.size() == wishes[i].size());
  }
  CHECK(outcomes[0].entries == outcomes[2].entries);
  CHECK(outcomes[3].entries == std::vector{outcomes[1].entries[0], outcomes[0].entries[0]});
  const auto ledger = *world.open();
  CHECK(ledger->retention_records()->erasures.size() == 2);
  CHECK(*ledger->is_erased(world.first));
  CHECK(*ledger->is_erased(world.second));
}

TEST_CASE("a hold ordered of a running endpoint keeps a case until its end is ordered",
          "[forget][running]") {
  ForgetWorld world;
  const HoldRecord hold = hold_on(world.first);
  HoldRecord ended = hold;
  ended.ended = true;
  {
    Running brand(world);
    const LogOrderOutcome held = brand.hold({hold});
    CHECK(held.error.empty());
    REQUIRE(held.entries.size() == 1);
    CHECK(brand.hold({hold}).entries == held.entries);  // as after a crash
    CHECK(brand.order({world.wish({"contact"})}).error.starts_with("duty_open: case "));
    CHECK(brand.hold({ended}).error.empty());
    CHECK(brand.order({world.wish(whole_case())}).error.empty());
    CHECK(brand.hold({hold_on(world.first)}).error.starts_with("content_withheld: case "));
    CHECK(brand.hold({hold_on(Digest{{99}})}).error.starts_with("not_found: no case "));
  }
  const Report report = world.audit({world.brand_store()});
  CHECK(sentences(report, Judgement::broken) == Words{});
  CHECK((*world.open())->retention_records()->holds.size() == 2);
}

TEST_CASE("whoever asks a running brand to erase is answered by the hold it was ordered",
          "[forget][running]") {
  ForgetWorld world;
  Running brand(world);
  const auto customer = brand.customer(3);
  const CaseId open = *customer->open();
  const KeyPair principal = Agreeable(3, brand.unused).key();
  const auto answer_to = [&](std::uint8_t nonce) {
    ErasureNotice notice{.case_id = open,
                         .classes = {"contact"},
                         .reason = "request",
                         .key = principal.public_key(),
                         .audience = "did:web:kettle.example",
                         .environment = Environment::sandbox,
                         .at_ms = SystemClock().now_ms()};
    notice.nonce.fill(nonce);
    Parcel parcel;
    parcel.notices = {*sign(notice, principal)};
    const auto answer = brand.line->post(parcel, open, 0);
    REQUIRE(answer);
    REQUIRE(answer->notices.size() == 1);
    return **Admission::admit<ErasureAck>(answer->notices.front());
  };
  CHECK(answer_to(1).basis != "hold");
  const HoldRecord hold = hold_on(open);
  REQUIRE(brand.hold({hold}).error.empty());
  const ErasureAck held = answer_to(2);
  CHECK(held.answer == ErasureAnswer::held);
  CHECK(held.basis == "hold");
  CHECK(held.until_ms == hold.until_ms);
}

TEST_CASE("keys are wrapped anew under a running endpoint, and it goes on", "[forget][running]") {
  ForgetWorld world;
  const auto epoch = [&] { return *read_key_epoch(world.brand_store() / "keys.db"); };
  {
    Running brand(world);
    const std::int64_t before = epoch();
    const auto renew = [&](std::int64_t if_older_ms) {
      return give(world, {.id = {}, .work = EpochOrder{if_older_ms}}).error;
    };
    CHECK(renew(0).empty());
    CHECK(epoch() == before + 1);
    CHECK(renew(3'600'000).empty());  // it is young
    CHECK(epoch() == before + 1);
    const auto customer = brand.customer(3);
    const CaseId open = *customer->open();
    CHECK(renew(0).empty());
    CHECK(epoch() == before + 2);
    CHECK(customer->run(open, 60'000)->kind == Ending::Kind::closed);
  }
  const Report report = world.audit({world.brand_store(), world.consumer_store(3)});
  CHECK(sentences(report, Judgement::broken) == Words{});
}

TEST_CASE("of a case that goes on parts go, and it goes on", "[forget][running]") {
  ForgetWorld world;
  {
    Running brand(world);
    const auto customer = brand.customer(3);
    const CaseId open = *customer->open();
    ErasureRecord parts = world.wish({"media"});
    parts.case_id = open;
    const LogOrderOutcome outcome = brand.order({parts}, true);
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
  const LogOrderOutcome outcome = brand.order({world.wish(whole_case())});
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

TEST_CASE("an order that nobody can read destroys nothing, and is answered so",
          "[forget][running][negative]") {
  ForgetWorld world;
  const LogOrder good{.id = Digest{{8}}, .work = EraseOrder{{world.wish(whole_case())}}};
  REQUIRE(write_log_order(world.brand_store(), good));
  const fs::path orders = world.brand_store() / log_orders_directory;
  const std::string text = slurp(orders / (to_hex(good.id) + ".order"));
  fs::remove(orders / (to_hex(good.id) + ".order"));
  const std::string wrongs[] = {
      text.substr(0, text.size() / 2),
      "",
      "{}",
      "[]",
      text,  // of another name
      "{\"order\": \"" + to_hex(Digest{{15}}) + "\", \"notify\": false, \"erasures\": [{}]}"};
  std::uint8_t number = 10;
  for (const std::string& wrong : wrongs) {
    std::ofstream(orders / (to_hex(Digest{{number++}}) + ".order")) << wrong;
  }
  std::ofstream(orders / "notes.order") << text;  // no order's name
  {
    Running brand(world);
    for (std::uint8_t each = 10; each < number; ++each) {
      CHECK(outcome_of(world, Digest{{each}}).error == "the order cannot be read");
    }
    CHECK(brand.shop.forgotten.empty());
  }
  CHECK(orders_left(world) == 1);
  CHECK_FALSE(*(*world.open())->is_erased(world.first));
}

TEST_CASE("an order takes so many cases and no more", "[forget][running][negative]") {
  const ForgetWorld world;
  EraseOrder many{std::vector(log_order_records_max, world.wish(whole_case()))};
  many.erasures.front().authority = std::string(limits::text_bytes_max, '"');
  REQUIRE(write_log_order(world.brand_store(), {.id = Digest{{8}}, .work = many}));
  const auto read = next_log_order(world.brand_store());
  REQUIRE(read);
  CHECK(std::get<EraseOrder>(read->work).erasures == many.erasures);
  many.erasures.push_back(many.erasures.back());
  CHECK(write_log_order(world.brand_store(), {.id = Digest{{9}}, .work = many}).error().code ==
        ErrorCode::too_large);
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
