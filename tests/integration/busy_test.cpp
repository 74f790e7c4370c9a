// The consumer's side of a busy brand: the same bytes are sent again, the signed no is kept, and
// both logs agree about an accept that came back after its offer had lapsed.

#include <entente/auditor.h>
#include <entente/journal/follower.h>

#include "catch.h"
#include "crowd.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr std::int64_t offer_ms = 10'000;

// One who speaks for herself and keeps a log.
struct Consumer {
  Crowd& crowd;
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 0x33)));
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Follower> follower;
  CaseId case_id;

  explicit Consumer(Crowd& in) : crowd(in) { start(); }

  std::filesystem::path store() const { return crowd.directory.path() / "consumer"; }

  void start() {
    follower.reset();
    ledger.reset();
    auto opened = Ledger::open(
        {.directory = store(), .origin = to_did_key(key.public_key()), .master_key_file = {}}, key,
        crowd.entropy);
    if (!opened) FAIL(describe(opened.error()));
    ledger = std::move(*opened);
    auto started = Follower::start(
        *ledger, {.assistant = &key, .mandate = {}, .environment = Environment::sandbox},
        crowd.clock, crowd.entropy);
    if (!started) FAIL(describe(started.error()));
    follower = std::move(*started);
    REQUIRE(follower->learn_card(crowd.brand.card));
  }

  void open() {
    const auto parcel = follower->open_case({.body = Crowd::open()}, {});
    REQUIRE(parcel);
    case_id = Admission::admit<Message>(parcel->envelopes.front())->id();
    hear(*parcel);
  }

  News hear(const Parcel& parcel) {
    return take({.parcel = parcel, .case_id = {}, .read = {}, .done = {}});
  }

  // What was sent again was answered from what it had named; a read names what is known now.
  News catch_up() {
    const auto read = follower->sign_read("/entente/v1/cases");
    REQUIRE(read);
    return take({.parcel = {},
                 .case_id = case_id,
                 .after = follower->find_case(case_id)->next_position(),
                 .read = *read,
                 .done = {}});
  }

  News take(Submission submission) {
    submission.network = "192.0.2.1";
    const Delivery answer = crowd.answer(crowd.send(std::move(submission)));
    const auto news = follower->receive(case_id, answer.parcel);
    if (!news) FAIL(describe(news.error()));
    return *news;
  }

  News say(Body body) {
    const auto parcel = follower->say(case_id, {.body = std::move(body)});
    REQUIRE(parcel);
    return hear(*parcel);
  }

  // Speaks until nothing more is taken of her.
  void spend() {
    for (int i = 0; i < 200; ++i) {
      if (!say(Inform{}).refusals.empty()) return;
    }
    FAIL("never told to wait");
  }

  std::vector<Bytes> unsent() const { return follower->unsent(case_id)->envelopes; }
};

}  // namespace

TEST_CASE("what a busy brand puts off is sent again as it was, and counts as it came", "[load]") {
  LoadLimits load;
  load.messages_per_key = {.per_minute = 60, .burst = 10};
  Crowd crowd(load);
  const std::int64_t valid_until_ms = crowd.clock.now_ms() + offer_ms;
  crowd.voice.offer_valid_ms = valid_until_ms;
  Consumer ana(crowd);
  ana.open();
  const Case& casefile = *ana.follower->find_case(ana.case_id);
  REQUIRE(casefile.offers().size() == 1);
  const MessageId offer = casefile.offers().begin()->first;
  crowd.clock.advance(offer_ms + limits::offer_grace_ms);
  ana.spend();

  const News told = ana.say(Accept{.offer = offer, .approval = {}});
  REQUIRE(told.refusals.size() == 1);
  CHECK(told.refusals[0].code == "busy");
  CHECK(told.receipted.empty());
  const auto waiting = ana.unsent();
  CHECK(waiting.size() == 2);  // the last of what was spent, and the accept

  // The process ends in between: what was said and what was heard is on her disk.
  ana.start();
  CHECK(ana.unsent() == waiting);
  crowd.clock.advance(told.refusals[0].retry_after_ms + limits::offer_grace_ms);
  const News behind = ana.hear(*ana.follower->unsent(ana.case_id));
  CHECK(behind.is_behind);
  CHECK(behind.receipted.empty());
  const News heard = ana.catch_up();

  CHECK(heard.receipted.size() == 2);
  CHECK(ana.unsent().empty());
  const Case& after = *ana.follower->find_case(ana.case_id);
  CHECK(after.bindings().size() == 1);
  CHECK(after.offers().at(offer).status == OfferStatus::accepted);

  ana.follower.reset();
  ana.ledger.reset();
  crowd.stop();
  crowd.ledger.reset();
  const std::filesystem::path brand = crowd.directory.path() / "brand";
  for (const auto& stores :
       {std::vector{brand}, std::vector{ana.store()}, std::vector{brand, ana.store()}}) {
    const auto auditor = Auditor::open(stores);
    REQUIRE(auditor);
    const auto report = auditor->replay();
    REQUIRE(report);
    INFO(to_text(*report));
    CHECK(report->broken() == 0);
  }
}
