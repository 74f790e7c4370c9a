// What a brand signs for without a log, of those who would have it promise what nothing can keep.

#include "outage_scene.h"

using namespace entente;
using namespace entente::tests;

TEST_CASE("an act signed twice while the disk fails is promised once", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  REQUIRE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Parcel asking = scene.overheard.sent;
  const Body another = Leave{.reason = "another"};

  disk.fail_now(Fault::no_space, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->leave(case_id, "consumer_asked"));
  const Refusal word = scene.words().at(0);
  REQUIRE(word.unlogged);
  CHECK(scene.sign_again(scene.overheard.sent, case_id) == word);
  CHECK(scene.sign_again(scene.overheard.sent, case_id, another).code == "act_conflict");
  CHECK(scene.sign_again(asking, case_id).unlogged);  // on record already, which nothing shows now
  CHECK(scene.sign_again(asking, case_id, another).code == "act_conflict");

  disk.heal();
  REQUIRE(scene.recovers());
  REQUIRE(scene.customer->resume(case_id));
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  CHECK(report.count_of(Rule::log_backfilled, Judgement::holds) == 2);
}

TEST_CASE("whoever signs an act again that is on record cannot accuse by the word for it",
          "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  REQUIRE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Parcel asking = scene.overheard.sent;
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  REQUIRE(scene.sign_again(asking, case_id).unlogged);
  disk.heal();
  REQUIRE(scene.recovers());
  scene.clock.by_ms = 61'000;  // more than a queue excuses
  REQUIRE(scene.customer->leave(case_id, "consumer_asked"));

  scene.customer.reset();
  scene.note(case_id, EntryKind::message, Direction::sent, scene.signed_again[0]);
  scene.note(case_id, EntryKind::refusal, Direction::received, scene.signed_again[1]);
  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.count_of(Rule::log_backfilled, Judgement::broken) == 0);
  CHECK(report.broken() == 0);
}

TEST_CASE("a word for what no log would take accuses nobody", "[outage][negative]") {
  Scene scene;
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  REQUIRE(scene.customer->ask_for_person(case_id, "consumer_asked"));
  const Bytes asking = scene.overheard.sent.envelopes.back();
  scene.clock.by_ms = 61'000;
  REQUIRE(scene.customer->leave(case_id, "consumer_asked"));
  scene.customer.reset();
  const auto note = [&](const Bytes& envelope, bool is_kept) {
    const auto message = Admission::admit<Message>(envelope);
    REQUIRE(message);
    if (is_kept) scene.note(case_id, EntryKind::message, Direction::sent, envelope);
    const Refusal word{.message = message->id(),
                       .code = "busy",
                       .at_ms = SystemClock().now_ms(),
                       .environment = Environment::sandbox,
                       .case_id = case_id,
                       .unlogged = true};
    scene.note(case_id, EntryKind::refusal, Direction::received, *sign(word, scene.brand.message));
  };
  // A step that only the brand may say, a stranger's request, and one that is not shown.
  Message message = **Admission::admit<Message>(asking);
  message.act_id.fill(7);
  message.body = Handoff{.hid = case_id, .act = Missed{}};
  note(*sign(message, scene.key), true);
  message.body = Leave{.reason = "consumer_asked"};
  const KeyPair stranger = Agreeable(2, scene.shop).key();
  message.author = {Party::consumer, Actor::person, stranger.public_key(), {}};
  note(*sign(message, stranger), true);
  message.act_id.fill(8);
  note(*sign(message, stranger), false);

  const Report report = scene.audit();
  INFO(to_text(report));
  CHECK(report.count_of(Rule::log_backfilled, Judgement::broken) == 0);
  CHECK(report.count_of(Rule::log_backfilled, Judgement::not_checkable) == 1);
}

TEST_CASE("a stranger to a case is promised nothing", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  scene.invite_customer();
  const CaseId case_id = scene.negotiate();
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  REQUIRE_FALSE(scene.customer->ask_for_person(case_id, "consumer_asked"));

  CaseId unknown;
  unknown.bytes.fill(9);
  for (const CaseId& target : {case_id, unknown}) {
    Message message{
        .environment = Environment::sandbox,
        .case_id = target,
        .prev = target,
        .sent_at_ms = SystemClock().now_ms(),
        .admit_by_ms = SystemClock().now_ms() + 60'000,
        .author = {Party::consumer, Actor::person, Agreeable(2, scene.shop).public_key(), {}},
        .audience = {"did:web:kettle.example", Admission::admit<Card>(scene.brand.card)->id()},
        .body = Leave{.reason = "consumer_asked"}};
    message.nonce.fill(7);
    message.act_id.fill(7);
    Parcel parcel;
    const KeyPair key = Agreeable(2, scene.shop).key();
    parcel.envelopes.push_back(*sign(message, key));
    const auto verified = Admission::admit<Message>(parcel.envelopes.front());
    if (!verified) FAIL(describe(verified.error()));
    // A plain busy would be a no to what nothing refuses.
    CHECK_FALSE(scene.overheard.post(parcel, std::nullopt, 0));
    CHECK(scene.words().empty());
  }
}

TEST_CASE("who asks for a person and takes it back in one breath is owed no acknowledgement",
          "[outage][negative]") {
  for (const bool fails : {false, true}) {
    Scene scene;
    FaultyDisk disk(scene.brand_store());
    scene.open_doors();
    Caller caller{scene};
    caller.post({caller.sign_as_said(Caller::claims(1))});
    if (fails) disk.fail_now(Fault::no_space, Lasting::until_healed);
    const Bytes asked = caller.sign_as_said(Caller::request());
    const Body withdrawn = Handoff{.hid = id_of(asked), .act = HandoffWithdrawn{}};
    caller.post({asked, caller.sign_as_said(withdrawn)});
    disk.heal();
    REQUIRE(scene.recovers());

    const Report report = scene.audit_brand();
    INFO(to_text(report));
    CHECK(report.broken() == 0);
  }
}

namespace {

bool has_word_for(const std::vector<Refusal>& words, const Bytes& envelope) {
  return std::ranges::find(words, id_of(envelope), &Refusal::message) != words.end();
}

}  // namespace

TEST_CASE("what no log would take is promised to nobody", "[outage][negative]") {
  Scene scene;
  FaultyDisk disk(scene.brand_store());
  scene.open_doors();
  Caller caller{scene};
  const Bytes opening = caller.sign_as_said(Caller::claims(1));
  caller.post({opening});
  disk.fail_now(Fault::no_space, Lasting::until_healed);
  const Body leave = Leave{.reason = "consumer_asked"};
  // Addressed to another brand, beside the open of its case.
  const Bytes stray = caller.sign_as_said(leave, "did:web:other.example");
  CHECK_FALSE(has_word_for(caller.post({opening, stray}), stray));
  // A step that only the brand may say.
  const auto brands =
      caller.post({caller.sign_as_said(Handoff{.hid = caller.case_id, .act = Missed{}})});
  CHECK(std::ranges::none_of(brands, &Refusal::unlogged));
  // In a case that this brand will not open.
  const Bytes elsewhere = caller.sign_as_said(Caller::claims(1), "did:web:other.example");
  CHECK(caller.post({elsewhere, caller.sign_as_said(leave)}).empty());
  disk.heal();
  REQUIRE(scene.recovers());

  const Report report = scene.audit_brand();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
}
