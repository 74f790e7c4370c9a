// What the endpoint says while its log cannot be written, and what of it stands in the log after.

#include <entente/agent/freeze.h>
#include <entente/agent/inbox.h>
#include <entente/crypto/hash.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>
#include <sys/mount.h>

#include <fstream>
#include <future>
#include <iostream>

#include "outage_scene.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

void give_order(Scene& scene, bool frozen, std::string_view reason) {
  REQUIRE(write_freeze_order(scene.brand_store(), {.frozen = frozen,
                                                   .order = sha256(view(reason)),
                                                   .by = "ops",
                                                   .reason = std::string(reason),
                                                   .at_ms = scene.clock.now_ms()}));
}

}  // namespace

TEST_CASE("a person asked for while the disk fails is acknowledged, and logged at that time",
          "[outage]") {
  for (const Fault fault : {Fault::no_space, Fault::io_error, Fault::sync_drops}) {
    Scene scene;
    FaultyDisk disk(scene.brand_store());
    scene.open_doors();
    scene.invite_customer();
    const CaseId case_id = scene.negotiate();

    disk.fail_now(fault, Lasting::until_healed);
    const Status asked = scene.customer->ask_for_person(case_id, "consumer_asked");
    INFO(name(fault));
    REQUIRE_FALSE(asked);
    CHECK(asked.error().code == ErrorCode::busy);
    REQUIRE(scene.words().size() == 1);
    const Refusal word = scene.words().front();
    CHECK(word.unlogged);
    CHECK(word.case_id == case_id);
    CHECK(scene.endpoint->trouble());

    // The same bytes again get the same word.
    CHECK_FALSE(scene.customer->resume(case_id));
    REQUIRE(scene.words().size() == 1);
    CHECK(scene.words().front() == word);

    disk.heal();
    REQUIRE(scene.recovers());
    REQUIRE(scene.customer->resume(case_id));
    const Case& casefile = *scene.customer->find_case(case_id);
    REQUIRE(casefile.handoff() != nullptr);
    CHECK(casefile.handoff()->stage == HandoffStage::queued);
    CHECK(admitted_ms(casefile, word.message) == word.at_ms);
    CHECK(scene.told_to_operator().front().find("cannot be written") != std::string::npos);
    CHECK(scene.told_to_operator().back().find("written again") != std::string::npos);

    const Report report = scene.audit();
    INFO(to_text(report));
    CHECK(report.broken() == 0);
    CHECK(report.count_of(Rule::log_backfilled, Judgement::holds) == 2);  // in both logs
    CHECK(report.count_of(Rule::handoff_acknowledged, Judgement::holds) == 2);
  }
}

TEST_CASE("what was acknowledged without a log outlives the process", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  disk.fail_now(Fault::io_error, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Refusal word = scene.words().at(0);
  REQUIRE(word.unlogged);
  scene.endpoint.reset();

  disk.heal();
  scene.open_doors();

  // Nobody has sent it again: a look at the case is enough.
  REQUIRE(scene.customer->poll(case_id, 0));
  const Case& casefile = *scene.customer->find_case(case_id);
  REQUIRE(casefile.handoff() != nullptr);
  CHECK(casefile.handoff()->stage == HandoffStage::queued);
  CHECK(admitted_ms(casefile, word.message) == word.at_ms);
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}

TEST_CASE("a brand that never logs what it acknowledged is found out", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  disk.fail_now(Fault::io_error, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  REQUIRE(scene.words().at(0).unlogged);
  scene.endpoint.reset();
  disk.heal();
  fs::remove(scene.brand_store() / "unlogged");
  scene.clock.by_ms = 61'000;  // more than a queue excuses
  scene.open_doors();
  REQUIRE(scene.customer->leave(case_id, "consumer_asked"));

  const Report report = scene.audit();
  INFO(to_text(report));
  // The consumer's log shows it alone, and the two logs together show it again.
  CHECK(report.count_of(Rule::log_backfilled, Judgement::broken) == 2);
  for (const Finding& finding : report.findings) {
    if (finding.rule == Rule::log_backfilled) CHECK(finding.at_fault == Party::brand);
  }
}

TEST_CASE("an accept while the disk fails binds nobody until it is sent again", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  scene.principal.agrees = true;

  disk.fail_now(Fault::no_space, Lasting::until_healed);
  const auto ending = scene.customer->run(case_id, 3'000);
  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::gave_up);
  REQUIRE_FALSE(scene.words().empty());
  CHECK(scene.words().front().code == "busy");
  CHECK_FALSE(scene.words().front().unlogged);
  CHECK(scene.customer->find_case(case_id)->bindings().empty());
  CHECK(scene.shop.executed() == 0);

  disk.heal();
  REQUIRE(scene.recovers());
  const auto finished = scene.customer->run(case_id, 20'000);
  if (!finished) FAIL(describe(finished.error()));
  CHECK(finished->outcome == "resolved_agreed");
  CHECK(scene.shop.executed() == 2);
  CHECK(scene.shop.repeated() == 0);
  CHECK(scene.audit().broken() == 0);
}

TEST_CASE("a case that asks for a person is opened by signature while the disk fails", "[outage]") {
  Scene scene("handoff: first\n");
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  disk.fail_now(Fault::no_space, Lasting::until_healed);

  CHECK(scene.customer->open().error().code == ErrorCode::busy);
  const std::vector<Refusal> words = scene.words();
  REQUIRE(words.size() == 2);
  CHECK(words.at(0).unlogged);        // the open
  CHECK_FALSE(words.at(1).unlogged);  // the link can wait
  const CaseId case_id = scene.customer->cases().at(0);
  CHECK(words.at(0).case_id == case_id);

  disk.heal();
  REQUIRE(scene.recovers());
  REQUIRE(scene.customer->resume(case_id));
  const Case& casefile = *scene.customer->find_case(case_id);
  REQUIRE(casefile.is_open());
  CHECK(casefile.admitted_ms(0) == words.at(0).at_ms);
  CHECK(casefile.handoff()->stage == HandoffStage::queued);
  CHECK(scene.audit().broken() == 0);
}

TEST_CASE("however many rights are exercised at once, each is acknowledged", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  Caller caller{scene};
  caller.post({caller.sign_as_said(Caller::claims(32))});
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  for (std::uint16_t parcel = 0; parcel < 2; ++parcel) {
    std::vector<Bytes> rights;
    for (std::uint16_t id = 1; id <= 16; ++id) {
      const auto claim = static_cast<std::uint16_t>(16 * parcel + id);
      rights.push_back(
          caller.sign_as_said(Exercise{Invoke{.right = "withdrawal", .claims = {claim}}}));
    }
    CHECK(caller.post(rights).size() == 16);
  }
  disk.heal();
  REQUIRE(scene.recovers());

  const Report report = scene.audit_brand();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  CHECK(report.count_of(Rule::right_acknowledged, Judgement::holds) == 32);
}

TEST_CASE("a disk that is really full, and is freed again, loses nothing", "[outage]") {
  Scene scene;
  if (::mount("tmpfs", scene.brand_store().c_str(), "tmpfs", 0, "size=16m") != 0) {
    std::cerr << "skipped: a small tmpfs cannot be mounted here\n";
    return;
  }
  struct Unmount {
    fs::path at;
    ~Unmount() { ::umount2(at.c_str(), MNT_DETACH); }
  };
  const Unmount unmount{scene.brand_store()};
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  const fs::path filler = scene.brand_store() / "filler";
  {
    std::ofstream out(filler, std::ios::binary);
    const std::string page(4096, 'x');
    while (out.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
  }
  std::error_code error;
  CHECK(fs::space(scene.brand_store(), error).available == 0);

  scene.principal.agrees = true;
  const auto ending = scene.customer->run(case_id, 3'000);
  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::gave_up);
  CHECK(scene.customer->ask_for_person(case_id, "consumer_asked").error().code == ErrorCode::busy);
  const auto words = scene.words();
  const auto signed_word = std::ranges::find_if(words, &Refusal::unlogged);
  REQUIRE(signed_word != words.end());
  const Refusal& word = *signed_word;
  // In room that was taken in advance, so that this survives even now.
  for (const std::string& text : scene.told_to_operator()) {
    CHECK(text.find("in memory only") == std::string::npos);
  }
  CHECK(scene.endpoint->trouble());
  CHECK(scene.shop.executed() == 0);

  fs::remove(filler);
  REQUIRE(scene.recovers());
  REQUIRE(scene.customer->resume(case_id));
  CHECK(admitted_ms(*scene.customer->find_case(case_id), word.message) == word.at_ms);
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}

TEST_CASE("an order to go on that the disk refused lets nobody go on", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  const auto entries = [&] {
    std::uint64_t size = 0;
    scene.endpoint->inspect([&](const Ledger& ledger) { size = ledger.size(); });
    return size;
  };
  const std::uint64_t before = entries();
  give_order(scene, true, "wrong prices");
  for (int i = 0; i < 600 && entries() == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(entries() > before);

  disk.fail_now(Fault::no_space, Lasting::until_healed);
  give_order(scene, false, "prices are right again");
  for (int i = 0; i < 600 && !scene.endpoint->trouble(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(scene.endpoint->trouble());
  fs::remove(scene.brand_store() / freeze_order_file);  // it was a mistake
  disk.heal();
  REQUIRE(scene.recovers());

  scene.invite_customer();
  const auto case_id = scene.customer->open();
  REQUIRE(case_id);
  CHECK(scene.customer->run(*case_id, 20'000)->kind == Ending::Kind::with_a_person);
  const Report report = scene.audit_brand();
  INFO(to_text(report));
  CHECK(report.count_of(Rule::freeze_respected, Judgement::broken) == 0);
}

namespace {

// Stops an endpoint whose writer is held up, behind which something has come for it to do.
void stop_behind(Scene& scene, const std::function<void()>& come) {
  std::promise<void> held, go_on;
  std::thread looks([&] {
    scene.endpoint->inspect([&](const Ledger&) {
      held.set_value();
      go_on.get_future().wait();
    });
  });
  held.get_future().wait();
  come();
  std::this_thread::sleep_for(
      std::chrono::milliseconds(500));  // it is looked for five times a second
  std::thread stops([&] { scene.endpoint->stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  go_on.set_value();
  looks.join();
  stops.join();
  scene.endpoint.reset();
}

}  // namespace

TEST_CASE("an order that waits for the disk keeps no endpoint from stopping", "[outage]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  stop_behind(scene, [&] { give_order(scene, true, "wrong prices"); });
  disk.heal();
  scene.open_doors();
  CHECK_FALSE(scene.endpoint->trouble());
}

TEST_CASE("what waits to be put on record keeps no endpoint from stopping", "[outage]") {
  Scene scene;
  scene.open_doors();
  stop_behind(scene, [&] {
    REQUIRE(leave_in_inbox(scene.brand_store(), {EntryKind::backup, encode(BackupRecord{})}));
  });
  scene.open_doors();
  for (int i = 0; i < 600 && !read_inbox(scene.brand_store()).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(read_inbox(scene.brand_store()).empty());
}
