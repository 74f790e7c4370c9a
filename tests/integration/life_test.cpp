// Another key, another name, and two endpoints that believe they are it: nobody signs two
// histories.

#include <entente/journal/content.h>
#include <entente/wire/admission.h>
#include <entente/wire/log_life.h>

#include <algorithm>
#include <set>

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
  Result<Bytes> earlier_card(const Digest& digest) override { return line_.earlier_card(digest); }
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

// "log.fork by brand", once each.
Words accused_in(const LifeWorld& world, const std::vector<fs::path>& sources) {
  std::set<std::string> accused;
  for (const Finding& finding : world.audit(sources, world.first_trust()).findings) {
    if (finding.judgement != Judgement::broken) continue;
    accused.insert(std::string(name(finding.rule)) + " by " + std::string(name(finding.at_fault)));
  }
  return {accused.begin(), accused.end()};
}

bool says(const Words& lines, std::string_view line) {
  return std::ranges::find(lines, line) != lines.end();
}

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
  ben.assistant.reset();
  world.stop();

  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
  // Ben has not come back. His receipts prove what he was told, whatever became of the brand's
  // disk.
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

TEST_CASE("a brand that shows two customers two histories is told by whoever has both",
          "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  ana.halfway();
  auto twin = world.begin(world.at("twin"));
  REQUIRE(twin);
  LocalBrand line(**twin, world.brand.card);
  LifeCustomer ben(world, 2);
  REQUIRE(ben.start(&line));
  ben.halfway();
  ana.assistant.reset();
  ben.assistant.reset();
  (*twin)->stop();
  twin->reset();
  world.stop();

  // To each of them alone, and with either of the two logs that goes with it, all is well.
  CHECK(accused_in(world, {ana.home()}) == Words{});
  CHECK(accused_in(world, {ben.home()}) == Words{});
  CHECK(accused_in(world, {world.store(), ana.home()}) == Words{});
  CHECK(accused_in(world, {world.at("twin"), ben.home()}) == Words{});
  const Words forked = accused_in(world, {ana.home(), ben.home()});
  CHECK(forked == Words{"both.checkpoints by brand"});
  const Words crossed = accused_in(world, {world.store(), ana.home(), ben.home()});
  CHECK(says(crossed, "both.checkpoints by brand"));
  for (const std::string& told : crossed) CHECK(told.ends_with(" by brand"));
}

TEST_CASE("a brand that rolls its log back and signs on is told by what a customer holds",
          "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  REQUIRE(ana.assistant->ask_for_person(case_id, "consumer_asked"));
  const std::uint64_t known = ana.assistant->find_case(case_id)->next_position();
  ana.assistant.reset();
  world.stop();
  for (const char* file : {"store.db", "last-signed.db"}) fs::remove(world.store() / file);
  // Somebody says that nothing was signed after the backup, and it is not true.
  REQUIRE(bring_back(world.at("backup"), world.store(), first_log, true)->state ==
          Restored::State::goes_on);
  world.start();

  REQUIRE(ana.start());
  CHECK(ana.assistant->poll(case_id, 0).error().code == ErrorCode::log_forked);
  CHECK(ana.assistant->find_case(case_id)->next_position() == known);
  CHECK_FALSE(world.endpoint->trouble());  // a read shows it nothing
  CHECK_FALSE(ana.assistant->ask_for_person(case_id, "consumer_asked"));
  REQUIRE(world.endpoint->trouble());
  CHECK(world.endpoint->trouble()->find("log_forked") != std::string::npos);
  ana.assistant.reset();
  world.stop();

  CHECK(broken_in(world.audit({ana.home()}, world.first_trust())) == Words{});
  const Words against = accused_in(world, {world.store(), ana.home()});
  CHECK(says(against, "both.checkpoints by brand"));
  CHECK(says(against, "both.receipts by brand"));
  for (const std::string& told : against) CHECK(told.ends_with(" by brand"));
}

TEST_CASE("a log that came back without a card takes up the later ones, given the one between",
          "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  must_back_up(world.store(), world.at("backup"));
  world.stop();
  world.publish(first_log, world.brand.log);
  const Bytes second = world.brand.card;
  world.start();
  REQUIRE(ana.start());
  world.stop();
  fs::remove(world.store() / "store.db");
  REQUIRE(bring_back(world.at("backup"), world.store(), first_log)->state ==
          Restored::State::behind);
  REQUIRE(world.roll_over());
  world.publish(next_log, world.brand.log);

  const auto refused = world.begin(world.store());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::card_invalid);
  CHECK(refused.error().detail.find("give card 2 as well (earlier_cards)") != std::string::npos);
  world.earlier_cards = {second};
  for (int restart = 0; restart < 2; ++restart) {
    world.start();
    if (restart == 0) world.stop();
  }
  REQUIRE(ana.start());
  ana.finish(case_id);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a brand does not go back to an older card than its log has", "[life][negative]") {
  LifeWorld world;
  const Bytes first = world.brand.card;
  world.stop();
  world.publish(first_log, world.brand.log);
  const Bytes second = world.brand.card;
  world.start();
  world.stop();
  world.brand.card = first;
  const auto refused = world.begin(world.store());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::card_invalid);
  CHECK(refused.error().detail.find("card 1 is older than card 2") != std::string::npos);
  world.brand.card = second;
  world.start();
}

TEST_CASE("a card that a log lacks is taken up though it has expired", "[life]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  const CaseId case_id = ana.halfway();
  ana.assistant.reset();
  world.stop();
  const auto publish_until = [&](std::int64_t expires_ms) {
    world.publish(first_log, world.brand.log);
    Card card = **Admission::admit<Card>(world.brand.card);
    card.expires_ms = expires_ms;
    world.brand.card = *sign(card, world.brand.root);
    return world.brand.card;
  };
  const std::int64_t now_ms = SystemClock().now_ms();
  const Bytes second = publish_until(now_ms - 1);
  CHECK(world.begin(world.store()).error().code == ErrorCode::card_expired);  // alone it is no card
  publish_until(now_ms + 86'400'000);
  const auto refused = world.begin(world.store());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("give card 2 as well (earlier_cards)") != std::string::npos);

  world.earlier_cards = {second};
  world.start();
  REQUIRE(ana.start());
  CHECK(ana.assistant->card().number == 3);
  ana.finish(case_id);
  ana.assistant.reset();
  world.stop();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
}

TEST_CASE("a brand does not take up a card that revokes from an entry that is written",
          "[life][negative]") {
  LifeWorld world;
  LifeCustomer ana(world, 1);
  ana.halfway();
  std::uint64_t size = 0;
  world.endpoint->inspect([&](const Ledger& ledger) { size = ledger.size(); });
  ana.assistant.reset();
  world.stop();
  const auto first = Admission::admit<Card>(world.brand.card);
  const auto revoking_from = [&](std::uint64_t index) {
    Card next = **first;
    next.number = 2;
    next.prev_card = first->id();
    next.keys.front().revoked_at_index = index;
    next.keys.push_back({.key = world.second_key.public_key(),
                         .purpose = KeyPurpose::message,
                         .custody = Custody::server});
    return *sign(next, world.brand.root);
  };
  const auto start_with = [&](std::uint64_t index) {
    EndpointOptions options = kettle_endpoint(world.store(), world.brand, world.shop);
    options.card = revoking_from(index);
    options.message_key = &world.second_key;
    return Endpoint::start(std::move(options));
  };
  for (const std::uint64_t index : {std::uint64_t{1}, size - 1}) {
    const auto refused = start_with(index);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::card_invalid);
    CHECK(refused.error().detail.find("sign it again with entry " + std::to_string(size)) !=
          std::string::npos);
  }
  auto started = start_with(size);
  if (!started) FAIL(describe(started.error()));
  (*started)->stop();
  started->reset();
  CHECK(broken_in(world.audit({world.store(), ana.home()}, world.first_trust())) == Words{});
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
  // Whoever pinned the old key reads by which entry another one is believed.
  CHECK(std::ranges::count_if(report.findings, [](const Finding& finding) {
          return finding.rule == Rule::log_key && finding.judgement == Judgement::holds &&
                 finding.entries.size() == 1;
        }) == 1);
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
