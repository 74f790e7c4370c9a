// Another key, another name, and two endpoints that believe they are it: nobody signs two
// histories.

#include <entente/journal/content.h>
#include <entente/wire/admission.h>
#include <entente/wire/log_life.h>

#include "catch.h"
#include "life_world.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

// Shows the brand lines under its checkpoints that its key has not made.
class ForgedLines final : public BrandConnection {
 public:
  ForgedLines(BrandConnection& line, const Signer& forger) : line_(line), forger_(forger) {}
  Result<Bytes> card() override { return line_.card(); }
  Result<Parcel> post(const Parcel& parcel, const std::optional<CaseId>& case_id,
                      std::int64_t wait_ms) override {
    const auto opening = Admission::admit<Message>(parcel.envelopes.front());
    const Seen& seen = (*opening)->seen;
    const std::string note = *sign_checkpoint({seen.origin, seen.size, seen.root}, forger_);
    Parcel forged = parcel;
    forged.cosignatures = {note.substr(note.find("\n\n") + 2), "no line at all"};
    return line_.post(forged, case_id, wait_ms);
  }
  Result<Parcel> get(const CaseId& case_id, std::uint64_t after, std::int64_t wait_ms,
                     const SignRead& sign) override {
    return line_.get(case_id, after, wait_ms, sign);
  }

 private:
  BrandConnection& line_;
  const Signer& forger_;
};

}  // namespace

TEST_CASE("a conversation goes on under the log's next name", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  world.stop();
  REQUIRE(world.roll_over());
  CHECK_FALSE(world.begin(world.store()));  // the card still names the old log
  world.publish(next_log, world.brand.log);
  world.start();
  REQUIRE(ana.start());
  ana.finish(case_id);
  ana.assistant.reset();
  world.stop();

  const Report report = world.audit({world.store(), ana.home()}, world.first_trust());
  CHECK(broken_in(report) == Words{});
  CHECK(report.logs.front().origin == next_log);
  CHECK(report.logs.front().grade == Grade::receipted);  // by the key of the log before
}

TEST_CASE("a brand that lost the end of its log goes on, and what it lost is not denied",
          "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  LifeCustomer ben(world, 2);
  const auto lost = ben.assistant->open();
  REQUIRE(lost);
  world.stop();
  fs::remove(world.store() / "store.db");
  REQUIRE(bring_back(world.at("backup"), world.store(), first_log)->state ==
          Restored::State::behind);
  REQUIRE(world.roll_over());
  world.publish(next_log, world.brand.log);
  world.start();
  REQUIRE(ana.start());
  ana.finish(case_id);
  ana.assistant.reset();
  REQUIRE(ben.start());
  CHECK(ben.assistant->poll(*lost, 0).error().code == ErrorCode::not_found);
  ben.assistant.reset();
  world.stop();

  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
  // Ben's receipts prove what he was told, whatever became of the brand's disk.
  const Words against = broken_in(world.audit({world.store(), ben.home()}, world.first_trust()));
  CHECK_FALSE(against.empty());
}

TEST_CASE("of two endpoints on one log key, the second stops signing when a customer shows it",
          "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  ana.halfway();
  auto twin = world.begin(world.at("twin"));
  REQUIRE(twin);
  LocalBrand line(**twin, world.brand.card);
  LifeCustomer ben(world, 2);
  REQUIRE(ben.start(&line));
  REQUIRE(ben.assistant->open());  // Ben has never seen the other one's log
  CHECK_FALSE((*twin)->trouble());

  REQUIRE(ana.start(&line));
  CHECK_FALSE(ana.assistant->open());
  REQUIRE((*twin)->trouble());
  CHECK((*twin)->trouble()->find("log_forked") != std::string::npos);
  CHECK_FALSE(ben.assistant->open());
  (*twin)->stop();
  twin->reset();
  const auto again = world.begin(world.at("twin"));
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::log_forked);
  CHECK_FALSE(world.endpoint->trouble());
}

TEST_CASE("a customer stops no endpoint with what its key has not signed", "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  ana.halfway();
  auto twin = world.begin(world.at("twin"));
  REQUIRE(twin);
  LocalBrand line(**twin, world.brand.card);
  ForgedLines forged(line, world.second_key);
  REQUIRE(ana.start(&forged));
  CHECK(ana.assistant->open().error().code == ErrorCode::log_forked);  // Ana sees it at once
  CHECK_FALSE((*twin)->trouble());
  (*twin)->stop();
  twin->reset();
  CHECK(world.begin(world.at("twin")));
}

TEST_CASE("the log goes on under another key, and an auditor who knows the old one follows",
          "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  world.stop();
  const std::int64_t now_ms = SystemClock().now_ms();
  REQUIRE((*world.open_log())->change_key(world.second_key, now_ms + 86'400'000, now_ms));
  CHECK_FALSE(world.open_log());
  world.publish(first_log, world.second_key);
  SECTION("while both sign") { world.old_log_key = &world.brand.log; }
  SECTION("when the new one signs alone") {}
  world.start();
  REQUIRE(ana.start());
  ana.finish(case_id);
  REQUIRE(ana.start());  // receipts of both keys are read back
  ana.assistant.reset();
  world.stop();

  const Report report = world.audit({world.store(), ana.home()}, world.first_trust());
  CHECK(broken_in(report) == Words{});
  CHECK(report.logs.front().grade == Grade::receipted);
  Trust early = world.first_trust();
  early.logs.front().window.until_ms = now_ms;
  CHECK_FALSE(broken_in(world.audit({world.store()}, early)).empty());
}

TEST_CASE("a thief with one of the two keys cannot bind the log to a key of his own",
          "[life][negative]") {
  LifeWorld world;
  world.stop();
  const Vkey old_key = *Vkey::make(first_log, SignatureType::ed25519, world.brand.log.public_key());
  const Vkey new_key =
      *Vkey::make(first_log, SignatureType::ed25519, world.second_key.public_key());
  for (const bool by_old : {false, true}) {
    DYNAMIC_SECTION((by_old ? "the old key" : "the new key") << " alone has signed") {
      LogKeyRecord record{.old_vkey = old_key.encode(),
                          .new_vkey = new_key.encode(),
                          .both_until_ms = 0,
                          .at_ms = SystemClock().now_ms()};
      const Bytes statement = log_key_statement(record);
      const KeyPair& signer = by_old ? world.brand.log : world.second_key;
      record.old_signature = *signer.sign(statement);
      record.new_signature = *signer.sign(statement);
      {
        auto ledger = *world.open_log();
        ledger->append({.kind = EntryKind::key,
                        .case_id = no_case,
                        .direction = Direction::own,
                        .time_ms = record.at_ms,
                        .content = encode(record)});
        REQUIRE(ledger->commit());
      }
      const Report report = world.audit({world.store()}, world.first_trust());
      REQUIRE(broken_in(report).size() == 1);
      CHECK(broken_in(report).front().find("not signed by the old key and by the new one") !=
            std::string::npos);
      CHECK(report.logs.front().grade == Grade::receipted);
    }
  }
}
