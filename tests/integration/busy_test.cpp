// A busy brand and its consumer: the same bytes are sent again, the signed no is kept, and both
// logs agree about an accept that came back after its offer had lapsed.

#include <entente/auditor.h>
#include <entente/journal/follower.h>

#include "../../sdk/cli/record.h"
#include "catch.h"
#include "crowd.h"
#include "rewritten_log.h"

using namespace entente;
using namespace entente::tests;

namespace {

constexpr std::int64_t offer_ms = 10'000;

// One who speaks for herself and keeps a log.
struct Consumer {
  Crowd& crowd;
  std::filesystem::path store;
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 0x33)));
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Follower> follower;
  CaseId case_id;

  explicit Consumer(Crowd& in, const char* phone = "consumer")
      : crowd(in), store(in.directory.path() / phone) {
    start();
  }

  void stop() {
    follower.reset();
    ledger.reset();
  }
  void start() {
    stop();
    auto opened = Ledger::open(
        {.directory = store, .origin = to_did_key(key.public_key()), .master_key_file = {}}, key,
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

  MessageId offer() const { return follower->find_case(case_id)->offers().begin()->first; }
  // An accept whose answer does not reach her.
  void accept_unheard() {
    const auto parcel = follower->say(case_id, {.body = Accept{.offer = offer(), .approval = {}}});
    REQUIRE(parcel);
    const Delivery answer = crowd.ask(parcel->envelopes.back(), "192.0.2.1");
    CHECK(crowd.refusals(answer).size() == 1);
  }

  std::vector<Bytes> unsent() const { return follower->unsent(case_id)->envelopes; }
};

void check_nobody_is_blamed(const std::vector<std::vector<std::filesystem::path>>& audits) {
  for (const auto& stores : audits) {
    const auto auditor = Auditor::open(stores);
    REQUIRE(auditor);
    const auto report = auditor->replay();
    REQUIRE(report);
    INFO(to_text(*report));
    CHECK(report->broken() == 0);
  }
}

// At rest.
std::filesystem::path store_of(Crowd& crowd) {
  crowd.stop();
  crowd.ledger.reset();
  return crowd.directory.path() / "brand";
}

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
  CHECK(waiting.size() == 3);  // the last of what was spent, the accept, and what it was told

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

  ana.stop();
  const auto brand = store_of(crowd);
  check_nobody_is_blamed({{brand}, {ana.store}, {brand, ana.store}});
}

TEST_CASE("an accept that was put off twice is in time, whoever heard of it once", "[load]") {
  LoadLimits load;
  load.messages_per_key = {.per_minute = 60, .burst = 10};
  Crowd crowd(load);
  crowd.voice.offer_valid_ms = crowd.clock.now_ms() + offer_ms;
  Consumer ana(crowd);
  ana.open();
  const MessageId offer = ana.offer();
  ana.stop();
  std::filesystem::copy(ana.store, crowd.directory.path() / "old phone");
  ana.start();
  crowd.clock.advance(offer_ms + limits::offer_grace_ms);  // the last instant of the offer
  ana.spend();
  ana.accept_unheard();
  crowd.clock.advance(500);
  const News told = ana.hear(*ana.follower->unsent(ana.case_id));
  REQUIRE(told.refusals.size() == 2);  // of what was spent last, and of the accept
  crowd.clock.advance(told.refusals[0].retry_after_ms + limits::offer_grace_ms);
  ana.hear(*ana.follower->unsent(ana.case_id));
  ana.catch_up();
  CHECK(ana.follower->find_case(ana.case_id)->offers().at(offer).status == OfferStatus::accepted);
  ana.stop();

  // She finds it again from what she had copied before she agreed.
  Consumer old_phone(crowd, "old phone");
  old_phone.case_id = ana.case_id;
  while (!old_phone.catch_up().receipted.empty()) {
  }
  const Case& found = *old_phone.follower->find_case(ana.case_id);
  CHECK(found.offers().at(offer).status == OfferStatus::accepted);
  old_phone.stop();
  // And if she keeps to herself what she was told, nobody can say that it was too late.
  const auto shown = crowd.directory.path() / "shown";
  rewrite({.from = ana.store,
           .to = shown,
           .origin = to_did_key(ana.key.public_key()),
           .key = ana.key,
           .keep = [](const EntryDraft& entry) { return entry.kind != EntryKind::refusal; }});
  const auto brand = store_of(crowd);
  check_nobody_is_blamed({{brand}, {ana.store}, {brand, ana.store}, {old_phone.store}, {shown}});
}

TEST_CASE("what made an accept timely is believed after its key was given up", "[load]") {
  LoadLimits load;
  load.messages_per_key = {.per_minute = 60, .burst = 10};
  Crowd crowd(load);
  crowd.voice.offer_valid_ms = crowd.clock.now_ms() + offer_ms;
  Consumer ana(crowd);
  ana.open();
  crowd.clock.advance(offer_ms + limits::offer_grace_ms);
  ana.spend();
  ana.accept_unheard();
  crowd.give_up_message_key();
  REQUIRE(ana.follower->learn_card(crowd.brand.card));
  crowd.voice.offer_valid_ms = 0;
  const CaseId first = std::exchange(ana.case_id, {});
  ana.open();  // another, which shows her a log that has gone on behind the end of that key
  ana.case_id = first;
  crowd.clock.advance(limits::offer_grace_ms);
  ana.hear(*ana.follower->unsent(ana.case_id));
  ana.catch_up();
  CHECK(ana.follower->find_case(ana.case_id)->bindings().size() == 1);
  ana.stop();
  const auto brand = store_of(crowd);
  check_nobody_is_blamed({{brand}, {ana.store}, {brand, ana.store}});
}

TEST_CASE("an accept that was told to come back is agreed to after the offer has lapsed",
          "[load]") {
  LoadLimits load;
  load.messages_per_key = {.per_minute = 60, .burst = 20};
  Crowd crowd(load);
  crowd.voice.offer_valid_ms = crowd.clock.now_ms() + 10'000;
  Person ana = crowd.member(1);
  Person ben = crowd.member(2);
  const auto offer_to = [&](Person& person) {
    const Delivery news = crowd.ask(crowd.sign(person, Inform{}));
    for (const Bytes& envelope : news.parcel.envelopes) {
      const auto message = Admission::admit<Message>(envelope);
      if (message && (*message)->verb() == Verb::propose) return message->id();
    }
    return MessageId{};
  };
  const MessageId offers[] = {offer_to(ana), offer_to(ben)};
  for (int i = 0; i < 30; ++i) crowd.ask(crowd.sign(ana, Inform{}));  // her bucket is empty now
  crowd.clock.advance(10'000 + limits::offer_grace_ms);
  for (int i = 0; i < 80; ++i) crowd.ask(crowd.sign(ana, Inform{}));
  const Bytes accepts[] = {crowd.sign(ana, Accept{.offer = offers[0], .approval = {}}),
                           crowd.sign(ben, Accept{.offer = offers[1], .approval = {}})};
  const auto busy = crowd.refusals(crowd.ask(accepts[0]));
  REQUIRE(busy.size() == 1);
  CHECK(busy[0].code == "busy");
  CHECK(busy[0].message == Admission::admit<Message>(accepts[0])->id());

  crowd.clock.advance(busy[0].retry_after_ms + limits::offer_grace_ms);
  const Delivery agreed = crowd.ask(accepts[0]);
  const Delivery late = crowd.ask(accepts[1]);

  const auto effect = [&](const Delivery& delivery) {
    return decode<LogEntry>(delivery.parcel.receipts.back().leaf)->effect;
  };
  CHECK(effect(agreed) == "binding");
  CHECK(effect(late) == "lapsed");
  // The consumer can understand the receipt: what made the accept timely came along.
  const auto again = crowd.refusals(agreed);
  REQUIRE(again.size() == 1);
  CHECK(again[0] == busy[0]);
  // And so can an auditor, from the log alone.
  crowd.stop();
  crowd.ledger.reset();
  const std::filesystem::path store = crowd.directory.path() / "brand";
  const auto auditor = Auditor::open({&store, 1});
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  INFO(to_text(*report));
  CHECK(report->broken() == 0);
  // And whoever shows the case.
  const auto reader = cli::PartyStore::open(store);
  CHECK(reader->read(ana.case_id)->casefile.bindings().size() == 1);
  CHECK(reader->read(ben.case_id)->casefile.bindings().empty());
}

TEST_CASE("an accept that was told to come back as often as fits into a parcel is let in",
          "[load]") {
  LoadLimits load;
  load.messages_per_key = {.per_minute = 1, .burst = 3};
  Crowd crowd(load);
  const std::int64_t end_ms = crowd.clock.now_ms() + 10'000;
  crowd.voice.offer_valid_ms = end_ms;
  Person ana = crowd.member(1);
  const Delivery news = crowd.ask(crowd.sign(ana, Inform{}));
  const auto offer = Admission::admit<Message>(news.parcel.envelopes.front());
  REQUIRE(offer);
  const Bytes accept = crowd.sign(ana, Accept{.offer = offer->id(), .approval = {}});
  crowd.clock.advance(10'000 + limits::offer_grace_ms);
  std::size_t told = 0;
  Delivery answer;
  for (; told < limits::parcel_envelopes_max; ++told) {
    for (int i = 0; i < 5; ++i) crowd.ask(crowd.sign(ana, Inform{}));  // her bucket is empty
    answer = crowd.ask(accept);
    if (answer.kind == Delivery::Kind::parcel && !answer.parcel.receipts.empty()) break;
    REQUIRE(crowd.refusals(answer).size() == 1);
    crowd.clock.advance(limits::offer_grace_ms);  // within what it was told
  }
  CHECK(told >= 8);
  REQUIRE_FALSE(answer.parcel.receipts.empty());
  CHECK(decode<LogEntry>(answer.parcel.receipts.back().leaf)->effect == "binding");
  CHECK(crowd.refusals(answer).size() >= 8);
  CHECK(decode<Parcel>(encode(answer.parcel)));
}

TEST_CASE("an answer holds no more than a parcel takes", "[load]") {
  Crowd crowd({});
  Person ana = crowd.member(1);
  Delivery last;
  for (int i = 0; i < 70; ++i) last = crowd.ask(crowd.sign(ana, Inform{}));  // all on the opening
  REQUIRE(last.kind == Delivery::Kind::parcel);
  CHECK(last.parcel.receipts.size() == limits::parcel_receipts_max);
  CHECK(decode<Parcel>(encode(last.parcel)));
}
