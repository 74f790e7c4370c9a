// What an assistant makes of a brand that lies with its own keys about its card, its log and its
// receipts: nothing is believed, the code says what was wrong, proof is kept where two signatures
// contradict each other, and the run ends. Then the same lies as an auditor sees them: the brand is
// named where that is proved, and nobody else ever.

#include <entente/audit/proof.h>
#include <entente/wire/part.h>

#include "lying_scene.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

// The brand's second card, which revokes its message key from this entry of its log on.
Bytes card_that_revokes(const Brand& brand, std::uint64_t from) {
  const auto first = Admission::admit<Card>(brand.card);
  Card next = **first;
  next.number = 2;
  next.prev_card = first->id();
  const auto key = std::ranges::find(next.keys, brand.message.public_key(), &CardKey::key);
  key->revoked_at_index = from;
  return *sign(next, brand.root);
}

std::uint64_t brand_size(const Scene& scene) {
  std::uint64_t size = 0;
  scene.endpoint->inspect([&](const Ledger& ledger) { size = ledger.size(); });
  return size;
}

}  // namespace

TEST_CASE("told through a log that changes nothing, the case ends as it does", "[liar]") {
  Scene scene;
  const CaseId case_id = scene.open();
  const auto ending = scene.assistant->run(case_id, run_ms);
  REQUIRE(ending);
  CHECK(ending->outcome == "resolved_agreed");
  CHECK(proofs_in(scene.consumer_store()).empty());
  scene.stop();
  CHECK(scene.broken(true).empty());
}

TEST_CASE("another brand's card is not learned, and leaves nothing behind", "[liar][negative]") {
  Scene scene;
  Card other = **Admission::admit<Card>(scene.brand.card);
  other.domain = "pot.example";
  scene.liar->shown_card = *sign(other, scene.brand.root);
  CHECK(scene.start().error().code == ErrorCode::audience_mismatch);
  scene.liar->shown_card = to_bytes("no card");
  CHECK_FALSE(scene.start());
  Card forged = **Admission::admit<Card>(scene.brand.card);
  forged.log_vkey.clear();
  scene.liar->shown_card = *sign(forged, scene.brand.root);
  CHECK(scene.start().error().code == ErrorCode::card_invalid);
  // The right one is learned as if nothing had been.
  scene.liar->shown_card = scene.brand.card;
  CHECK(scene.start());
}

TEST_CASE("a card that does not follow from the pinned one is refused", "[liar][negative]") {
  Scene scene;
  REQUIRE(scene.start());
  scene.assistant.reset();
  const Card first = **Admission::admit<Card>(scene.brand.card);
  const Digest first_id = Admission::admit<Card>(scene.brand.card)->id();
  const KeyPair stranger = std::move(*KeyPair::from_seed(Bytes(32, 77)));

  Card second = first;
  second.number = 2;
  second.prev_card = first_id;
  Card twin = first;  // the same number, other content
  twin.privacy_contact = "other@kettle.example";
  Card skipped = second;
  skipped.number = 3;
  Card stolen = second;
  stolen.root_key = stranger.public_key();
  const std::pair<Card, const KeyPair*> wrong[] = {
      {twin, &scene.brand.root}, {skipped, &scene.brand.root}, {stolen, &stranger}};
  for (const auto& [card, root] : wrong) {
    scene.liar->shown_card = *sign(card, *root);
    CHECK(scene.start().error().code == ErrorCode::card_invalid);
  }
  // The next card is learned; the first, shown again, is old news and rolls nothing back.
  scene.liar->shown_card = *sign(second, scene.brand.root);
  REQUIRE(scene.start());
  scene.assistant.reset();
  scene.liar->shown_card = scene.brand.card;
  REQUIRE(scene.start());
  CHECK(scene.assistant->card().number == 2);
}

TEST_CASE("a checkpoint or a message by a key that is not on the card is not believed",
          "[liar][negative]") {
  const KeyPair stranger = std::move(*KeyPair::from_seed(Bytes(32, 77)));
  {
    Scene scene;
    const CaseId case_id = scene.open();
    scene.liar->log_key = &stranger;
    const auto ending = scene.assistant->run(case_id, run_ms);
    REQUIRE(ending);
    CHECK(ending->kind == Ending::Kind::broken_off);
    CHECK(ending->outcome == "checkpoint_invalid");
    CHECK(ending->alternatives == Lines{"phone", "post"});
    scene.stop();
    CHECK(scene.broken(true).empty());
  }
  {
    // The brand's newest word again, by another key, with a place and a receipt of its own.
    Scene scene;
    const CaseId case_id = scene.open_and_hear_an_offer();
    const Case& casefile = *scene.assistant->find_case(case_id);
    const std::uint64_t next = casefile.next_position();
    Message forged = **casefile.find_message(casefile.head());
    forged.prev = casefile.head();
    forged.act_id.fill(9);
    forged.author.key = stranger.public_key();
    scene.liar->tell_also(*sign(forged, stranger), next);
    CHECK(scene.assistant->poll(case_id, 0).error().code == ErrorCode::key_unknown);
    CHECK(scene.assistant->find_case(case_id)->next_position() == next);
    scene.stop();
    check_nobody_honest_is_accused(scene);
  }
}

TEST_CASE("two histories of one size are kept as proof that anybody can check",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  scene.liar->show = [](std::uint64_t index, LogEntry& leaf) {
    if (index == 1) leaf.time_ms += 1;
  };

  const auto heard = scene.assistant->poll(case_id, 0);

  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == ErrorCode::log_forked);
  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  CHECK(heard.error().detail.find(files.front().string()) != std::string::npos);
  CHECK(finding_of(scene, files.front()).rule == Rule::log_fork);
  // Nothing goes on with such a brand, now or after a restart, honest as it may look again.
  scene.liar->show = nullptr;
  const int calls = scene.liar->calls;
  CHECK(scene.assistant->run(case_id, run_ms)->kind == Ending::Kind::broken_off);
  scene.assistant.reset();
  REQUIRE(scene.start());
  const auto again = scene.assistant->run(case_id, run_ms);
  CHECK(again->kind == Ending::Kind::broken_off);
  CHECK(again->evidence == files);
  CHECK(scene.liar->calls == calls);
  scene.stop();
  CHECK(scene.broken(false) == Lines{"log.fork by brand"});
  check_nobody_honest_is_accused(scene);
  CHECK(broken_in(scene.brand, files) == Lines{"log.fork by brand"});
}

TEST_CASE("a second history under the key that was changed is one of this log",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  scene.assistant.reset();
  const KeyPair second_key = std::move(*KeyPair::from_seed(Bytes(32, 77)));
  const auto first = Admission::admit<Card>(scene.brand.card);
  Card next = **first;
  next.number = 2;
  next.prev_card = first->id();
  next.log_vkey =
      Vkey::make("kettle.example/log", SignatureType::ed25519, second_key.public_key())->encode();
  scene.liar->shown_card = *sign(next, scene.brand.root);
  scene.liar->log_key = &second_key;
  REQUIRE(scene.start());
  REQUIRE(scene.assistant->poll(case_id, 0));

  // Under the old key the same history is not believed, and no contradiction either.
  scene.liar->log_key = &scene.brand.log;
  CHECK(scene.assistant->poll(case_id, 0).error().code == ErrorCode::checkpoint_invalid);
  CHECK(proofs_in(scene.consumer_store()).empty());
  scene.liar->show = [](std::uint64_t index, LogEntry& leaf) {
    if (index == 1) leaf.time_ms += 1;
  };
  CHECK(scene.assistant->poll(case_id, 0).error().code == ErrorCode::log_forked);
  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  CHECK(finding_of(scene, files.front()).rule == Rule::log_fork);
  scene.stop();
  CHECK(scene.broken(false) == Lines{"log.fork by brand"});
  check_nobody_honest_is_accused(scene);
}

TEST_CASE("a log that grew from other entries, or that shrank, is not believed",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const std::uint64_t known = scene.assistant->find_case(case_id)->next_position();
  bool shrinks = false;
  scene.liar->show = [&](std::uint64_t index, LogEntry& leaf) {
    if (!shrinks && index == 1) leaf.time_ms += 1;
  };
  scene.liar->grow = [&](ShownLog& log) {
    if (!shrinks) log.add(to_bytes("one more"));
  };
  CHECK(scene.assistant->poll(case_id, 0).error().code == ErrorCode::proof_invalid);
  scene.liar->show = nullptr;
  scene.liar->rewrite = [](Parcel& parcel, const ShownLog&) { parcel.consistency.clear(); };
  CHECK(scene.assistant->poll(case_id, 0).error().code == ErrorCode::proof_invalid);

  // As it was when the case was opened.
  shrinks = true;
  scene.liar->rewrite = [&](Parcel& parcel, const ShownLog& log) {
    parcel.receipts.clear();
    ShownLog older(scene.brand.log);
    for (std::uint64_t index = 0; index < 3; ++index) older.add(log.receipt(index, {}).leaf);
    parcel.checkpoint = older.note();
  };
  CHECK(scene.assistant->poll(case_id, 0).error().code == ErrorCode::log_forked);
  CHECK(scene.assistant->find_case(case_id)->next_position() == known);
  CHECK(proofs_in(scene.consumer_store()).empty());  // one signature contradicts nothing

  // Honest again, the case goes on as if nothing had been.
  scene.liar->rewrite = nullptr;
  CHECK(scene.assistant->run(case_id, run_ms)->outcome == "resolved_agreed");
  scene.stop();
  CHECK(scene.broken(true).empty());
}

TEST_CASE("receipts stand under the checkpoint that came with them, or under none",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  // The answer's own checkpoint is on the line; what its receipts are proved by is not.
  bool same_size = false;
  scene.liar->rewrite = [&](Parcel& parcel, const ShownLog& log) {
    ShownLog other(scene.brand.log);
    for (std::uint64_t index = 0; index < log.size(); ++index) {
      LogEntry leaf = *decode<LogEntry>(log.receipt(index, {}).leaf);
      if (index == 1) leaf.time_ms += 1;
      other.add(encode(leaf));
    }
    if (!same_size) other.add(to_bytes("one more"));
    for (Receipt& receipt : parcel.receipts) {
      receipt = other.receipt(decode_proof(receipt.proof)->index, receipt.salt);
    }
  };
  CHECK(scene.assistant->ask_for_person(case_id, "consumer_asked").error().code ==
        ErrorCode::receipt_invalid);
  CHECK(proofs_in(scene.consumer_store()).empty());
  same_size = true;
  CHECK(scene.assistant->resume(case_id).error().code == ErrorCode::log_forked);
  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  CHECK(finding_of(scene, files.front()).rule == Rule::log_fork);
  CHECK(scene.assistant->find_case(case_id)->handoff() == nullptr);
}

TEST_CASE("without receipts nothing was said, and the assistant does not say it for ever",
          "[liar][negative]") {
  Scene scene;
  scene.liar->rewrite = [](Parcel& parcel, const ShownLog&) { parcel.receipts.clear(); };
  REQUIRE(scene.start());
  CHECK(scene.assistant->open().error().code == ErrorCode::receipt_invalid);
  const auto cases = scene.assistant->cases();
  REQUIRE(cases.size() == 1);

  const auto ending = scene.assistant->run(cases.front(), run_ms);

  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::gave_up);
  CHECK(scene.heard.empty());
  CHECK(scene.liar->calls < 100);
  CHECK(scene.paused_ms > run_ms / 2);
  // The same bytes each time: honest again, the brand has one case.
  scene.liar->rewrite = nullptr;
  CHECK(scene.assistant->run(cases.front(), run_ms)->outcome == "resolved_agreed");
  CHECK(scene.assistant->cases().size() == 1);
  scene.stop();
  CHECK(scene.broken(true).empty());
}

TEST_CASE("a receipt must be of this message, at this place, with this content and effect",
          "[liar][negative]") {
  struct Lie {
    const char* called;
    std::function<void(LogEntry&)> tell;
    const char* outcome;
  };
  // The opening stands at 0, the proof of the account at 1, and the brand's first word at 2. A
  // receipt that opens to nothing is none: what it should be of is said again until time is over.
  const Lie lies[] = {
      {"other content", [](LogEntry& leaf) { leaf.commit.bytes[0] ^= 1; }, "timed_out"},
      {"another kind", [](LogEntry& leaf) { leaf.kind = EntryKind::facts; }, "timed_out"},
      {"another place", [](LogEntry& leaf) { leaf.position += 1; }, "receipt_invalid"},
      {"far away", [](LogEntry& leaf) { leaf.position += 1'000'000; }, "receipt_invalid"},
      {"swapped", [](LogEntry& leaf) { leaf.position = leaf.position == 1 ? 2 : 1; },
       "receipt_invalid"},
      {"another effect", [](LogEntry& leaf) { leaf.effect = "no_offer"; }, "receipt_invalid"},
      {"no effect", [](LogEntry& leaf) { leaf.effect.clear(); }, "receipt_invalid"},
  };
  for (const Lie& lie : lies) {
    INFO(lie.called);
    Scene scene;
    scene.liar->show = [&](std::uint64_t, LogEntry& leaf) {
      const bool early = leaf.kind == EntryKind::message && leaf.position >= 1;
      if (early && leaf.position <= 2) lie.tell(leaf);
    };
    REQUIRE(scene.start());
    const auto opened = scene.assistant->open();
    const CaseId case_id = scene.assistant->cases().at(0);
    const auto ending = scene.assistant->run(case_id, run_ms);
    REQUIRE(ending);
    CHECK(ending->kind != Ending::Kind::closed);
    CHECK(ending->outcome == lie.outcome);
    CHECK(scene.heard.size() <= 1);  // the opening
    CHECK(scene.shop.executed() == 0);
    scene.stop();
    check_nobody_honest_is_accused(scene);
  }
}

TEST_CASE(
    "an accept whose receipt says another effect binds nobody here, and the brand's log "
    "shows who lied",
    "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const std::uint64_t next = scene.assistant->find_case(case_id)->next_position();
  scene.liar->show = [&](std::uint64_t, LogEntry& leaf) {
    if (leaf.kind == EntryKind::message && leaf.position == next) leaf.effect = "lapsed";
  };

  const auto ending = scene.assistant->run(case_id, run_ms);

  REQUIRE(ending);
  CHECK(ending->kind == Ending::Kind::broken_off);
  CHECK(ending->outcome == "receipt_invalid");
  CHECK(scene.assistant->find_case(case_id)->bindings().empty());
  scene.stop();
  // The checkpoint it was shown under is on record: not the brand's own history.
  CHECK(contains(scene.broken(true), "both.checkpoints by brand"));
  check_nobody_honest_is_accused(scene);
}

TEST_CASE("two entries for one position are proof, even in one log", "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const Case& casefile = *scene.assistant->find_case(case_id);
  const std::uint64_t taken = casefile.next_position() - 1;
  // At the place of its offer the brand has said something else, too.
  Message other = **casefile.find_message(casefile.head());
  other.nonce.fill(9);
  other.act_id.fill(9);
  scene.liar->tell_also(*sign(other, scene.brand.message), taken);

  const auto heard = scene.assistant->poll(case_id, 0);

  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == ErrorCode::log_forked);
  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  CHECK(finding_of(scene, files.front()).case_id == case_id);
  scene.stop();
  CHECK(scene.broken(false) == Lines{"log.fork by brand"});
  check_nobody_honest_is_accused(scene);
}

TEST_CASE("a card that revokes its key from before it spoke disowns nothing, and is proof",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const std::uint64_t known = scene.assistant->find_case(case_id)->next_position();
  scene.assistant.reset();
  scene.liar->shown_card = card_that_revokes(scene.brand, 1);

  // Learned once, and read back from the consumer's own log twice.
  for (int restart = 0; restart < 3; ++restart) {
    INFO(restart);
    const Status started = scene.start();
    if (!started) FAIL(describe(started.error()));
    REQUIRE(scene.assistant->find_case(case_id)->next_position() == known);
    CHECK(scene.assistant->card().number == 2);
    CHECK(scene.assistant->evidence() == proofs_in(scene.consumer_store()));
    const int calls = scene.liar->calls;
    CHECK(scene.assistant->run(case_id, run_ms)->kind == Ending::Kind::broken_off);
    CHECK(scene.liar->calls == calls);
    scene.assistant.reset();
  }

  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  const Finding finding = finding_of(scene, files.front());
  CHECK(finding.rule == Rule::card_chain);
  CHECK(finding.case_id == case_id);
  scene.stop();
  CHECK(scene.broken(false) == Lines{"card.chain by brand"});
  CHECK(scene.broken(true) == Lines{"card.chain by brand"});
  check_nobody_honest_is_accused(scene);
}

TEST_CASE("a key that is revoked from here on has said what it said", "[liar]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  const std::uint64_t known = scene.assistant->find_case(case_id)->next_position();
  scene.assistant.reset();
  scene.liar->shown_card = card_that_revokes(scene.brand, brand_size(scene));
  for (int restart = 0; restart < 2; ++restart) {
    REQUIRE(scene.start());
    CHECK(scene.assistant->find_case(case_id)->next_position() == known);
    CHECK(scene.assistant->evidence().empty());
    scene.assistant.reset();
  }
  scene.stop();
  CHECK(scene.broken(true).empty());
}

TEST_CASE("a brand that speaks on with a key it has revoked is not believed, and is proved to",
          "[liar][negative]") {
  Scene scene;
  const CaseId case_id = scene.open_and_hear_an_offer();
  scene.assistant.reset();
  scene.liar->shown_card = card_that_revokes(scene.brand, brand_size(scene));
  REQUIRE(scene.start());
  const std::uint64_t known = scene.assistant->find_case(case_id)->next_position();

  const Status heard = scene.assistant->ask_for_person(case_id, "consumer_asked");

  REQUIRE_FALSE(heard);
  CHECK(heard.error().code == ErrorCode::key_revoked);
  CHECK(scene.assistant->find_case(case_id)->next_position() == known);
  const auto files = proofs_in(scene.consumer_store());
  REQUIRE(files.size() == 1);
  CHECK(heard.error().detail.find(files.front().string()) != std::string::npos);
  CHECK(finding_of(scene, files.front()).rule == Rule::card_chain);
  scene.assistant.reset();
  REQUIRE(scene.start());
  CHECK(scene.assistant->run(case_id, run_ms)->kind == Ending::Kind::broken_off);
  scene.stop();
  CHECK(scene.broken(false) == Lines{"card.chain by brand"});
  check_nobody_honest_is_accused(scene);
}
