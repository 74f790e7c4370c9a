// Two parties negotiate in one process, by policy and goal alone; what they leave is checked from
// both sides.

#include <entente/audit/tiles.h>
#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/transport/certificate.h>
#include <entente/transport/client.h>
#include <entente/wire/admission.h>

#include <fstream>
#include <future>
#include <set>

#include "catch.h"
#include "kettle.h"
#include "peer.h"

using namespace entente;
using namespace entente::tests;

namespace {

struct World {
  TemporaryDirectory directory;
  SystemClock clock;
  Brand brand = make_brand(1, SystemClock().now_ms());
  KettleShop shop;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LocalBrand> connection;

  World() { start(); }

  void start() {
    auto started = Endpoint::start(kettle_endpoint(directory.path() / "brand", brand, shop));
    if (!started) FAIL(describe(started.error()));
    endpoint = std::move(*started);
    connection = std::make_unique<LocalBrand>(*endpoint, brand.card);
  }
};

// A line on which every second answer is lost: the brand has it, the consumer does not know.
class LossyBrand final : public BrandConnection {
 public:
  explicit LossyBrand(BrandConnection& line) : line_(line) {}
  Result<Bytes> card() override { return line_.card(); }
  Result<Bytes> earlier_card(const Digest& digest) override { return line_.earlier_card(digest); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override {
    auto answer = line_.post(parcel, case_id, wait_ms);
    if (++posts % 2 == 1) return fail(ErrorCode::network_failed, "lost on the way");
    return answer;
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override {
    return line_.get(case_id, after, wait_ms, sign);
  }
  int posts = 0;

 private:
  BrandConnection& line_;
};

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), instead);
}

struct Customer {
  Goal goal;
  Agreeable principal;
  KeyPair key;
  std::string talk;  // "consumer open, brand link, ..."
  std::unique_ptr<Assistant> assistant;

  Customer(World& world, std::uint8_t seed, const std::string& goal_text,
           BrandConnection* line = nullptr)
      : goal(*Goal::parse(goal_text, "goal.yaml")),
        principal(seed, world.shop),
        key(std::move(*KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(seed + 100))))) {
    auto started = Assistant::start(
        {.directory = world.directory.path() / ("consumer-" + std::to_string(seed)),
         .goal = &goal,
         .files = {{"kettle.jpg", to_bytes("a photo")}},
         .brand = line != nullptr ? line : world.connection.get(),
         .principal = &principal,
         .key = &key,
         .on_message = [this](const Message& message) {
           if (!talk.empty()) talk += ", ";
           talk +=
               std::string(name(message.author.party)) + " " + std::string(name(message.verb()));
         }});
    if (!started) FAIL(describe(started.error()));
    assistant = std::move(*started);
  }
};

}  // namespace

TEST_CASE("a broken kettle is replaced, with a smaller credit than was asked", "[integration]") {
  World world;
  Customer ana(world, 1, kettle_goal());

  const auto case_id = ana.assistant->open();
  if (!case_id) FAIL(describe(case_id.error()));
  const auto ending = ana.assistant->run(*case_id, 20'000);
  if (!ending) FAIL(describe(ending.error()));

  INFO(ana.talk);
  CHECK(name(ending->kind) == "closed");
  CHECK(ending->outcome == "resolved_agreed");
  CHECK(world.shop.executed() == 2);
  CHECK(world.shop.repeated() == 0);
  CHECK(ana.principal.shown.find("EUR 5.00") != std::string::npos);
}

TEST_CASE("answers that are lost on the way change nothing", "[integration]") {
  World world;
  LossyBrand line(*world.connection);
  Customer ana(world, 1, kettle_goal(), &line);

  CHECK(ana.assistant->open().error().code == ErrorCode::network_failed);
  const auto cases = ana.assistant->cases();
  REQUIRE(cases.size() == 1);
  Result<Ending> ending = fail(ErrorCode::network_failed);
  for (int attempt = 0; attempt < 40 && !ending; ++attempt) {
    ending = ana.assistant->run(cases.front(), 20'000);
  }

  REQUIRE(ending);
  CHECK(ending->outcome == "resolved_agreed");
  CHECK(line.posts > 8);
  CHECK(world.shop.executed() == 2);
  CHECK(world.shop.repeated() == 0);
}

TEST_CASE("a person asked for in the first message is acknowledged at once", "[integration]") {
  World world;
  Customer ana(world, 1, kettle_goal() + "handoff: first\n");

  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);

  const HandoffState* handoff = ana.assistant->find_case(*case_id)->handoff();
  REQUIRE(handoff != nullptr);
  CHECK(handoff->stage == HandoffStage::queued);
  CHECK(handoff->queue.place == 1);
  CHECK_FALSE(handoff->queue.alternatives.empty());
  CHECK(ana.assistant->run(*case_id)->kind == Ending::Kind::with_a_person);
  CHECK(ana.talk.starts_with("consumer open, consumer link, brand handoff"));
}

TEST_CASE("what a machine must not decide goes to a person", "[integration]") {
  World world;
  const std::string goal =
      with(with(kettle_goal(), "goods_nonconformity.defective", "goods_nonconformity.safety"),
           "human_when: [{refused: any}", "human_when: [{refused: [no_such_reason]}");
  Customer ana(world, 1, goal);

  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  const auto ending = ana.assistant->run(*case_id, 20'000);

  INFO(ana.talk);
  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::with_a_person);
  CHECK(world.shop.executed() == 0);
  CHECK(ana.talk.find("brand propose") == std::string::npos);
}

TEST_CASE("an offer the person does not approve binds nobody", "[integration][negative]") {
  World world;
  Customer ana(world, 1, kettle_goal());
  ana.principal.agrees = false;

  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  const auto ending = ana.assistant->run(*case_id, 20'000);

  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::needs_principal);
  CHECK(ana.assistant->find_case(*case_id)->bindings().empty());
  CHECK(world.shop.executed() == 0);
  ana.principal.agrees = true;
  CHECK(ana.assistant->run(*case_id, 20'000)->outcome == "resolved_agreed");
}

TEST_CASE("what the principal has not seen is not said to have happened",
          "[integration][negative]") {
  World world;
  Customer ana(world, 1, kettle_goal());
  ana.principal.has_seen = false;
  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  const auto run = [&] { return *ana.assistant->run(*case_id, 20'000); };
  const auto says = [&](std::string_view what) { return ana.talk.find(what) != std::string::npos; };

  CHECK(eventually([&] { return run().outcome == "not_confirmed"; }));
  CHECK(run().kind == Ending::Kind::needs_principal);
  CHECK(run().waiting_for.is_zero());
  CHECK(ana.principal.asked.back().starts_with("Replacement: delivery of 1 x"));
  CHECK_FALSE(says("consumer confirm"));

  // It came; and nobody has taken the broken one yet.
  ana.principal.has_seen = true;
  REQUIRE(ana.assistant->carry_out(*case_id, ana.assistant->next(*case_id)));
  CHECK(says("consumer confirm"));
  ana.principal.has_seen = false;
  CHECK(run().outcome == "not_done");
  CHECK(ana.principal.asked.back().starts_with("You return"));
  CHECK_FALSE(says("consumer perform"));
  CHECK(ana.assistant->find_case(*case_id)->phase() != Phase::closed);

  ana.principal.has_seen = true;
  CHECK(run().outcome == "resolved_agreed");
}

TEST_CASE("both parties go on after a restart", "[integration]") {
  World world;
  auto ana = std::make_unique<Customer>(world, 1, kettle_goal());
  ana->principal.agrees = false;
  const auto case_id = ana->assistant->open();
  REQUIRE(case_id);
  REQUIRE(ana->assistant->run(*case_id, 20'000));
  ana.reset();
  world.endpoint.reset();
  world.start();

  Customer again(world, 1, kettle_goal());

  REQUIRE(again.assistant->cases().size() == 1);
  CHECK(again.assistant->run(*case_id, 20'000)->outcome == "resolved_agreed");
  CHECK(world.shop.executed() == 2);
}

TEST_CASE("a mandate taken back carries nothing more, but the way to a person", "[integration]") {
  World world;
  auto ana = std::make_unique<Customer>(world, 1, kettle_goal());
  ana->principal.agrees = false;
  const auto case_id = ana->assistant->open();
  REQUIRE(case_id);
  const auto waiting = ana->assistant->run(*case_id, 20'000);
  REQUIRE(waiting);
  REQUIRE(waiting->kind == Ending::Kind::needs_principal);

  const auto ended = ana->assistant->take_back_mandates();
  if (!ended) FAIL(describe(ended.error()));
  REQUIRE(ended->size() == 1);
  CHECK(ana->assistant->take_back_mandates()->empty());
  ana->principal.agrees = true;
  const auto code = [](const Status& status) {
    return status ? std::string("ok") : std::string(name(status.error().code));
  };
  CHECK(code(ana->assistant->accept(*case_id, waiting->waiting_for)) == "mandate_revoked");
  world.endpoint.reset();
  world.start();
  ana.reset();

  // Another start makes another mandate; what was agreed to be bad stays bad.
  Customer again(world, 1, kettle_goal());
  CHECK(again.assistant->run(*case_id, 20'000)->outcome == "resolved_agreed");
  CHECK(world.shop.executed() == 2);
  again.assistant.reset();
  world.endpoint->stop();
  const std::filesystem::path both[] = {world.directory.path() / "brand",
                                        world.directory.path() / "consumer-1"};
  const auto auditor = Auditor::open(both);
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  INFO(to_text(*report));
  CHECK(report->broken() == 0);
}

TEST_CASE("whoever lost its mandate can still ask for a person", "[integration]") {
  World world;
  Customer ana(world, 1, kettle_goal());
  ana.principal.agrees = false;
  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  REQUIRE(ana.assistant->run(*case_id, 20'000));
  REQUIRE(ana.assistant->take_back_mandates()->size() == 1);

  const Status asked = ana.assistant->ask_for_person(*case_id, "consumer_asked");

  if (!asked) FAIL(describe(asked.error()));
  const HandoffState* handoff = ana.assistant->find_case(*case_id)->handoff();
  REQUIRE(handoff != nullptr);
  CHECK(name(handoff->stage) == "async");
}

TEST_CASE("a stranger hears that there is no such case", "[integration][negative]") {
  World world;
  Customer ana(world, 1, kettle_goal());
  Customer mallory(world, 2, kettle_goal());
  const auto case_id = ana.assistant->open();
  const auto own = mallory.assistant->open();
  REQUIRE(case_id);
  REQUIRE(own);

  // Mallory's perfectly signed messages, sent to Ana's case and to one that does not exist.
  std::vector<int> statuses;
  CaseId unknown;
  unknown.bytes.fill(9);
  for (const CaseId& target : {*case_id, unknown}) {
    Parcel parcel;
    Message message{
        .environment = Environment::sandbox,
        .case_id = target,
        .prev = target,
        .sent_at_ms = world.clock.now_ms(),
        .admit_by_ms = world.clock.now_ms() + 60'000,
        .author = {Party::consumer, Actor::person, mallory.principal.public_key(), {}},
        .audience = {"did:web:kettle.example", Admission::admit<Card>(world.brand.card)->id()},
        .body = Leave{.reason = "consumer_asked"}};
    message.nonce.fill(7);
    message.act_id.fill(7);
    const KeyPair key = mallory.principal.key();
    parcel.envelopes.push_back(*sign(message, key));
    std::promise<int> status;
    world.endpoint->deliver(parcel, std::nullopt, 0,
                            [&](const EndpointAnswer& answer) { status.set_value(answer.status); });
    statuses.push_back(status.get_future().get());
  }
  CHECK(statuses == std::vector{404, 404});
  CHECK_FALSE(ana.assistant->find_case(*case_id)->consumer_left());
}

TEST_CASE("one act opens one case, however often it is signed and sent",
          "[integration][negative]") {
  World world;
  Agreeable bob(3, world.shop);
  const KeyPair key = bob.key();
  std::vector<std::future<EndpointAnswer>> answers;
  std::vector<std::promise<EndpointAnswer>> promises(20);
  std::set<MessageId> ids;
  for (std::size_t i = 0; i < promises.size(); ++i) {
    Message message{
        .environment = Environment::sandbox,
        .sent_at_ms = world.clock.now_ms(),
        .admit_by_ms = world.clock.now_ms() + 60'000,
        .author = {Party::consumer, Actor::person, key.public_key(), {}},
        .audience = {"did:web:kettle.example", Admission::admit<Card>(world.brand.card)->id()},
        .body = Open{.claims = {{.claim_id = 1,
                                 .category = "delivery",
                                 .code = "late",
                                 .basis = Basis::contract,
                                 .desired = {{.remedy = "voucher"}}}},
                     .jurisdiction = "es",
                     .language = "en"}};
    message.act_id.fill(7);
    message.nonce.fill(static_cast<std::uint8_t>(i));  // signed anew each time
    ids.insert(id_of(message));
    Parcel parcel;
    parcel.envelopes.push_back(*sign(message, key));
    answers.push_back(promises[i].get_future());
    world.endpoint->deliver(parcel, std::nullopt, 0, [&promises, i](const EndpointAnswer& answer) {
      promises[i].set_value(answer);
    });
  }
  CHECK(ids.size() == promises.size());
  for (auto& answer : answers) {
    const EndpointAnswer got = answer.get();
    CHECK(got.status == 200);
    CHECK_FALSE(got.parcel.receipts.empty());
  }
  std::size_t cases = 0;
  world.endpoint->inspect([&](const Ledger& ledger) { cases = ledger.store().cases()->size(); });
  CHECK(cases == 1);
}

TEST_CASE("over HTTPS, with an authority made for the afternoon", "[integration]") {
  World world;
  world.endpoint.reset();
  const auto made = make_test_authority({"kettle.example"}, world.clock.now_ms());
  REQUIRE(made);
  const auto file = [&](const char* name, const std::string& text) {
    const auto path = world.directory.path() / name;
    std::ofstream(path) << text;
    return path.string();
  };
  EndpointOptions options =
      kettle_endpoint(world.directory.path() / "brand", world.brand, world.shop);
  options.serve_http = true;
  options.server.certificate_file = file("chain.pem", made->certificate_pem);
  options.server.key_file = file("key.pem", made->key_pem);
  auto endpoint = Endpoint::start(std::move(options));
  REQUIRE(endpoint);
  const std::string port = std::to_string((*endpoint)->port());
  HttpBrand line({.url = "https://kettle.example:" + port,
                  .client = {.ca_file = file("ca.pem", made->ca_pem),
                             .allow_private = true,
                             .resolve = {"kettle.example:" + port + ":127.0.0.1"}}});
  Customer ana(world, 1, kettle_goal(), &line);

  const auto case_id = ana.assistant->open();
  REQUIRE(case_id);
  const auto ending = ana.assistant->run(*case_id, 20'000);

  REQUIRE(ending);
  CHECK(ending->outcome == "resolved_agreed");
}

TEST_CASE("anybody sees over HTTP that the log has grown, and nobody sees its entries",
          "[integration]") {
  World world;
  world.endpoint.reset();
  EndpointOptions options =
      kettle_endpoint(world.directory.path() / "brand", world.brand, world.shop);
  options.serve_http = true;
  auto endpoint = Endpoint::start(std::move(options));
  REQUIRE(endpoint);
  const std::string port = std::to_string((*endpoint)->port());
  HttpClient client({.allow_plain = true,
                     .allow_private = true,
                     .resolve = {"kettle.example:" + port + ":127.0.0.1"}});
  const auto get = [&](const std::string& path) {
    const auto answer = client.get("http://kettle.example:" + port + "/entente/v1/log/" + path);
    REQUIRE(answer);
    return *answer;
  };
  const auto key =
      *Vkey::make("kettle.example/log", SignatureType::ed25519, world.brand.log.public_key());
  const auto head = [&] { return verify_checkpoint(to_text(get("checkpoint").body), key)->head(); };

  const TreeHead before = head();
  LocalBrand line(**endpoint, world.brand.card);
  Customer ana(world, 1, kettle_goal(), &line);
  REQUIRE(ana.assistant->run(*ana.assistant->open(), 20'000));
  REQUIRE((*endpoint)->wait_idle(20'000));
  const TreeHead after = head();
  REQUIRE(before.size < after.size);
  REQUIRE(after.size < 100);

  const auto path_of = [](TileKind kind, std::uint64_t width) {
    return tile_path({kind, 0, 0, static_cast<unsigned>(width)});
  };
  const HttpResponse served = get(path_of(TileKind::hashes, after.size));
  CHECK(served.content_type == "application/octet-stream");
  CHECK(find_header(served.headers, "cache-control") == "public, max-age=31536000, immutable");
  const auto hashes = decode_hash_tile(served.body, static_cast<unsigned>(after.size));
  REQUIRE(hashes);
  MerkleTree tree;
  MemoryNodes nodes;
  for (const Digest& hash : *hashes) nodes.add(tree.append(hash));
  CHECK(tree.head() == after);
  CHECK(verify_consistency(before, after, *consistency_proof(nodes, before.size, after.size)));
  CHECK(get("checkpoint").content_type == "text/plain; charset=utf-8");
  CHECK(find_header(get("checkpoint").headers, "cache-control") == "no-cache");
  for (std::uint64_t width = 1; width <= after.size; ++width) {
    const Bytes part = get(path_of(TileKind::hashes, width)).body;
    CHECK(std::ranges::equal(part, ByteView(served.body).first(width * 32)));
    CHECK(get(path_of(TileKind::entries, width)).status == 404);
  }
  for (const std::string& none :
       {path_of(TileKind::hashes, after.size + 100), std::string("tile/0/000"),
        std::string("tile/0/000.p/0"), std::string("tile/00/000.p/1"), std::string("tile/0/0.p/1"),
        std::string("tile/1/000.p/1"), std::string("tile/0/000.p/1/"), std::string("tile/0"),
        std::string(), std::string("checkpoint/")}) {
    CAPTURE(none);
    CHECK(get(none).status == 404);
  }
}

TEST_CASE("outside sandbox an endpoint does not start without a desk", "[integration][negative]") {
  World world;
  world.endpoint.reset();
  Card card = **Admission::admit<Card>(world.brand.card);
  card.environment = Environment::production;
  EndpointOptions options =
      kettle_endpoint(world.directory.path() / "live", world.brand, world.shop);
  options.card = *sign(card, world.brand.root);
  options.policy = with(options.policy, "environment: sandbox", "environment: production");

  CHECK(Endpoint::start(options).error().code == ErrorCode::desk_required);
}
