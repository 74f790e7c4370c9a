// What an honest party lives through, or is sent, that its own log must not be blamed for.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/journal/retention.h>
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include <atomic>

#include "catch.h"
#include "kettle.h"
#include "own_words.h"
#include "rewritten_log.h"

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
  std::uint32_t acts = 0;

  Message say(Body body) {
    return frame({.key = key.public_key(),
                  .card = Admission::admit<Card>(world.brand.card)->id(),
                  .now_ms = world.clock.now_ms(),
                  .case_id = case_id,
                  .number = ++acts},
                 std::move(body));
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
  caller.post(caller.say(late_parcels()));
  const Part part =
      make_part(PartClass::contact, "text/plain", to_bytes("Calle Mayor 1"), world.entropy);
  Message before = caller.say(Inform{.text = 0});
  before.parts = {reference(part)};
  before.parts.front().part_class = PartClass::prose;
  caller.post(before);
  Message with = caller.say(Inform{.text = 0});
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
  caller.post(caller.say(late_parcels()));
  caller.post(caller.say(Exercise{Invoke{.right = "withdrawal", .claims = {1}}}));
  world.close_doors();
  world.clock.by_ms = 15 * std::int64_t{86'400'000};  // the duties were due after 14 days
  world.open_doors();
  caller.post(caller.say(Leave{.reason = "consumer_asked"}));
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
  caller.post(caller.say(late_parcels()));
  caller.post(caller.say(Revoke{mandate}));
  world.close_doors();

  const Report report = World::audit({world.brand_store()});
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  const auto again = Endpoint::start(kettle_endpoint(world.brand_store(), world.brand, world.shop));
  if (!again) FAIL_CHECK(describe(again.error()));
}

TEST_CASE("two assistants of one person keep two logs, and neither is a fork of the other",
          "[blame]") {
  World world;
  const KeyPair other_key = std::move(*KeyPair::from_seed(Bytes(32, 102)));
  const fs::path other_store = world.directory.path() / "tablet";
  {
    auto started = Assistant::start({.directory = other_store,
                                     .goal = &world.goal,
                                     .files = {{"kettle.jpg", to_bytes("a photo")}},
                                     .brand = world.line.get(),
                                     .principal = &world.principal,
                                     .key = &other_key});
    if (!started) FAIL(describe(started.error()));
    world.negotiate();
    world.negotiate();
    const auto case_id = (*started)->open();
    REQUIRE(case_id);
    REQUIRE((*started)->run(*case_id, 20'000));
  }
  world.close_doors();
  const fs::path brand = world.brand_store(), phone = world.consumer_store();
  for (const auto& sources : std::vector<std::vector<fs::path>>{{brand, phone},
                                                                {brand, other_store},
                                                                {phone, other_store},
                                                                {brand, phone, other_store}}) {
    const Report report = World::audit(sources);
    INFO(to_text(report));
    CHECK(report.broken() == 0);
  }
}

namespace {

std::size_t blamed(const Report& report, Party party) {
  return static_cast<std::size_t>(std::ranges::count_if(report.findings, [&](const Finding& each) {
    return each.judgement == Judgement::broken && each.at_fault == party;
  }));
}

struct Omission {
  const char* what;
  std::function<bool(EntryDraft&)> keep;
};

}  // namespace

TEST_CASE("what a consumer leaves out of its log accuses no brand", "[blame][negative]") {
  TakenBackElsewhere world;
  CHECK_FALSE(world.customer->say(
      world.here, {.body = Inform{.text = 0},
                   .added = {{PartClass::prose, "text/plain", to_bytes("are you there?")}}}));
  REQUIRE(world.customer->leave(world.here, "consumer_asked"));
  world.close_doors();
  const auto without = [](EntryKind kind) {
    return [kind](const EntryDraft& entry) { return entry.kind != kind; };
  };
  const std::vector<Omission> omissions = {
      {"nothing", [](EntryDraft&) { return true; }},
      {"the cards", without(EntryKind::card)},
      {"the mandate", without(EntryKind::mandate)},
      {"the case in which it was taken back",
       [&](const EntryDraft& entry) { return entry.case_id != world.there; }},
      {"the proofs between checkpoints",
       [](EntryDraft& entry) {
         if (entry.kind != EntryKind::checkpoint_seen) return true;
         auto record = *decode<CheckpointSeenRecord>(entry.content);
         for (Digest& hash : record.consistency) hash.bytes[0] ^= 1;
         entry.content = encode(record);
         return true;
       }},
      {"how it came by a card",
       [&](EntryDraft& entry) {
         if (entry.kind != EntryKind::checkpoint_seen) return true;
         entry.kind = EntryKind::card;
         entry.content = make_brand(9, world.clock.now_ms()).card;
         return true;
       }},
  };
  int number = 0;
  for (const Omission& omission : omissions) {
    const fs::path shown = world.directory.path() / ("shown-" + std::to_string(++number));
    rewrite({.from = world.consumer_store(),
             .to = shown,
             .origin = to_did_key(world.principal.public_key()),
             .key = world.key,
             .keep = omission.keep});
    for (const auto& sources :
         std::vector<std::vector<fs::path>>{{shown}, {world.brand_store(), shown}}) {
      const Report report = World::audit(sources);
      INFO(omission.what << "\n" << to_text(report));
      CHECK(blamed(report, Party::brand) == 0);
    }
  }
}

TEST_CASE("whoever makes a card for a brand blames that brand for nothing", "[blame][negative]") {
  World world;
  world.negotiate();
  World forged;  // the same name, other keys
  forged.customer.reset();
  forged.close_doors();
  forged.brand = make_brand(2, forged.clock.now_ms());
  fs::remove_all(forged.brand_store());
  fs::remove_all(forged.consumer_store());
  forged.open_doors();
  auto started = Assistant::start({.directory = forged.consumer_store(),
                                   .goal = &forged.goal,
                                   .files = {{"kettle.jpg", to_bytes("a photo")}},
                                   .brand = forged.line.get(),
                                   .principal = &forged.principal,
                                   .key = &forged.key});
  if (!started) FAIL(describe(started.error()));
  forged.customer = std::move(*started);
  forged.negotiate();
  world.close_doors();
  forged.close_doors();
  const Report report = World::audit({world.brand_store(), forged.consumer_store()});
  INFO(to_text(report));
  CHECK(blamed(report, Party::brand) == 0);
}
