// Copies of a log and the way back from one: what comes back is checked, what is older than what
// was signed is not signed, and nobody who is honest is accused.

#include <entente/agent/inbox.h>
#include <entente/casefile/summary.h>
#include <entente/wire/log_life.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "catch.h"
#include "life_world.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

void flip_a_bit(const fs::path& file) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(0, std::ios::end);
  const auto middle = static_cast<std::streamoff>(bytes.tellg()) / 2;
  bytes.seekg(middle);
  const char old = static_cast<char>(bytes.get());
  bytes.seekp(middle);
  bytes.put(static_cast<char>(old ^ 1));
}

}  // namespace

TEST_CASE("a backup of an endpoint at work is a log that an auditor replays", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  const Backup backup = must_back_up(world.store(), world.at("backup"));
  ana.finish(case_id);
  CHECK(backup.has_keys);
  CHECK(*open_backup(world.at("backup")) == backup);

  const auto restored = bring_back(world.at("backup"), world.at("elsewhere"), first_log, true);
  REQUIRE(restored);
  CHECK(restored->state == Restored::State::goes_on);
  const Report report = world.audit({world.at("elsewhere")}, world.first_trust());
  CHECK(broken_in(report) == Words{});
  REQUIRE(report.cases.size() == 1);
  CHECK(report.logs.front().size == backup.tree.size);
}

TEST_CASE("an endpoint at work puts on record what another process leaves it", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const InboxEntry entry{EntryKind::backup, encode(BackupRecord{.size = 7, .at_ms = 5})};
  REQUIRE(leave_in_inbox(world.store(), entry));
  for (int looks = 0; looks < 200 && !read_inbox(world.store()).empty(); ++looks) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  CHECK(read_inbox(world.store()).empty());
  int found = 0;
  world.endpoint->inspect([&](const Ledger& ledger) {
    for (std::uint64_t index = 0; index < ledger.size(); ++index) {
      const auto read = ledger.read(index);
      if (read && read->leaf.kind == entry.kind && read->content == entry.content) ++found;
    }
  });
  CHECK(found == 1);
}

TEST_CASE("an ordinary backup opens nothing by itself", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  ana.halfway();
  must_back_up(world.store(), world.at("backup"), false);
  CHECK_FALSE(fs::exists(world.at("backup") / "keys.db"));
  CHECK_FALSE(fs::exists(world.at("backup") / "master.key"));
  CHECK(bring_back(world.at("backup"), world.at("elsewhere"), first_log).error().code ==
        ErrorCode::file_missing);
  // With the keys that survived it does.
  world.stop();
  fs::remove(world.store() / "store.db");
  const auto restored = bring_back(world.at("backup"), world.store(), first_log);
  REQUIRE(restored);
  CHECK(restored->state == Restored::State::goes_on);
  CHECK(broken_in(world.audit({world.store()}, world.first_trust())) == Words{});
}

TEST_CASE("nothing is restored over a log that runs, that holds as much, or that is another",
          "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  CHECK(bring_back(world.at("backup"), world.store(), first_log).error().code ==
        ErrorCode::store_locked);
  world.stop();
  CHECK(bring_back(world.at("backup"), world.store(), first_log).error().code ==
        ErrorCode::file_invalid);
  CHECK(bring_back(world.at("backup"), world.at("elsewhere"), "other.example/log").error().code ==
        ErrorCode::file_invalid);
  CHECK(world.open_log());
  for (const char* file : {"store.db", "keys.db", "manifest.json"}) {
    CAPTURE(file);
    copy_over(world.at("backup"), world.at("changed"));
    flip_a_bit(world.at("changed") / file);
    CHECK_FALSE(open_backup(world.at("changed")));
    CHECK_FALSE(bring_back(world.at("changed"), world.at("elsewhere"), first_log));
    CHECK_FALSE(fs::exists(world.at("elsewhere") / "store.db"));
  }
}

TEST_CASE("a log that comes back older than what it signed is not signed", "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  const Backup backup = must_back_up(world.store(), world.at("backup"));
  ana.finish(case_id);
  world.stop();
  fs::remove(world.store() / "store.db");

  SECTION("where last-signed.db is still there, by it") {
    const auto restored = bring_back(world.at("backup"), world.store(), first_log);
    REQUIRE(restored);
    CHECK(restored->state == Restored::State::behind);
    CHECK(restored->signed_size > backup.tree.size);
    const auto refused = world.begin(world.store());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::log_corrupt);
    CHECK(refused.error().detail.find("entente log rollover") != std::string::npos);
  }
  SECTION("where it is lost, until somebody vouches or it goes on under another name") {
    fs::remove(world.store() / "last-signed.db");
    const auto restored = bring_back(world.at("backup"), world.store(), first_log);
    REQUIRE(restored);
    CHECK(restored->state == Restored::State::unknown);
    const auto refused = world.begin(world.store());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::log_forked);
    CHECK(refused.error().detail.find("entente log rollover") != std::string::npos);
  }
}

TEST_CASE("what was erased after a backup of the keys is erased again when they come back",
          "[life]") {
  ForgetWorld world;
  must_back_up(world.brand_store(), world.directory.path() / "backup");
  const Secrets gone = world.secrets_of(world.first, whole_case());
  {
    auto ledger = *world.open();
    const ErasureRecord wish = world.wish(whole_case());
    REQUIRE(erase(*ledger, {&wish, 1}));
  }
  must_back_up(world.brand_store(), world.directory.path() / "newer", false);
  // The disk is lost but for last-signed.db; of the keys there is an older copy alone.
  for (const char* file : {"store.db", "keys.db"}) fs::remove(world.brand_store() / file);
  fs::copy_file(world.directory.path() / "backup/keys.db", world.brand_store() / "keys.db");
  const auto restored =
      bring_back(world.directory.path() / "newer", world.brand_store(), first_log);
  REQUIRE(restored);
  CHECK(restored->state == Restored::State::goes_on);
  REQUIRE(world.open());
  CHECK(gone.found_under(world.brand_store()) == Words{});
  CHECK(broken_in(world.audit({world.brand_store(), world.consumer_store(1)})) == Words{});
}

TEST_CASE("a consumer whose phone came back older fetches its case again and accuses nobody",
          "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(ana.home(), world.at("backup"));
  ana.finish(case_id);
  const std::string before = describe(*ana.assistant->find_case(case_id));
  ana.assistant.reset();
  fs::remove_all(ana.home());

  REQUIRE(bring_back(world.at("backup"), ana.home(), ana.did())->state == Restored::State::unknown);
  CHECK(ana.start().error().code == ErrorCode::log_forked);
  REQUIRE(Ledger::roll_over({.directory = ana.home(), .origin = ana.did()}, ana.key, world.entropy,
                            {.origin = ana.did() + "/2",
                             .next_key = &ana.key,
                             .reason = "restored",
                             .at_ms = SystemClock().now_ms()}));
  REQUIRE(ana.start());
  // What was said after the backup is known to the brand alone.
  for (int reads = 0; reads < 10; ++reads) {
    const Status polled = ana.assistant->poll(case_id, 0);
    if (!polled) FAIL(describe(polled.error()));
  }
  CHECK(describe(*ana.assistant->find_case(case_id)) == before);
  REQUIRE(ana.assistant->ask_for_person(case_id, "another_question"));
  ana.assistant.reset();
  world.stop();

  const Report report = world.audit({world.store(), ana.home()}, world.first_trust());
  CHECK(broken_in(report) == Words{});
  CHECK(report.logs.back().origin == ana.did() + "/2");
}

TEST_CASE("a consumer that goes on from an old copy as if nothing were lost is found out",
          "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(ana.home(), world.at("backup"));
  ana.finish(case_id);
  ana.assistant.reset();
  fs::remove_all(ana.home());
  REQUIRE(bring_back(world.at("backup"), ana.home(), ana.did(), true));
  REQUIRE(ana.start());
  REQUIRE(ana.assistant->poll(case_id, 0));
  ana.assistant.reset();
  world.stop();
  CHECK_FALSE(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())).empty());
}
