// What anybody on the network can learn of a case that is not theirs, and make the brand hold.

#include <entente/replay/judge.h>
#include <entente/wire/part.h>

#include <future>

#include "catch.h"
#include "crowd.h"
#include "own_words.h"

using namespace entente;
using namespace entente::tests;

namespace {

MessageId id_in(const Bytes& envelope) { return Admission::admit<Message>(envelope)->id(); }

struct StatusAsked {
  CaseId case_id;
  MessageId message;
  std::int64_t expires_ms = 0;
  std::string brand = "did:web:kettle.example";
  std::string network = {};
};

ErrorCode status_for(Crowd& crowd, const KeyPair& key, const StatusAsked& asked) {
  const Read read{.key = key.public_key(),
                  .audience = asked.brand,
                  .environment = Environment::sandbox,
                  .method = "GET",
                  .path = "/",
                  .expires_ms = asked.expires_ms};
  std::promise<Result<Receipt>> told;
  crowd.sequencer->ask_status({.case_id = asked.case_id,
                               .message = asked.message,
                               .read = *entente::sign(read, key),
                               .network = asked.network},
                              [&](Result<Receipt> receipt) { told.set_value(receipt); });
  const auto receipt = told.get_future().get();
  return receipt ? ErrorCode::internal : receipt.error().code;
}

std::size_t cases_in_memory(Crowd& crowd) {
  std::promise<std::size_t> told;
  crowd.sequencer->survey([&](const Survey& seen) { told.set_value(seen.cases); });
  return told.get_future().get();
}

Verified<Mandate> mandate_of(Crowd& crowd, const Person& principal, const Person& assistant,
                             const char* verb) {
  const Mandate mandate{.principal = principal.key.public_key(),
                        .assistant = assistant.key.public_key(),
                        .audience = "did:web:kettle.example",
                        .environment = Environment::sandbox,
                        .versions = {protocol_version},
                        .categories = {"delivery"},
                        .verbs = {verb},
                        .remedies = {"voucher"},
                        .issued_ms = crowd.clock.now_ms(),
                        .expires_ms = crowd.clock.now_ms() + 600'000};
  return *Admission::admit<Mandate>(*entente::sign(mandate, principal.key));
}

}  // namespace

TEST_CASE("a mandate that came with a refused opening is not kept", "[load][negative]") {
  Crowd crowd({});
  Person principal(1);
  Person assistant(2);
  const auto signed_mandate = mandate_of(crowd, principal, assistant, "open");
  const ByteView bytes = signed_mandate.envelope();
  const auto answer_to = [&](const std::string& category, bool brings_mandate) {
    Open open = late_parcels();
    open.claims.front().category = category;
    Message message = **Admission::admit<Message>(crowd.sign(assistant, open));
    message.author.actor = Actor::ai;
    message.author.authority = signed_mandate.id();
    Parcel parcel;
    parcel.envelopes = {*entente::sign(message, assistant.key)};
    if (brings_mandate) parcel.mandates.emplace_back(bytes.begin(), bytes.end());
    const auto said = crowd.refusals(
        crowd.answer(crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .done = {}})));
    return said.empty() ? std::string() : said.front().code;
  };
  CHECK(answer_to("billing", true) == "mandate_exceeded");
  CHECK(answer_to("delivery", false) == "mandate_invalid");
  CHECK(answer_to("delivery", true) == "");
  // What a case rests on is known to the next one.
  CHECK(answer_to("billing", true) == "mandate_exceeded");
  CHECK(answer_to("delivery", false) == "");
}

TEST_CASE("the status of a message is told to its case alone", "[load][negative]") {
  Crowd crowd({});
  const Person ana = crowd.member(1);
  const Person mallory(2);
  const std::int64_t soon_ms = crowd.clock.now_ms() + 60'000;
  const StatusAsked asked{ana.case_id, ana.case_id, soon_ms};
  constexpr ErrorCode told = ErrorCode::internal;
  CHECK(status_for(crowd, ana.key, asked) == told);
  CHECK(status_for(crowd, ana.key, {ana.case_id, {}, soon_ms}) == ErrorCode::not_admitted);
  CHECK(status_for(crowd, mallory.key, asked) == ErrorCode::not_found);
  CHECK(status_for(crowd, mallory.key, {ana.case_id, {}, soon_ms}) == ErrorCode::not_found);
  CHECK(status_for(crowd, ana.key, {ana.case_id, ana.case_id, crowd.clock.now_ms()}) ==
        ErrorCode::not_found);
  CHECK(status_for(crowd, ana.key, {ana.case_id, ana.case_id, soon_ms, "did:web:pot.example"}) ==
        ErrorCode::not_found);
}

TEST_CASE("strangers who ask for the status of messages pay for it", "[load][negative]") {
  LoadLimits load;
  load.strangers_per_network = {.per_minute = 60, .burst = 10};
  Crowd crowd(load);
  const Person ana = crowd.member(1);
  const std::int64_t soon_ms = crowd.clock.now_ms() + 60'000;
  for (std::uint32_t i = 0; i < 30; ++i) {
    const Person mallory(100 + i);
    const StatusAsked asked{.case_id = ana.case_id,
                            .message = ana.case_id,
                            .expires_ms = soon_ms,
                            .network = "192.0.2.1"};
    CHECK(status_for(crowd, mallory.key, asked) == ErrorCode::not_found);
  }
  CHECK(crowd.sequencer->load().shed == 20);  // the writer was not asked about these
}

TEST_CASE("who asks for the status of an ended case does not bring it back", "[load]") {
  Crowd crowd({});
  Person ana = crowd.member(1);
  const std::int64_t now_ms = crowd.clock.now_ms();
  const CloseProposed end{
      .outcome = "resolved", .contest_until_ms = now_ms + 1'000, .reopen_until_ms = now_ms + 2'000};
  const Bytes closing = crowd.sign(ana, Close{end});
  REQUIRE(crowd.ask(closing).kind == Delivery::Kind::parcel);
  crowd.ask(crowd.sign(ana, Close{CloseFinal{.of = id_in(closing)}}, id_in(closing)));
  crowd.settle();
  REQUIRE(cases_in_memory(crowd) == 0);
  CHECK(status_for(crowd, ana.key, {ana.case_id, ana.case_id, now_ms + 60'000}) ==
        ErrorCode::internal);
  crowd.settle();
  CHECK(cases_in_memory(crowd) == 0);
}

TEST_CASE("what a stranger sends to be kept does not stay in memory", "[load][negative]") {
  Crowd crowd({});
  Person mallory = crowd.member(1);
  constexpr std::size_t photo_bytes = 1'000'000;
  std::vector<Part> photos;
  for (std::uint8_t i = 0; i < 8; ++i) {
    const Bytes content(photo_bytes, i);
    Part photo = make_part(PartClass::media, "image/jpeg", content, crowd.entropy);
    Message message = **Admission::admit<Message>(crowd.sign(mallory, Inform{}));
    message.parts = {reference(photo)};
    Parcel parcel;
    parcel.envelopes = {*entente::sign(message, mallory.key)};
    parcel.parts = {photo};
    const Delivery answer =
        crowd.answer(crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .done = {}}));
    REQUIRE_FALSE(answer.parcel.receipts.empty());
    CHECK(crowd.voice.part_bytes < 2 * photo_bytes);
    photos.push_back(std::move(photo));
  }
  // Whoever reads the case gets them all the same.
  const Read read{.key = mallory.key.public_key(),
                  .audience = "did:web:kettle.example",
                  .environment = Environment::sandbox,
                  .method = "GET",
                  .path = "/",
                  .expires_ms = crowd.clock.now_ms() + 60'000};
  for (std::uint64_t i = 0; i < photos.size(); ++i) {
    const Delivery answer = crowd.answer(crowd.send({.parcel = {},
                                                     .case_id = mallory.case_id,
                                                     .after = i + 1,
                                                     .read = *entente::sign(read, mallory.key),
                                                     .done = {}}));
    REQUIRE_FALSE(answer.parcel.parts.empty());
    CHECK(answer.parcel.parts.front() == photos[i]);
  }
  CHECK(crowd.voice.part_bytes < 2 * photo_bytes);
}

TEST_CASE("what was not let in is let in when it comes again, however loaded", "[load]") {
  LoadLimits load;
  load.queue_max = 2;
  Crowd crowd(load);
  Person ana = crowd.member(1);
  Person assistant(2);
  assistant.case_id = ana.case_id;
  std::vector<Person> others;
  for (std::uint32_t i = 0; i < 4; ++i) others.push_back(crowd.member(10 + i));
  const auto mandate = mandate_of(crowd, ana, assistant, "handoff");
  Message message = **Admission::admit<Message>(crowd.sign(assistant, Crowd::ask_for_person()));
  message.author.actor = Actor::ai;
  message.author.authority = mandate.id();
  Parcel parcel;
  parcel.envelopes = {*entente::sign(message, assistant.key)};
  const auto send = [&] {
    return crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .done = {}});
  };
  CHECK(crowd.answer(send()).kind == Delivery::Kind::not_found);  // who is that?

  crowd.hold_writer();
  for (Person& other : others) crowd.send(crowd.sign(other, Inform{}));
  REQUIRE(crowd.sequencer->is_loaded());
  const ByteView bytes = mandate.envelope();
  parcel.mandates.emplace_back(bytes.begin(), bytes.end());
  const auto again = send();
  crowd.release();
  crowd.answer(again);
  crowd.settle();
  const auto log = crowd.logged();
  CHECK(std::ranges::find(log, id_in(parcel.envelopes.front())) != log.end());
}

namespace {

// As anybody may put it together: whether it proves that this brand refused what nothing refuses.
bool accuses(const Crowd& crowd, const Bytes& asked, const Bytes& answer, Bytes mandate = {}) {
  Contradiction made{.kind = Contradiction::Kind::refusal,
                     .cards = {crowd.brand.card},
                     .checkpoints = {},
                     .receipts = {},
                     .envelopes = {asked, answer},
                     .mandates = {}};
  if (!mandate.empty()) made.mandates.push_back(std::move(mandate));
  return judge(made, {}).has_value();
}

}  // namespace

TEST_CASE("who keeps its mandate to itself cannot accuse the brand that did not know it",
          "[load][negative]") {
  Crowd crowd({});
  Person principal(1);
  Person assistant(2);
  const auto mandate = mandate_of(crowd, principal, assistant, "open");
  Message message = **Admission::admit<Message>(crowd.sign(assistant, Crowd::open(true)));
  message.author.actor = Actor::ai;
  message.author.authority = mandate.id();
  const Bytes asked = *entente::sign(message, assistant.key);
  const Delivery answer = crowd.ask(asked);
  REQUIRE(answer.parcel.envelopes.size() == 1);
  const Bytes shown(mandate.envelope().begin(), mandate.envelope().end());
  CHECK_FALSE(accuses(crowd, asked, answer.parcel.envelopes.front(), shown));
}

TEST_CASE("nobody gets a word from a loaded brand that refuses what nothing refuses",
          "[load][negative]") {
  LoadLimits load;
  load.queue_max = 2;
  Crowd crowd(load);
  Person mallory = crowd.member(1);
  std::vector<Person> others;
  for (std::uint32_t i = 0; i < 4; ++i) others.push_back(crowd.member(10 + i));
  Message stray = **Admission::admit<Message>(crowd.sign(mallory, Inform{}));
  stray.audience.party = "did:web:pot.example";
  Parcel parcel;
  parcel.envelopes = {crowd.sign(mallory, Crowd::ask_for_person()),
                      *entente::sign(stray, mallory.key)};
  crowd.hold_writer();
  std::vector<std::shared_ptr<Heard>> heard;
  for (int i = 0; i < 2; ++i) {
    heard.push_back(crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .done = {}}));
    for (Person& other : others) crowd.send(crowd.sign(other, Inform{}));
  }
  crowd.release();
  for (const auto& each : heard) {
    for (const Bytes& answer : crowd.answer(each).parcel.envelopes) {
      CHECK_FALSE(accuses(crowd, parcel.envelopes.front(), answer));
    }
  }
}

TEST_CASE("nobody gets a word from a brand without a log that refuses what nothing refuses",
          "[load][negative]") {
  Crowd crowd({});
  const Person ana = crowd.member(1);
  Person mallory(2);
  mallory.case_id = ana.case_id;
  const Bytes asked = crowd.sign(mallory, Leave{.reason = "consumer_asked"});
  crowd.hold_writer();
  crowd.ledger->fail_batch({ErrorCode::store_failed, "the disk is full"});
  const auto heard = crowd.send(asked);
  crowd.release();
  const Delivery answer = crowd.answer(heard);
  CHECK(answer.kind == Delivery::Kind::busy);
  for (const Bytes& word : answer.parcel.envelopes) CHECK_FALSE(accuses(crowd, asked, word));
}
