// A brand whose log is watched: witnesses over HTTP who sign, who cannot be reached, and who have
// seen another history; and auditors who read its entries.

#include <entente/agent/brand_connection.h>
#include <entente/agent/witness_site.h>
#include <entente/audit/tiles.h>
#include <entente/auditor.h>
#include <entente/desk/desk.h>
#include <entente/journal/content.h>
#include <entente/transport/client.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/envelope.h>
#include <entente/wire/log_life.h>

#include "catch.h"
#include "faulty_disk.h"
#include "shared_data.h"
#include "watched_brand.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

// One witness as `entente witness serve` runs it.
struct WatcherOnline {
  TemporaryDirectory directory;
  SystemClock clock;
  KeyPair key;
  Vkey vkey;
  std::optional<WitnessSite> site;
  std::optional<HttpServer> server;
  std::atomic<int> asked = 0;
  std::uint16_t port = 0;

  WatcherOnline(std::uint8_t seed, const Vkey& log)
      : key(key_of(seed)),
        vkey(*Vkey::make("w" + std::to_string(seed) + ".example", SignatureType::cosignature_v1,
                         key.public_key())) {
    site.emplace(std::move(*Witness::open({.directory = directory.path(),
                                           .name = vkey.name(),
                                           .key = &key,
                                           .logs = {log},
                                           .clock = &clock})));
    listen();
  }
  ~WatcherOnline() { stop(); }
  void listen() {
    server.emplace(HttpServerOptions{.port = port},
                   [this](const HttpRequest& request, const HttpReply& reply) {
                     ++asked;
                     site->serve(request.path, request, reply);
                   });
    REQUIRE(server->start());
    port = server->port();
  }
  void stop() {
    if (server) server->stop();
    server.reset();
  }
  WitnessPeer peer() const {
    return {.key = vkey, .url = "http://127.0.0.1:" + std::to_string(port)};
  }
  std::uint64_t size() const {
    HttpClient client({.allow_plain = true, .allow_private = true});
    const auto answer =
        client.get(peer().url + "/" + witnessed_log_name("kettle.example/log") + "/checkpoint");
    if (!answer || answer->status != 200) return 0;
    return decode_unverified_checkpoint(to_text(answer->body))->size;
  }
};

}  // namespace

TEST_CASE("witnesses cosign what a brand has logged, and everybody sees their lines",
          "[integration][witness]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  WatcherOnline two(42, kettle.log);
  kettle.options.witnesses = {one.peer(), two.peer()};
  kettle.start();
  const std::vector<Vkey> keys = {one.vkey, two.vkey};
  std::uint64_t last = 0;
  for (int round = 0; round < 3; ++round) {
    kettle.grow();
    const std::uint64_t grown = kettle.news_end();
    REQUIRE(comes_true([&] {
      const CosignedCheckpoint seen = kettle.published(keys);
      return seen.checkpoint.size >= grown && seen.cosignatures.size() == 2;
    }));
    CHECK(kettle.published(keys).checkpoint.size >= last);
    last = kettle.published(keys).checkpoint.size;
    CHECK(comes_true([&] { return one.size() == two.size(); }));  // one is asked first
  }
  CHECK(kettle.told.empty());
  kettle.stop();

  // The log says it too, to whoever reads it whole.
  Trust trust = *Trust::in_log(kettle.log.encode());
  trust.take(*WitnessPolicy::parse("witness one " + one.vkey.encode() + "\nwitness two " +
                                   two.vkey.encode() + "\ngroup q all one two\nquorum q\n"));
  const auto report =
      Auditor::open(std::vector{kettle.options.directory}, {.trust = trust})->replay();
  REQUIRE(report);
  INFO(to_text(*report));
  CHECK(report->broken() == 0);
  CHECK(report->logs[0].grade == Grade::witnessed);
  CHECK(report->logs[0].witnesses.size() == 2);
  CHECK(report->count_of(Rule::log_witnessed, Judgement::holds) == 1);
}

TEST_CASE("evidence of a case carries the word of the witnesses who saw all of it",
          "[integration][witness]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  WatcherOnline two(42, kettle.log);
  kettle.options.witnesses = {one.peer(), two.peer()};
  kettle.start();
  kettle.grow();
  const std::uint64_t grown = kettle.news_end();
  const std::vector<Vkey> keys = {one.vkey, two.vkey};
  REQUIRE(comes_true([&] {
    const CosignedCheckpoint seen = kettle.published(keys);
    return seen.checkpoint.size >= grown && seen.cosignatures.size() == 2;
  }));
  two.stop();
  kettle.grow();  // another customer, whom one of them has witnessed
  const std::uint64_t grown_again = kettle.news_end();
  REQUIRE(comes_true([&] {
    const CosignedCheckpoint seen = kettle.published(keys);
    return seen.checkpoint.size >= grown_again && seen.cosignatures.size() == 1;
  }));
  one.stop();
  kettle.grow();  // and one whom nobody has
  kettle.stop();
  const auto brand = std::vector{kettle.options.directory};
  const auto cases = Auditor::open(brand)->replay()->cases;
  REQUIRE(cases.size() == 3);

  Trust trust = *Trust::in_log(kettle.log.encode());
  trust.take(*WitnessPolicy::parse("witness one " + one.vkey.encode() + "\nwitness two " +
                                   two.vkey.encode() + "\ngroup q all one two\nquorum q\n"));
  std::vector<std::size_t> witnesses;
  for (const CaseSummary& each : cases) {
    const auto file = kettle.directory.path() / (to_hex(each.case_id) + ".json");
    REQUIRE(export_evidence(kettle.options.directory, to_hex(each.case_id), file,
                            {.log_key = &kettle.brand.log}));
    const auto report = Auditor::open(std::vector{file}, {.trust = trust})->replay();
    REQUIRE(report);
    INFO(to_text(*report));
    const bool is_witnessed = report->logs[0].grade == Grade::witnessed;
    CHECK((report->logs[0].witnesses.size() == 2) == is_witnessed);
    CHECK(report->count_of(Rule::log_witnessed, Judgement::holds) == (is_witnessed ? 1 : 0));
    CHECK(report->broken() == (is_witnessed ? 0 : 1));  // the quorum that the auditor wants
    CHECK(report->count_of(Rule::log_root, Judgement::broken) == 0);
    witnesses.push_back(report->logs[0].witnesses.size());
    if (!is_witnessed) continue;
    // The owner's key adds nothing to it, and a witness whom nobody believes gives no grade.
    const auto unsigned_file = kettle.directory.path() / "again.json";
    REQUIRE(export_evidence(kettle.options.directory, to_hex(each.case_id), unsigned_file));
    CHECK(read_file(unsigned_file) == read_file(file));
    const Trust log_alone = *Trust::in_log(kettle.log.encode());
    CHECK(Auditor::open(std::vector{file}, {.trust = log_alone})->replay()->logs[0].grade ==
          Grade::receipted);
  }
  std::ranges::sort(witnesses);
  CHECK(witnesses == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a log that grew by its cosignatures alone is left in peace", "[integration][witness]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  kettle.options.witnesses = {one.peer()};
  kettle.start();
  kettle.grow();
  REQUIRE(comes_true([&] { return one.size() >= 5; }));
  const auto is_quiet = [&] {
    const int asked = one.asked;
    const std::uint64_t size = kettle.size();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // 25 rounds
    return one.asked == asked && kettle.size() == size;
  };
  CHECK(comes_true(is_quiet));
  CHECK(kettle.kinds().back() == EntryKind::cosignature);
  // Nor after a restart.
  const std::size_t before = kettle.cosignatures();
  kettle.stop();
  kettle.start();
  CHECK(kettle.published({&one.vkey, 1}).cosignatures.size() == 1);
  CHECK(comes_true(is_quiet));
  CHECK(kettle.cosignatures() == before);
  kettle.grow();
  CHECK(comes_true([&] { return kettle.cosignatures() > before; }));
}

TEST_CASE("a witness that cannot be reached holds up nobody, and its operator hears it once",
          "[integration][witness]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  WatcherOnline gone(42, kettle.log);
  gone.stop();
  kettle.options.witnesses = {gone.peer(), one.peer()};
  kettle.start();
  kettle.grow();
  const std::vector<Vkey> keys = {one.vkey, gone.vkey};
  CHECK(comes_true([&] { return kettle.published(keys).cosignatures.size() == 1; }));
  CHECK(comes_true([&] { return kettle.was_told("witness w42.example: network_failed"); }));
  kettle.grow();
  CHECK(comes_true([&] { return kettle.published(keys).checkpoint.size > 5; }));
  {
    const std::scoped_lock lock(kettle.mutex);
    CHECK(kettle.told.size() == 1);
  }
  kettle.stop();
  gone.listen();
  kettle.start();
  CHECK(comes_true([&] { return kettle.published(keys).cosignatures.size() == 2; }));
}

TEST_CASE("what a log shows to everybody gets no smaller by a restart", "[integration][witness]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  kettle.options.witnesses = {one.peer()};
  kettle.start();
  kettle.grow();
  const std::vector<Vkey> keys = {one.vkey};
  REQUIRE(comes_true([&] { return kettle.published(keys).cosignatures.size() == 1; }));
  kettle.stop();
  const auto watched = std::exchange(kettle.options.witnesses, {});
  kettle.start();
  kettle.grow();
  const std::uint64_t shown = kettle.published(keys).checkpoint.size;
  kettle.stop();

  one.stop();
  kettle.options.witnesses = watched;
  kettle.start();
  CHECK(kettle.published(keys).checkpoint.size >= shown);
  kettle.stop();
  one.listen();
  kettle.start();
  CHECK(comes_true([&] { return kettle.published(keys).cosignatures.size() == 1; }));
  CHECK(kettle.published(keys).checkpoint.size >= shown);
}

TEST_CASE("a witness that has seen more, or another history, is believed and told of",
          "[integration][witness][negative]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  kettle.options.witnesses = {one.peer()};
  kettle.start();
  kettle.grow();
  REQUIRE(comes_true([&] { return one.size() >= 5; }));
  kettle.stop();
  const std::uint64_t cosigned = one.size();
  // The brand begins anew: the same key, and another history.
  fs::remove_all(kettle.options.directory);
  kettle.start();
  CHECK(comes_true([&] { return kettle.was_told("log_forked: has cosigned "); }));
  CHECK(kettle.was_told("an old backup was restored here"));
  CHECK(kettle.cosignatures() == 0);
  while (kettle.size() <= cosigned) kettle.grow();
  kettle.stop();
  kettle.start();
  CHECK(comes_true([&] { return kettle.was_told("has cosigned another history of this log"); }));
  CHECK(kettle.cosignatures() == 0);
  CHECK(one.size() == cosigned);
}

TEST_CASE("only the key that was configured makes a cosignature", "[integration][negative]") {
  WatchedBrand kettle;
  WatcherOnline one(41, kettle.log);
  WatcherOnline stranger(42, kettle.log);
  // At the address of one, by the name of one, stands somebody else's key.
  const Vkey other =
      *Vkey::make(one.vkey.name(), SignatureType::cosignature_v1, key_of(77).public_key());
  // And at a third, what the right key has signed of another checkpoint.
  HttpServer parrot({}, [&](const HttpRequest&, const HttpReply& reply) {
    const Checkpoint empty{"kettle.example/log", 0, empty_root()};
    reply.send({.body = to_bytes(*cosign_checkpoint(empty, one.vkey.name(), one.key, 1))});
  });
  REQUIRE(parrot.start());
  kettle.options.witnesses = {
      {.key = other, .url = one.peer().url},
      {.key = one.vkey, .url = stranger.peer().url},
      {.key = one.vkey, .url = "http://127.0.0.1:" + std::to_string(parrot.port()) + "/"}};
  kettle.start();
  kettle.grow();
  CHECK(comes_true([&] { return kettle.was_told("gave a cosignature that does not hold"); }));
  CHECK(comes_true([&] { return kettle.was_told("no cosignature by the key of the witness"); }));
  CHECK(comes_true([&] { return one.asked > 0 && stranger.asked > 0; }));
  CHECK(kettle.cosignatures() == 0);
  kettle.stop();
  parrot.stop();
}

TEST_CASE("a brand watches the logs that it is told to, below its own address",
          "[integration][witness]") {
  WatchedBrand kettle;
  const KeyPair cosign = key_of(60);
  const KeyPair pot = key_of(61);
  const Vkey pot_log = *Vkey::make("pot.example/log", SignatureType::ed25519, pot.public_key());
  kettle.options.witness_for = {pot_log};
  CHECK(Endpoint::start(kettle.options).error().code == ErrorCode::config_invalid);
  kettle.options.cosign_key = &cosign;
  kettle.start();
  HttpClient client({.allow_plain = true, .allow_private = true});
  const std::string url =
      "http://127.0.0.1:" + std::to_string(kettle.endpoint->port()) + "/entente/v1/witness";
  const std::string note = *sign_checkpoint({"pot.example/log", 0, empty_root()}, pot);
  const auto answer = client.post(url + "/add-checkpoint", "text/plain",
                                  to_bytes(*encode_witness_request({.note = note})));
  REQUIRE(answer);
  CHECK(answer->status == 200);
  const Vkey witness =
      *Vkey::make("kettle.example", SignatureType::cosignature_v1, cosign.public_key());
  CHECK(verify_cosigned_checkpoint(note + to_text(answer->body), pot_log, {&witness, 1}));
  const auto kept = client.get(url + "/" + witnessed_log_name("pot.example/log") + "/checkpoint");
  CHECK(kept->status == 200);
  CHECK(client.post(url + "/add-checkpoint", "text/plain", to_bytes("old"))->status == 400);
  CHECK(client.get(url + "/add-checkpoint")->status == 405);
  CHECK(client.get(url + "/checkpoint")->status == 404);
  kettle.stop();
  kettle.options.witness_for = {};
  kettle.start();
  const std::string port = std::to_string(kettle.endpoint->port());
  CHECK(client.get("http://127.0.0.1:" + port + "/entente/v1/witness/x/checkpoint")->status == 404);
}

namespace {

constexpr const char* bundle_path = "/entente/v1/log/tile/entries/000.p/2";

// An auditor, and reads that are wrong in one way.
struct Reader {
  std::uint8_t seed = 70;  // of the key that signs
  Read read{.key = key_of(70).public_key(),
            .audience = "did:web:kettle.example",
            .environment = Environment::sandbox,
            .method = "GET",
            .path = bundle_path,
            .expires_ms = SystemClock().now_ms() + 60'000};

  HttpResponse ask(const WatchedBrand& kettle, const std::string& path = bundle_path) const {
    return kettle.get(path, {{"authorization", "Entente " + to_base64(*sign(read, key_of(seed)))}});
  }
};

}  // namespace

TEST_CASE("auditors whom a brand has named read its entries, and each read is on record first",
          "[integration][access]") {
  WatchedBrand kettle;
  const Reader auditor;
  kettle.options.auditors = {auditor.read.key};
  kettle.start();
  kettle.grow();
  const HttpResponse answer = auditor.ask(kettle);
  REQUIRE(answer.status == 200);
  const auto leaves = decode_entry_bundle(answer.body, 2);
  REQUIRE(leaves);
  kettle.endpoint->inspect([&](const Ledger& ledger) {
    for (std::uint64_t i = 0; i < 2; ++i) {
      CHECK(ledger.store().read_entry(i)->leaf == (*leaves)[i]);
    }
    const auto last = ledger.read(ledger.size() - 1);
    REQUIRE(last->leaf.kind == EntryKind::access);
    const auto access = decode<AccessRecord>(last->content);
    CHECK(access->reader == to_did_key(auditor.read.key));
    CHECK(access->path == bundle_path);
  });
  // Nobody may pass it on, and a width that the log has not is nowhere.
  CHECK(find_header(answer.headers, "cache-control") == "private, no-store");
  Reader beyond = auditor;
  beyond.read.path = "/entente/v1/log/tile/entries/000.p/255";
  CHECK(beyond.ask(kettle, beyond.read.path).status == 404);
}

TEST_CASE("entries are nowhere for everybody else, and nothing is on record of it",
          "[integration][access][negative]") {
  WatchedBrand kettle;
  const Reader auditor;
  kettle.options.auditors = {auditor.read.key};
  kettle.start();
  kettle.grow();
  const std::uint64_t before = kettle.size();
  CHECK(kettle.get(bundle_path).status == 404);
  CHECK(kettle.get(bundle_path, {{"authorization", "Entente bm9uZQ=="}}).status == 404);
  const std::pair<const char*, void (*)(Reader&)> wrongs[] = {
      {"stranger",
       [](Reader& reader) {
         reader.seed = 71;
         reader.read.key = key_of(71).public_key();
       }},
      {"signed by another", [](Reader& reader) { reader.seed = 71; }},
      {"other path",
       [](Reader& reader) { reader.read.path = "/entente/v1/log/tile/entries/000.p/3"; }},
      {"other method", [](Reader& reader) { reader.read.method = "POST"; }},
      {"other brand", [](Reader& reader) { reader.read.audience = "did:web:pot.example"; }},
      {"other environment",
       [](Reader& reader) { reader.read.environment = Environment::production; }},
      {"expired", [](Reader& reader) { reader.read.expires_ms = SystemClock().now_ms() - 1; }},
      {"for ever", [](Reader& reader) { reader.read.expires_ms += 86'400'000; }},
  };
  for (const auto& [name, make_wrong] : wrongs) {
    CAPTURE(name);
    Reader reader = auditor;
    make_wrong(reader);
    const HttpResponse answer = reader.ask(kettle);
    CHECK(answer.status == 404);
    CHECK(to_text(answer.body) == "not_found");
  }
  CHECK(kettle.size() == before);
  CHECK(auditor.ask(kettle).status == 200);
  // Hashes are for anybody, as ever.
  CHECK(kettle.get("/entente/v1/log/tile/0/000.p/2").status == 200);
}

TEST_CASE("while nothing can be put on record, nobody reads an entry",
          "[integration][access][negative]") {
  WatchedBrand kettle;
  const Reader auditor;
  kettle.options.auditors = {auditor.read.key};
  FaultyDisk disk(kettle.options.directory);
  kettle.start();
  kettle.grow();
  REQUIRE(auditor.ask(kettle).status == 200);
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  for (int i = 0; i < 3; ++i) CHECK(auditor.ask(kettle).status == 503);
  disk.heal();
  CHECK(comes_true([&] { return auditor.ask(kettle).status == 200; }));
}

TEST_CASE("in production a log that nobody watches is told of at every start",
          "[integration][witness]") {
  for (const Environment environment : {Environment::sandbox, Environment::production}) {
    for (const bool is_watched : {false, true}) {
      WatchedBrand kettle;
      Card card = **Admission::admit<Card>(kettle.brand.card);
      card.environment = environment;
      kettle.brand.card = kettle.options.card = *sign(card, kettle.brand.root);
      const std::string sandbox = "environment: sandbox";
      const std::size_t at = kettle.options.policy.find(sandbox);
      REQUIRE(at != std::string::npos);
      kettle.options.policy.replace(at, sandbox.size(),
                                    "environment: " + std::string(name(environment)));
      QueueDesk desk(QueueDeskOptions{.human = card.human});
      kettle.options.desk = &desk;
      WatcherOnline one(41, kettle.log);
      if (is_watched) kettle.options.witnesses = {one.peer()};
      std::vector<std::string> events;
      kettle.options.on_event = [&](std::string_view line) { events.emplace_back(line); };
      kettle.start();
      const bool is_due = environment == Environment::production && !is_watched;
      CHECK(kettle.was_told("no witness is configured") == is_due);
      kettle.stop();
      CHECK(std::ranges::any_of(events, [](const std::string& line) {
              return line.find("no witness is configured") != std::string::npos;
            }) == is_due);
    }
  }
}
