// A brand that says no where nobody may, one thing and then another, later for ever, or nothing at
// all: the request for a person is not lost, what was signed is kept, and every run ends.

#include "lying_scene.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

TEST_CASE("an offer said again with other terms under one act is proof", "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const Case& casefile = *scene.assistant->find_case(case_id);
  const auto& offers = casefile.offers();
  const auto standing = std::ranges::find_if(
      offers, [](const auto& offer) { return offer.second.by == Party::brand; });
  REQUIRE(standing != offers.end());
  Message other = **casefile.find_message(standing->first);
  other.nonce.fill(9);
  Offer& offer = std::get<Offer>(other.body);
  offer.valid_until_ms += 1;
  scene.liar->rewrite = [&](Parcel& parcel, const ShownLog&) {
    parcel.envelopes.push_back(*sign(other, scene.brand.message));
  };

  const auto heard = scene.assistant->poll(case_id, 0);

  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == ErrorCode::act_conflict);
  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  CHECK(finding_of(scene, files.front()).rule == Rule::message_act);
  scene.stop();
  CHECK(scene.broken(false) == Lines{"message.act by brand"});
  check_nobody_honest_is_accused(scene);

  // The same words signed again are a retry, and no proof of anything.
  Contradiction harmless = *contradiction_from_json(read_file(files.front()));
  harmless.envelopes[1] = harmless.envelopes[0];
  CHECK(judge(harmless, {}).error().code == ErrorCode::proof_invalid);
}

TEST_CASE("a refused request for a person is kept and told, and the other ways with it",
          "[liar][negative]") {
  for (const ErrorCode code : {ErrorCode::closed, ErrorCode::busy, ErrorCode::mandate_expired}) {
    INFO(name(code));
    Scene scene;
    const CaseId case_id = scene.open_and_hear_an_offer();
    scene.liar->instead = [&](const Parcel* parcel) -> std::optional<Result<Parcel>> {
      if (!asks(parcel, Verb::handoff)) return std::nullopt;
      Parcel no;
      no.envelopes.push_back(*sign(refusal_of(*parcel, code), scene.brand.message));
      return no;
    };

    const Status asked = scene.assistant->ask_for_person(case_id, "consumer_asked");

    REQUIRE_FALSE(asked);
    CHECK(asked.error().code == code);
    const auto files = proofs_in(scene.consumer_store());
    REQUIRE(files.size() == 1);
    const Finding finding = finding_of(scene, files.front());
    CHECK(finding.rule == Rule::refusal_justified);
    CHECK(finding.case_id == case_id);
    const auto ending = scene.assistant->run(case_id, run_ms);
    REQUIRE(ending);
    CHECK(ending->kind == Ending::Kind::broken_off);
    CHECK(ending->outcome == name(code));
    CHECK(ending->alternatives == Lines{"phone", "post"});
    CHECK(ending->evidence.size() >= 1);

    // The request is not forgotten: as soon as the brand takes it, a person is asked for, once.
    scene.liar->instead = nullptr;
    CHECK(scene.assistant->run(case_id, run_ms)->kind == Ending::Kind::with_a_person);
    CHECK(scene.assistant->find_case(case_id)->handoffs().size() == 1);
    scene.stop();
    if (code == ErrorCode::busy || code == ErrorCode::mandate_expired) {
      CHECK(contains(scene.broken(false), "refusal.justified by brand"));
    }
    check_nobody_honest_is_accused(scene);
  }
}

TEST_CASE("a refusal that was right, or that nothing shows to be wrong, accuses nobody",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  Parcel asked;
  scene.liar->instead = [&](const Parcel* parcel) -> std::optional<Result<Parcel>> {
    if (!asks(parcel, Verb::handoff)) return std::nullopt;
    asked = *parcel;
    Parcel no;
    no.envelopes.push_back(*sign(refusal_of(*parcel, ErrorCode::key_unknown), scene.brand.message));
    return no;
  };
  CHECK_FALSE(scene.assistant->ask_for_person(case_id, "consumer_asked"));
  CHECK(proofs_in(scene.consumer_store()).empty());

  Contradiction made{.kind = Contradiction::Kind::refusal,
                     .cards = {scene.brand.card},
                     .envelopes = {asked.envelopes.back(), Bytes()},
                     .mandates = asked.mandates};
  const auto proves = [&](const Refusal& refusal, const KeyPair& key) {
    made.envelopes[1] = *sign(refusal, key);
    return judge(made, {}).has_value();
  };
  CHECK(proves(refusal_of(asked, ErrorCode::busy), scene.brand.message));
  // By a stranger; of another message; an acknowledgement; without the mandate; to another brand.
  const KeyPair stranger = std::move(*KeyPair::from_seed(Bytes(32, 77)));
  CHECK_FALSE(proves(refusal_of(asked, ErrorCode::busy), stranger));
  Refusal other = refusal_of(asked, ErrorCode::busy);
  other.message.bytes[0] ^= 1;
  CHECK_FALSE(proves(other, scene.brand.message));
  Refusal acknowledged = refusal_of(asked, ErrorCode::busy);
  acknowledged.unlogged = true;
  CHECK_FALSE(proves(acknowledged, scene.brand.message));
  made.mandates.clear();
  CHECK_FALSE(proves(refusal_of(asked, ErrorCode::busy), scene.brand.message));
  made.mandates = asked.mandates;
  Message elsewhere = **Admission::admit<Message>(asked.envelopes.back());
  elsewhere.audience.party = "did:web:pot.example";
  made.envelopes[0] = *sign(elsewhere, scene.key);
  Parcel to_other;
  to_other.envelopes.push_back(made.envelopes[0]);
  CHECK_FALSE(proves(refusal_of(to_other, ErrorCode::audience_mismatch), scene.brand.message));
}

TEST_CASE("a brand that is busy for ever is asked a bounded number of times, more and more slowly",
          "[liar][negative]") {
  for (const bool is_signed : {false, true}) {
    INFO("signed: " << is_signed);
    Scene scene;
    const CaseId case_id = scene.open_and_hear_an_offer();
    std::set<MessageId> asked;
    scene.liar->instead = [&](const Parcel* parcel) -> std::optional<Result<Parcel>> {
      if (parcel == nullptr) return std::nullopt;
      for (const Bytes& envelope : parcel->envelopes) {
        asked.insert(Admission::admit<Message>(envelope)->id());
      }
      if (!is_signed) return Result<Parcel>(fail(ErrorCode::busy));
      Refusal busy = refusal_of(*parcel, ErrorCode::busy);
      busy.unlogged = asks(parcel, Verb::handoff);  // its log cannot be written, it says
      Parcel later;
      later.envelopes.push_back(*sign(busy, scene.brand.message));
      return later;
    };
    CHECK(scene.assistant->ask_for_person(case_id, "consumer_asked").error().code ==
          ErrorCode::busy);
    const int before = scene.liar->calls;

    const auto ending = scene.assistant->run(case_id, run_ms);

    REQUIRE(ending);
    CHECK(ending->kind == Ending::Kind::gave_up);
    CHECK(ending->outcome == "busy");
    CHECK(ending->alternatives == Lines{"phone", "post"});
    CHECK(scene.liar->calls - before > 3);
    CHECK(scene.liar->calls - before < 40);
    CHECK(scene.paused_ms > run_ms / 2);
    CHECK(asked.size() == 1);  // one act, however often it is presented
    CHECK(proofs_in(scene.consumer_store()).empty());

    scene.liar->instead = nullptr;
    CHECK(scene.assistant->run(case_id, run_ms)->kind == Ending::Kind::with_a_person);
    scene.stop();
    CHECK(scene.broken(true).empty());
  }
}

TEST_CASE("a person who was asked for and never acknowledged is what the run ends with",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const std::uint64_t request = scene.assistant->find_case(case_id)->next_position();
  // The answers stop at the request itself.
  scene.liar->rewrite = [&](Parcel& parcel, const ShownLog&) {
    std::erase_if(parcel.receipts, [&](const Receipt& receipt) {
      return decode<LogEntry>(receipt.leaf)->position > request;
    });
  };
  REQUIRE(scene.assistant->ask_for_person(case_id, "consumer_asked"));

  const auto ending = scene.assistant->run(case_id, run_ms);

  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::gave_up);
  CHECK(ending->outcome == "handoff_not_acknowledged");
  CHECK(ending->alternatives == Lines{"phone", "post"});
  scene.stop();
  // It was, in a log that nobody delivered: that alone accuses nobody.
  CHECK(scene.broken(true).empty());
}

TEST_CASE("a brand with nothing to say, at once or never, costs a bounded number of calls",
          "[liar][negative]") {
  const Result<Parcel> nothings[] = {
      Parcel{}, fail(ErrorCode::timed_out), fail(ErrorCode::network_failed),
      fail(ErrorCode::peer_failed, "status 500"), fail(ErrorCode::malformed)};
  for (const Result<Parcel>& nothing : nothings) {
    INFO((nothing ? "an empty parcel" : name(nothing.error().code)));
    Scene scene;
    const CaseId case_id = scene.open_and_hear_an_offer();
    REQUIRE(scene.assistant->ask_for_person(case_id, "consumer_asked"));
    scene.principal.agrees = false;
    scene.liar->instead = [&](const Parcel*) { return std::optional(nothing); };
    REQUIRE(scene.assistant->leave(case_id, "consumer_asked").has_value() == nothing.has_value());
    const int before = scene.liar->calls;

    const auto ending = scene.assistant->run(case_id, 1'000'000);

    REQUIRE(ending);
    CHECK(ending->kind == Ending::Kind::gave_up);
    CHECK(ending->outcome == (nothing ? "timed_out" : name(nothing.error().code)));
    CHECK(scene.liar->calls - before <= 120);
    CHECK(scene.paused_ms > 100'000);
  }
}
