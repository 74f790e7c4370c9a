// What an honest party lives through, or is sent, that its own log must not be blamed for.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/journal/retention.h>
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include <atomic>

#include "catch.h"
#include "kettle.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

struct LaterClock final : Clock {
  std::atomic<std::int64_t> by_ms = 0;
  std::int64_t now_ms() override { return SystemClock().now_ms() + by_ms; }
};

struct World {
  TemporaryDirectory directory;
  LaterClock clock;
  SystemEntropy entropy;
  Brand brand = make_brand(1, clock.now_ms());
  KettleShop shop;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LocalBrand> line;
  Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  Agreeable principal{1, shop};
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
  std::unique_ptr<Assistant> customer;

  World() {
    open_doors();
    auto started = Assistant::start({.directory = consumer_store(),
                                     .goal = &goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = line.get(),
                                     .principal = &principal,
                                     .key = &key});
    if (!started) FAIL(describe(started.error()));
    customer = std::move(*started);
  }

  fs::path brand_store() const { return directory.path() / "brand"; }
  fs::path consumer_store() const { return directory.path() / "consumer"; }

  void open_doors() {
    EndpointOptions options = kettle_endpoint(brand_store(), brand, shop);
    options.clock = &clock;
    auto started = Endpoint::start(std::move(options));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    line = std::make_unique<LocalBrand>(*endpoint, brand.card);
  }
  void close_doors() {
    customer.reset();
    line.reset();
    endpoint.reset();
  }

  CaseId negotiate() {
    const auto case_id = customer->open();
    if (!case_id) FAIL(describe(case_id.error()));
    const auto ending = customer->run(*case_id, 20'000);
    if (!ending) FAIL(describe(ending.error()));
    return *case_id;
  }

  Result<std::unique_ptr<Ledger>> ledger() {
    return Ledger::open(
        {.directory = brand_store(), .origin = "kettle.example/log", .master_key_file = {}},
        brand.log, entropy);
  }

  static Report audit(const std::vector<fs::path>& sources) {
    const auto auditor = Auditor::open(sources);
    if (!auditor) FAIL(describe(auditor.error()));
    const auto report = auditor->replay();
    if (!report) FAIL(describe(report.error()));
    return *report;
  }
};

// Cases under one mandate, which was taken back in one of them. What is said `here` after that has
// entries of another case between its head and the revoke.
struct TakenBackElsewhere : World {
  CaseId there, here;

  TakenBackElsewhere() {
    principal.agrees = false;
    std::vector<CaseId> cases;
    for (int i = 0; i < 3; ++i) cases.push_back(negotiate());
    REQUIRE(customer->take_back_mandates()->size() == 1);
    for (const CaseId& each : cases) {
      if (!customer->find_case(each)->revoked_mandates().empty()) there = each;
    }
    here = cases[0] == there ? cases[1] : cases[0];
  }
};

// A principal who speaks without an assistant.
struct Caller {
  World& world;
  KeyPair key = Agreeable(3, world.shop).key();
  CaseId case_id = {};

  Message frame(Body body) {
    const bool opens = std::holds_alternative<Open>(body);
    Message message{
        .environment = Environment::sandbox,
        .case_id = opens ? CaseId{} : case_id,
        .prev = opens ? MessageId{} : case_id,
        .sent_at_ms = world.clock.now_ms(),
        .admit_by_ms = world.clock.now_ms() + 600'000,
        .author = {Party::consumer, Actor::person, key.public_key(), {}},
        .audience = {"did:web:kettle.example", Admission::admit<Card>(world.brand.card)->id()},
        .body = std::move(body)};
    world.entropy.fill(message.act_id);
    world.entropy.fill(message.nonce);
    return message;
  }
  Parcel post(const Message& message, std::vector<Part> parts = {}) {
    Parcel parcel;
    parcel.envelopes = {*sign(message, key)};
    parcel.parts = std::move(parts);
    if (std::holds_alternative<Open>(message.body)) {
      case_id = Admission::admit<Message>(parcel.envelopes.front())->id();
    }
    const auto answer = world.line->post(parcel, std::nullopt, 0);
    if (!answer) FAIL(describe(answer.error()));
    return *answer;
  }
  static Open opening() {
    return {.claims = {{.claim_id = 1,
                        .category = "delivery",
                        .code = "late",
                        .basis = Basis::contract,
                        .desired = {{.remedy = "voucher"}}}},
            .jurisdiction = "es",
            .language = "en"};
  }
};

}  // namespace

TEST_CASE("what is refused in one case as its mandate was taken back in another is refused rightly",
          "[blame]") {
  TakenBackElsewhere world;
  const Status said = world.customer->say(
      world.here, {.body = Inform{.text = 0},
                   .added = {{PartClass::prose, "text/plain", to_bytes("are you there?")}}});
  REQUIRE_FALSE(said);
  CHECK(said.error().code == ErrorCode::mandate_revoked);
  world.close_doors();

  for (const auto& sources : std::vector<std::vector<fs::path>>{
           {world.consumer_store()}, {world.brand_store(), world.consumer_store()}}) {
    const Report report = World::audit(sources);
    INFO(to_text(report));
    CHECK(report.broken() == 0);
  }
}

TEST_CASE("evidence of one case accuses nobody for what was taken back in another", "[blame]") {
  TakenBackElsewhere world;
  CHECK_FALSE(world.customer->say(
      world.here, {.body = Inform{.text = 0},
                   .added = {{PartClass::prose, "text/plain", to_bytes("are you there?")}}}));
  REQUIRE(world.customer->leave(world.here, "consumer_asked"));  // on record without effect
  world.close_doors();
  const Report whole = World::audit({world.brand_store()});
  INFO(to_text(whole));
  CHECK(whole.broken() == 0);

  for (const fs::path& store : {world.brand_store(), world.consumer_store()}) {
    const fs::path file = store.string() + ".evidence.json";
    const auto written = export_evidence(store, to_hex(world.here), file);
    if (!written) FAIL(describe(written.error()));
    const Report report = World::audit({file});
    INFO(to_text(report));
    CHECK(report.broken() == 0);
  }
}

TEST_CASE("a mandate that was taken back in a case since erased stays taken back", "[blame]") {
  TakenBackElsewhere world;
  REQUIRE(world.customer->leave(world.there, "consumer_asked"));
  REQUIRE(world.customer->leave(world.here, "consumer_asked"));
  world.close_doors();
  {
    auto ledger = world.ledger();
    REQUIRE(ledger);
    const std::int64_t now_ms = world.clock.now_ms();
    const ErasureRecord wish{.case_id = world.there,
                             .classes = {erasable_classes().begin(), erasable_classes().end()},
                             .reason = "request",
                             .authority = "privacy officer",
                             .at_ms = now_ms,
                             .effective_ms = now_ms};
    const auto erased = erase(**ledger, {&wish, 1});
    if (!erased) FAIL(describe(erased.error()));
  }
  const Report report = World::audit({world.brand_store()});
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}

TEST_CASE("a part is of the class that it came with, whatever it was called before",
          "[blame][negative]") {
  World world;
  Caller caller{world};
  caller.post(caller.frame(Caller::opening()));
  const Part part =
      make_part(PartClass::contact, "text/plain", to_bytes("Calle Mayor 1"), world.entropy);
  Message before = caller.frame(Inform{.text = 0});
  before.parts = {reference(part)};
  before.parts.front().part_class = PartClass::prose;
  caller.post(before);
  Message with = caller.frame(Inform{.text = 0});
  with.prev = Admission::sign(before, caller.key)->id();
  with.parts = {reference(part)};
  caller.post(with, {part});
  world.close_doors();
  {
    auto ledger = world.ledger();
    REQUIRE(ledger);
    REQUIRE((*ledger)->parts_of(caller.case_id)->size() == 1);
  }
  for (const char* const gone : {"prose", "contact"}) {
    {
      auto ledger = world.ledger();
      REQUIRE(ledger);
      const std::int64_t now_ms = world.clock.now_ms();
      const ErasureRecord wish{.case_id = caller.case_id,
                               .classes = {gone},
                               .reason = "request",
                               .authority = "privacy officer",
                               .at_ms = now_ms,
                               .effective_ms = now_ms};
      const auto erased = erase(**ledger, {&wish, 1});
      if (!erased) FAIL(describe(erased.error()));
    }
    const Report report = World::audit({world.brand_store()});
    INFO(to_text(report));
    CHECK(report.broken() == 0);
  }
}

TEST_CASE("a right whose account is never linked is no broken duty of the brand's", "[blame]") {
  World world;
  Caller caller{world};
  caller.post(caller.frame(Caller::opening()));
  caller.post(caller.frame(Exercise{Invoke{.right = "withdrawal", .claims = {1}}}));
  world.close_doors();
  world.clock.by_ms = 15 * std::int64_t{86'400'000};  // the duties were due after 14 days
  world.open_doors();
  caller.post(caller.frame(Leave{.reason = "consumer_asked"}));
  world.close_doors();

  const Report report = World::audit({world.brand_store()});
  INFO(to_text(report));
  CHECK(report.count_of(Rule::right_acknowledged, Judgement::holds) == 1);
  CHECK(report.broken() == 0);
}

TEST_CASE("whoever names another's mandate in a revoke makes no log unsound", "[blame][negative]") {
  World world;
  const CaseId settled = world.negotiate();
  const Digest mandate = world.customer->find_case(settled)->messages().front()->author.authority;
  REQUIRE_FALSE(mandate.is_zero());
  world.close_doors();
  world.open_doors();  // the case is closed, and nobody has it in mind
  Caller caller{world};
  caller.post(caller.frame(Caller::opening()));
  caller.post(caller.frame(Revoke{mandate}));
  world.close_doors();

  const Report report = World::audit({world.brand_store()});
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  const auto again = Endpoint::start(kettle_endpoint(world.brand_store(), world.brand, world.shop));
  if (!again) FAIL_CHECK(describe(again.error()));
}
