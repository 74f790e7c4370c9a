// A brand that lost the end of its log gets it back from those who hold it, case by case.

#include <entente/casefile/summary.h>
#include <entente/journal/lost_end.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "../../sdk/cli/record.h"
#include "catch.h"
#include "regain_scene.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

// Carries nothing out before it is let go.
class HeldShop final : public BackOffice {
 public:
  explicit HeldShop(KettleShop& shop) : shop_(shop) {}
  Result<std::vector<Fact>> facts(const FactsQuery& query) override { return shop_.facts(query); }
  Performance execute(const Order& order) override {
    released_.wait();
    return shop_.execute(order);
  }
  Performance lookup(const Digest& key) override { return shop_.lookup(key); }
  std::optional<std::string> find_account(const AccountProof& proof) override {
    return shop_.find_account(proof);
  }
  void deliver_code(const AccountProof& proof, std::string_view code) override {
    shop_.deliver_code(proof, code);
  }
  void release() { release_.set_value(); }

 private:
  KettleShop& shop_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
};

// Answers every look-up with this, once it is let go.
class LateShop final : public BackOffice {
 public:
  LateShop(KettleShop& shop, Performance::State answer) : shop_(shop), answer_(answer) {}
  Result<std::vector<Fact>> facts(const FactsQuery& query) override { return shop_.facts(query); }
  Performance execute(const Order& order) override { return shop_.execute(order); }
  Performance lookup(const Digest&) override {
    asked = true;
    released_.wait();
    return {.state = answer_};
  }
  std::optional<std::string> find_account(const AccountProof& proof) override {
    return shop_.find_account(proof);
  }
  void release() { release_.set_value(); }

  std::atomic<bool> asked = false;

 private:
  KettleShop& shop_;
  Performance::State answer_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
};

// What was agreed in Ana's case is not carried out before the shop is let go.
struct HeldScene {
  LifeWorld world;
  HeldShop held{world.shop};
  LifeCustomer ana = serve(*this);
  CaseId case_id = ana.halfway();

 private:
  static LifeCustomer serve(HeldScene& scene) {
    scene.world.stop();
    scene.world.office = &scene.held;
    scene.world.start();
    return {scene.world, 1};
  }
};

std::vector<std::int64_t> admission_times(const Case& casefile) {
  std::vector<std::int64_t> times;
  for (std::uint64_t at = 0; at < casefile.next_position(); ++at) {
    times.push_back(casefile.admitted_ms(at));
  }
  return times;
}

MessageId standing_offer(const Case& casefile) {
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.by == Party::brand && offer.status == OfferStatus::standing) return id;
  }
  FAIL("no offer stands");
  return {};
}

}  // namespace

TEST_CASE("a brand takes back from its customer what it lost of their case", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  const std::size_t kept = messages_in(world, case_id);
  must_back_up(world.store(), world.at("backup"));
  ana.finish(case_id);
  const std::string before = describe(*ana.assistant->find_case(case_id));
  const std::size_t all = messages_in(world, case_id);
  REQUIRE(all > kept + 2);
  const std::size_t paid = world.shop.executed();
  REQUIRE(paid > 0);
  ana.assistant.reset();

  world.lose_end(world.at("backup"));
  CHECK(messages_in(world, case_id) == kept);
  REQUIRE(ana.start());
  must(ana.assistant->poll(case_id, 0));
  CHECK(messages_in(world, case_id) == all);
  CHECK(describe(*ana.assistant->find_case(case_id)) == before);
  // What it took back it reads from its own log, and the conversation goes on behind it.
  world.stop();
  world.start();
  REQUIRE(ana.start());
  must(ana.assistant->ask_for_person(case_id, "another_question"));
  CHECK(ana.assistant->find_case(case_id)->next_position() > all);
  CHECK(world.shop.executed() == paid);
  CHECK(world.shop.repeated() == 0);
  const auto times = admission_times(*ana.assistant->find_case(case_id));
  ana.assistant.reset();
  world.stop();
  for (const fs::path& store : {world.store(), ana.home()}) {
    const auto shown = cli::PartyStore::open(store)->read(case_id);
    if (!shown) FAIL(describe(shown.error()));
    CHECK(admission_times(shown->casefile) == times);
  }

  const Report report = world.audit({world.store(), ana.home()}, world.first_trust());
  CHECK(broken_in(report) == Words{});
  CHECK(taken_back_in(report) == all - kept);
  CHECK(broken_in(world.audit({world.store()}, world.first_trust())) == Words{});
  CHECK(broken_in(world.audit({ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a phone that came back reads what the brand took back, as it was first", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  must_back_up(ana.home(), world.at("phone"));
  ana.finish(case_id);
  const std::string before = describe(*ana.assistant->find_case(case_id));
  ana.assistant.reset();
  world.lose_end(world.at("backup"));
  REQUIRE(ana.start());
  must(ana.assistant->poll(case_id, 0));
  ana.assistant.reset();

  fs::remove_all(ana.home());
  REQUIRE(bring_back(world.at("phone"), ana.home(), ana.did()));
  REQUIRE(Ledger::roll_over({.directory = ana.home(), .origin = ana.did()}, ana.key, world.entropy,
                            {.origin = ana.did() + "/2",
                             .next_key = &ana.key,
                             .reason = "restored",
                             .at_ms = SystemClock().now_ms()}));
  REQUIRE(ana.start());
  must(ana.assistant->poll(case_id, 0));
  CHECK(describe(*ana.assistant->find_case(case_id)) == before);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a brand takes back a case that it lost as a whole", "[life]") {
  LifeWorld world;
  must_back_up(world.store(), world.at("backup"));
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  const std::size_t all = messages_in(world, case_id);
  ana.assistant.reset();

  world.lose_end(world.at("backup"));
  REQUIRE(ana.start());
  ana.finish(case_id);
  ana.assistant.reset();
  world.stop();
  const Report report = world.audit({world.store(), ana.home()}, world.first_trust());
  CHECK(broken_in(report) == Words{});
  CHECK(taken_back_in(report) == all);
}

TEST_CASE("what a lost record says was paid is looked up before it is paid", "[life][money]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  // The accept has its receipt. That it was carried out has not been heard by anybody.
  const MessageId offer = standing_offer(*ana.assistant->find_case(case_id));
  must(ana.assistant->accept(case_id, offer));
  ana.assistant.reset();
  REQUIRE(world.endpoint->wait_idle(20'000));
  const std::size_t paid = world.shop.executed();
  REQUIRE(paid > 0);

  world.lose_end(world.at("backup"));
  REQUIRE(ana.start());
  ana.finish(case_id);
  CHECK(world.shop.executed() == paid);
  CHECK(world.shop.repeated() == 0);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a brand that lost the end of its log says nothing before it has heard how far it was",
          "[life][money]") {
  HeldScene scene;
  auto& [world, held, ana, case_id] = scene;
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  must(ana.assistant->accept(case_id, standing_offer(*ana.assistant->find_case(case_id))));
  must_back_up(world.store(), world.at("backup"));
  const std::size_t kept = messages_in(world, case_id);
  held.release();
  REQUIRE(ana.start());
  ana.finish(case_id);
  const std::size_t all = messages_in(world, case_id);
  REQUIRE(all > kept);
  const std::size_t paid = world.shop.executed();
  ana.assistant.reset();

  // The brand finds a term that was begun, and its shop says that it is done: a thing to report.
  world.lose_end(world.at("backup"));
  CHECK(world.endpoint->wait_idle(20'000));
  CHECK(messages_in(world, case_id) == kept);
  REQUIRE(ana.start());
  must(ana.assistant->poll(case_id, 0));
  CHECK(messages_in(world, case_id) == all);
  CHECK(world.shop.executed() == paid);
  CHECK(world.shop.repeated() == 0);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("what came of a term while the brand waited to hear is told as soon as it may be",
          "[life][money]") {
  HeldScene scene;
  auto& [world, held, ana, case_id] = scene;
  must_back_up(world.store(), world.at("backup"));
  must(ana.assistant->say(case_id, {.body = Inform{.text = 0},
                                    .added = {{PartClass::prose, "text/plain", to_bytes("hm")}}}));
  ana.assistant.reset();
  world.lose_end(world.at("backup"));
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  must(ana.assistant->poll(case_id, 0));
  must(ana.assistant->accept(case_id, standing_offer(*ana.assistant->find_case(case_id))));
  const std::size_t said = messages_in(world, case_id);
  line.reads_after = 1'000;  // there is more, if one believes that
  must(ana.assistant->poll(case_id, 0));
  held.release();
  REQUIRE(world.endpoint->wait_idle(20'000));
  CHECK(world.shop.executed() == 2);
  CHECK(messages_in(world, case_id) == said);
  line.reads_after.reset();
  ana.finish(case_id);
  CHECK(world.shop.executed() == 2);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

// The brand hears of too few messages first, asks its back office, and is then shown the rest.
TEST_CASE("what was shown to be done is not done again, whatever a look-up says later",
          "[life][money]") {
  const auto answer = GENERATE(Performance::State::absent, Performance::State::done,
                               Performance::State::failed, Performance::State::unknown);
  HeldScene scene;
  auto& [world, held, ana, case_id] = scene;
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  must(ana.assistant->accept(case_id, standing_offer(*ana.assistant->find_case(case_id))));
  must_back_up(world.store(), world.at("backup"));
  const std::size_t kept = messages_in(world, case_id);
  held.release();
  REQUIRE(ana.start());
  ana.finish(case_id);
  const std::size_t paid = world.shop.executed();
  ana.assistant.reset();

  LateShop late(world.shop, answer);
  world.office = &late;
  world.lose_end(world.at("backup"));
  const Parcel rest = shown_by(ana, case_id);
  REQUIRE(ana.start(&line));
  line.reads_after = kept;
  must(ana.assistant->poll(case_id, 0));
  for (int i = 0; i < 500 && !late.asked; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(late.asked);
  REQUIRE(world.connection->post(rest, case_id, 0));
  CHECK(messages_in(world, case_id) > kept);
  late.release();
  REQUIRE(world.endpoint->wait_idle(20'000));
  CHECK(world.shop.executed() == paid);
  CHECK(world.shop.repeated() == 0);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a brand waits a day to hear how far it was, and then goes on", "[life][money]") {
  HeldScene scene;
  auto& [world, held, ana, case_id] = scene;
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  must(ana.assistant->accept(case_id, standing_offer(*ana.assistant->find_case(case_id))));
  must_back_up(world.store(), world.at("backup"));
  const std::size_t kept = messages_in(world, case_id);
  ana.assistant.reset();
  held.release();
  REQUIRE(world.endpoint->wait_idle(20'000));
  world.lose_end(world.at("backup"));
  CHECK(world.endpoint->wait_idle(20'000));
  world.stop();
  world.later_ms = lost_end_wait_ms - 60'000;
  world.start();
  CHECK(world.endpoint->wait_idle(20'000));
  CHECK(messages_in(world, case_id) == kept);
  world.later_ms = lost_end_wait_ms;
  CHECK(comes_to(world, case_id, kept + 1));
}

TEST_CASE("a long end is taken back a parcel at a time, and nothing is said in between",
          "[life][money]") {
  HeldScene scene;
  auto& [world, held, ana, case_id] = scene;
  must_back_up(world.store(), world.at("backup"));
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  must(ana.assistant->accept(case_id, standing_offer(*ana.assistant->find_case(case_id))));
  for (int i = 0; i < 20; ++i) {
    const Speech note{.body = Inform{.text = 0},
                      .added = {{PartClass::prose, "text/plain", to_bytes("it drips")}}};
    must(ana.assistant->say(case_id, note));
  }
  held.release();  // what is told of it stands behind all that
  REQUIRE(ana.start());
  ana.finish(case_id);
  const std::size_t all = messages_in(world, case_id);
  ana.assistant.reset();

  world.lose_end(world.at("backup"));
  QuickLine again(world);
  REQUIRE(ana.start(&again));
  must(ana.assistant->poll(case_id, 0));
  CHECK(again.shown == 2);
  CHECK(messages_in(world, case_id) == all);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("what was accepted in time stays so, however late it is taken back", "[life]") {
  constexpr std::int64_t day_ms = 86'400'000;
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  QuickLine line(world);
  REQUIRE(ana.start(&line));
  must(ana.assistant->accept(case_id, standing_offer(*ana.assistant->find_case(case_id))));
  REQUIRE(ana.start());
  ana.finish(case_id);
  const std::size_t all = messages_in(world, case_id);
  ana.assistant.reset();

  world.later_ms = 10 * day_ms;  // the offer was good for three
  world.lose_end(world.at("backup"));
  for (int starts = 0; starts < 2; ++starts) {
    REQUIRE(ana.start());
    must(ana.assistant->poll(case_id, 0));
    CHECK(messages_in(world, case_id) == all);
    CHECK(ana.assistant->find_case(case_id)->bindings().size() == 1);
    ana.assistant.reset();
    world.stop();
    world.start();
  }
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("an accept that was told to come back is in time, though the brand lost that it was",
          "[life]") {
  for (const bool is_admitted : {true, false}) {
    INFO((is_admitted ? "admitted before the loss" : "sent again after it"));
    LifeWorld world;
    LifeCustomer ana(world, 1);
    const CaseId case_id = ana.halfway();
    must_back_up(world.store(), world.at("backup"));
    const MessageId offer = standing_offer(*ana.assistant->find_case(case_id));
    const std::int64_t end_ms =
        ana.assistant->find_case(case_id)->offers().at(offer).valid_until_ms;
    ana.assistant.reset();
    world.stop();
    world.load.messages_per_key = {.per_minute = 2, .burst = 3};
    world.later_ms = end_ms + limits::offer_grace_ms - 40'000 - SystemClock().now_ms();
    world.start();
    QuickLine line(world);
    REQUIRE(ana.start(&line));
    for (int i = 0; i < 4; ++i) {  // until nothing more is taken of her
      if (!ana.assistant->say(case_id, {.body = Inform{}})) break;
    }
    const Status told = ana.assistant->accept(case_id, offer);
    REQUIRE_FALSE(told);
    REQUIRE(told.error().code == ErrorCode::busy);
    world.later_ms = world.later_ms + 62'000;  // too late, but for that
    world.load = {};
    if (is_admitted) {
      must(ana.assistant->resume(case_id));
      REQUIRE(ana.assistant->find_case(case_id)->bindings().size() == 1);
    }
    ana.assistant.reset();

    world.lose_end(world.at("backup"));
    REQUIRE(ana.start());
    must(ana.assistant->resume(case_id));
    CHECK(ana.assistant->find_case(case_id)->bindings().size() == 1);
    ana.finish(case_id);
    ana.assistant.reset();
    world.stop();
    CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
  }
}

TEST_CASE("an assistant that only waits shows the brand first what it lost", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  must(ana.assistant->ask_for_person(case_id, "consumer_asked"));
  const std::size_t all = messages_in(world, case_id);
  ana.assistant.reset();
  world.lose_end(world.at("backup"));
  CHECK(messages_in(world, case_id) < all);
  REQUIRE(ana.start());
  ana.principal.agrees = false;
  REQUIRE(ana.assistant->run(case_id, 20'000));
  CHECK(messages_in(world, case_id) == all);
}

TEST_CASE("what was taken back is exported and erased like anything else", "[life]") {
  LostEndScene scene;
  LifeWorld& world = scene.world;
  world.lose_end(world.at("backup"));
  REQUIRE(scene.ana.start());
  must(scene.ana.assistant->poll(scene.case_id, 0));
  scene.ana.assistant.reset();
  world.stop();
  must(export_log(world.store(), world.at("export"), {.log_key = &world.brand.log}));
  const Report exported = world.audit({world.at("export")}, world.first_trust());
  CHECK(broken_in(exported) == Words{});
  CHECK(taken_back_in(exported) == scene.all - scene.kept);
  {
    auto ledger = *Ledger::open(
        {.directory = world.store(), .origin = next_log, .spool_bytes = std::size_t{4} << 20},
        world.brand.log, world.entropy);
    const ErasureRecord wish{.case_id = scene.case_id,
                             .classes = whole_case(),
                             .reason = "request",
                             .authority = "privacy officer",
                             .at_ms = SystemClock().now_ms(),
                             .effective_ms = SystemClock().now_ms()};
    REQUIRE(erase(*ledger, {&wish, 1}));
    CHECK(ledger->store().receipts_of(scene.case_id)->empty());
  }
  world.start();
  world.stop();
  CHECK(broken_in(world.audit({world.store()}, world.first_trust())) == Words{});
}
