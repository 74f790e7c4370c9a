// What a customer shows of a lost log is taken back only if that log has signed it.

#include <entente/audit/proof.h>
#include <entente/journal/content.h>
#include <entente/wire/admission.h>

#include <algorithm>

#include "catch.h"
#include "regain_scene.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

Receipt signed_by(const Receipt& receipt, const Signer& forger) {
  Proof proof = *decode_proof(receipt.proof);
  proof.checkpoint = *sign_checkpoint(*decode_unverified_checkpoint(proof.checkpoint), forger);
  return {receipt.leaf, receipt.salt, *encode_proof(proof)};
}

Receipt moved(const Receipt& receipt) {
  LogEntry leaf = *decode<LogEntry>(receipt.leaf);
  ++leaf.position;
  return {encode(leaf), receipt.salt, receipt.proof};
}

struct Attack {
  const char* what;
  ErrorCode code;
  std::function<void(Parcel&)> change;
};

// On what Ana shows; `bens` is what Ben shows of another case, `of_now` a receipt of the new log.
std::vector<Attack> attacks_on(const LostEndScene& scene, const Parcel& bens,
                               const Receipt& of_now) {
  const std::size_t lost = scene.all - scene.kept;
  return {
      {"words that nobody has signed", ErrorCode::not_found,
       [](Parcel& sent) { sent.envelopes.back().back() ^= 1; }},
      {"an end without its beginning", ErrorCode::unknown_prev,
       [lost](Parcel& sent) {
         sent.envelopes.erase(sent.envelopes.end() - static_cast<std::ptrdiff_t>(lost));
         sent.receipts.erase(sent.receipts.begin());
       }},
      {"words without a receipt that opens to them", ErrorCode::unknown_prev,
       [](Parcel& sent) { sent.receipts.front().salt[0] ^= 1; }},
      {"another position", ErrorCode::receipt_invalid,
       [](Parcel& sent) { sent.receipts.front() = moved(sent.receipts.front()); }},
      {"a receipt by another key", ErrorCode::receipt_invalid,
       [&](Parcel& sent) {
         sent.receipts.front() = signed_by(sent.receipts.front(), scene.world.second_key);
       }},
      {"a receipt of the log as it goes on", ErrorCode::receipt_invalid,
       [&](Parcel& sent) { sent.receipts.front() = of_now; }},
      {"another case", ErrorCode::receipt_invalid,
       [&](Parcel& sent) {
         sent.envelopes.push_back(bens.envelopes.back());
         sent.receipts.insert(sent.receipts.begin(), bens.receipts.back());
       }},
      {"a receipt of what was not lost", ErrorCode::receipt_invalid,
       [&](Parcel& sent) {
         sent.envelopes.insert(sent.envelopes.begin(), scene.opening);
         sent.receipts.push_back(scene.of_opening);
       }},
      {"receipts and nothing that was said", ErrorCode::not_found,
       [](Parcel& sent) { sent.envelopes.clear(); }},
  };
}

}  // namespace

TEST_CASE("a brand takes nothing back that its own log has not signed for this case",
          "[life][negative]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  LifeCustomer ben(world, 2);
  const auto bens_case = ben.assistant->open();
  REQUIRE(bens_case);
  ben.assistant.reset();
  world.lose_end(world.at("backup"));
  const Parcel bens = shown_by(ben, *bens_case);
  Receipt of_now;
  world.endpoint->inspect([&](const Ledger& ledger) {
    of_now = *ledger.receipt(ledger.entries_of(scene.case_id)->front());
  });
  for (const Attack& attack : attacks_on(scene, bens, of_now)) {
    INFO(attack.what);
    QuickLine line(world);
    line.change = attack.change;
    REQUIRE(scene.ana.start(&line));
    const Status shown = scene.ana.assistant->poll(scene.case_id, 0);
    REQUIRE_FALSE(shown);
    CHECK(name(shown.error().code) == name(attack.code));
    CHECK(messages_in(world, scene.case_id) == scene.kept);
  }
}

TEST_CASE("in whatever order it is shown, the receipts say where it stood, and once is enough",
          "[life]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  world.lose_end(world.at("backup"));
  Parcel shown;
  QuickLine line(world);
  line.change = [&](Parcel& sent) {
    std::ranges::reverse(sent.envelopes);
    std::ranges::reverse(sent.receipts);
    shown = sent;
  };
  REQUIRE(scene.ana.start(&line));
  must(scene.ana.assistant->poll(scene.case_id, 0));
  CHECK(messages_in(world, scene.case_id) == scene.all);
  REQUIRE(line.post(shown, scene.case_id, 0));
  CHECK(messages_in(world, scene.case_id) == scene.all);
  scene.ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), scene.ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a case that was lost as a whole begins with its own opening", "[life][negative]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  LifeCustomer ben(world, 2);
  const auto bens_case = ben.assistant->open();
  REQUIRE(bens_case);
  ben.assistant.reset();
  world.lose_end(world.at("empty"));
  const Parcel bens = shown_by(ben, *bens_case);
  QuickLine line(world);
  line.change = [&](Parcel& sent) {
    sent.envelopes.push_back(bens.envelopes.front());
    sent.receipts.insert(sent.receipts.begin(), bens.receipts.front());
  };
  REQUIRE(scene.ana.start(&line));
  CHECK(scene.ana.assistant->poll(scene.case_id, 0).error().code == ErrorCode::receipt_invalid);
  for (const CaseId& case_id : {scene.case_id, *bens_case}) {
    CHECK(messages_in(world, case_id) == 0);
  }
}

TEST_CASE("a brand takes back as far as nothing is missing", "[life][negative]") {
  LostEndScene scene;
  scene.world.lose_end(scene.world.at("backup"));
  QuickLine line(scene.world);
  line.change = [&](Parcel& sent) {
    sent.envelopes.erase(sent.envelopes.end() - 2);
    sent.receipts.erase(sent.receipts.end() - 2);
  };
  REQUIRE(scene.ana.start(&line));
  CHECK(scene.ana.assistant->poll(scene.case_id, 0).error().code == ErrorCode::unknown_prev);
  CHECK(messages_in(scene.world, scene.case_id) == scene.all - 2);
  // It still knows that there was more, and says nothing; not even after a restart.
  for (int starts = 0; starts < 2; ++starts) {
    CHECK(messages_in(scene.world, scene.case_id) == scene.all - 2);
    scene.world.stop();
    scene.world.start();
  }
  REQUIRE(scene.ana.start());
  must(scene.ana.assistant->poll(scene.case_id, 0));
  CHECK(messages_in(scene.world, scene.case_id) == scene.all);
}

TEST_CASE("a brand that lost nothing takes nothing back", "[life][negative]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  world.stop();
  copy_over(world.store(), world.at("whole"));
  const Bytes first_card = world.brand.card;
  world.start();
  world.lose_end(world.at("backup"));
  const Parcel shown = shown_by(scene.ana, scene.case_id);
  world.stop();

  EndpointOptions options = kettle_endpoint(world.at("whole"), world.brand, world.shop);
  options.card = first_card;
  auto whole = Endpoint::start(std::move(options));
  if (!whole) FAIL(describe(whole.error()));
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  (*whole)->inspect([&](const Ledger& ledger) { before = ledger.size(); });
  CHECK(LocalBrand(**whole, first_card).post(shown, scene.case_id, 0));
  (*whole)->inspect([&](const Ledger& ledger) { after = ledger.size(); });
  CHECK(after == before);
}

TEST_CASE("a brand takes nothing back from a key that it has revoked since", "[life][negative]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  world.stop();
  fs::remove(world.store() / "store.db");
  REQUIRE(bring_back(world.at("backup"), world.store(), first_log));
  std::uint64_t size = 0;
  {
    const auto ledger = world.roll_over();
    REQUIRE(ledger);
    size = (*ledger)->size();
  }
  const auto first = Admission::admit<Card>(world.brand.card);
  world.publish(next_log, world.brand.log);
  const auto named = Admission::admit<Card>(world.brand.card);
  Card next = **named;
  const std::uint64_t revoked_from = size + 8;
  next.keys.front().revoked_at_index = revoked_from;
  next.keys.push_back({.key = world.second_key.public_key(),
                       .purpose = KeyPurpose::message,
                       .custody = Custody::server});
  world.brand.card = *sign(next, world.brand.root);
  EndpointOptions options = kettle_endpoint(world.store(), world.brand, world.shop);
  options.log_key = world.log_key;
  options.message_key = &world.second_key;
  auto started = Endpoint::start(std::move(options));
  if (!started) FAIL(describe(started.error()));
  world.endpoint = std::move(*started);
  world.connection = std::make_unique<LocalBrand>(*world.endpoint, world.brand.card);

  // What she holds stood before that entry, in the log that was lost; by now it is written.
  LifeCustomer ben(world, 2);
  const auto bens_case = ben.assistant->open();
  REQUIRE(bens_case);
  REQUIRE(ben.assistant->run(*bens_case, 20'000));
  world.endpoint->inspect([&](const Ledger& ledger) { CHECK(ledger.size() > revoked_from); });
  REQUIRE(scene.ana.start());
  CHECK(scene.ana.assistant->poll(scene.case_id, 0).error().code == ErrorCode::key_revoked);
  CHECK(messages_in(world, scene.case_id) == scene.kept + 1);  // her own accept
}

TEST_CASE("a brand does not take back a case that it has erased", "[life][negative]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  world.stop();
  {
    auto ledger = *world.open_log();
    const ErasureRecord wish{.case_id = scene.case_id,
                             .classes = whole_case(),
                             .reason = "request",
                             .authority = "privacy officer",
                             .at_ms = SystemClock().now_ms(),
                             .effective_ms = SystemClock().now_ms()};
    REQUIRE(erase(*ledger, {&wish, 1}));
  }
  world.start();
  world.lose_end(world.at("empty"));
  QuickLine line(world);
  REQUIRE(scene.ana.start(&line));
  CHECK(scene.ana.assistant->poll(scene.case_id, 0).error().code == ErrorCode::not_found);
  CHECK(line.shown == 1);
}
