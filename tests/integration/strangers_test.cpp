// What anybody on the network can learn of a case that is not theirs, and make the brand hold.

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
};

ErrorCode status_for(Crowd& crowd, const KeyPair& key, const StatusAsked& asked) {
  const Read read{.key = key.public_key(),
                  .audience = asked.brand,
                  .environment = Environment::sandbox,
                  .method = "GET",
                  .path = "/",
                  .expires_ms = asked.expires_ms};
  std::promise<Result<Receipt>> told;
  crowd.sequencer->ask_status(asked.case_id, asked.message, *entente::sign(read, key),
                              [&](Result<Receipt> receipt) { told.set_value(receipt); });
  const auto receipt = told.get_future().get();
  return receipt ? ErrorCode::internal : receipt.error().code;
}

std::size_t cases_in_memory(Crowd& crowd) {
  std::promise<std::size_t> told;
  crowd.sequencer->survey([&](const Survey& seen) { told.set_value(seen.cases); });
  return told.get_future().get();
}

}  // namespace

TEST_CASE("a mandate that came with a refused opening is not kept", "[load][negative]") {
  Crowd crowd({});
  Person principal(1);
  Person assistant(2);
  const Mandate mandate{.principal = principal.key.public_key(),
                        .assistant = assistant.key.public_key(),
                        .audience = "did:web:kettle.example",
                        .environment = Environment::sandbox,
                        .versions = {protocol_version},
                        .categories = {"delivery"},
                        .verbs = {"open"},
                        .remedies = {"voucher"},
                        .issued_ms = crowd.clock.now_ms(),
                        .expires_ms = crowd.clock.now_ms() + 600'000};
  const auto signed_mandate = Admission::sign(mandate, principal.key);
  REQUIRE(signed_mandate);
  const ByteView bytes = signed_mandate->envelope();
  const auto answer_to = [&](const std::string& category, bool brings_mandate) {
    Open open = late_parcels();
    open.claims.front().category = category;
    Message message = **Admission::admit<Message>(crowd.sign(assistant, open));
    message.author.actor = Actor::ai;
    message.author.authority = signed_mandate->id();
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
