// What anybody on the network can learn of a case that is not theirs, and make the brand hold.

#include "catch.h"
#include "crowd.h"
#include "own_words.h"

using namespace entente;
using namespace entente::tests;

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
