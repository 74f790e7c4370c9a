// Brands that keep people waiting, talk on while a person is awaited, perform twice or what nobody
// has approved, and sign it all with their own keys: what an auditor says to that.

#include <entente/protocol/message.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "../../sdk/cli/card_file.h"
#include "audit_world.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;
using Lines = std::vector<std::string>;

namespace {

bool contains(const Lines& lines, std::string_view line) {
  return std::ranges::find(lines, line) != lines.end();
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(describe(result.error()));
  return std::move(*result);
}

// The brand offered, and the customer did not agree and said something else.
struct Undecided {
  TemporaryDirectory directory;
  Brand brand = make_brand(1, SystemClock().now_ms());
  std::filesystem::path store = directory.path() / "brand";

  explicit Undecided(const std::function<Status(Assistant&, const CaseId&)>& say_instead) {
    KettleShop shop;
    auto endpoint = must(Endpoint::start(kettle_endpoint(store, brand, shop)));
    LocalBrand connection(*endpoint, brand.card);
    const Goal goal = must(Goal::parse(kettle_goal(), "goal.yaml"));
    Agreeable principal(1, shop);
    principal.agrees = false;
    const KeyPair key = must(KeyPair::from_seed(Bytes(32, 101)));
    auto assistant = must(Assistant::start({.directory = directory.path() / "consumer",
                                            .goal = &goal,
                                            .files = {{"kettle.jpg", to_bytes("a photo")}},
                                            .brand = &connection,
                                            .principal = &principal,
                                            .key = &key}));
    const CaseId case_id = must(assistant->open());
    must(assistant->run(case_id, 60'000));
    if (!say_instead(*assistant, case_id)) throw std::runtime_error("not said");
    assistant.reset();
    endpoint->stop();
  }
};

// Who has not come yet.
const Undecided& awaited_person() {
  static const Undecided made([](Assistant& assistant, const CaseId& case_id) {
    return assistant.ask_for_person(case_id, "consumer_asked");
  });
  return made;
}

const Undecided& unapproved_right() {
  static const Undecided made([](Assistant& assistant, const CaseId& case_id) {
    return assistant.say(case_id, {.body = Exercise{Invoke{.right = "withdrawal", .claims = {1}}}});
  });
  return made;
}

std::optional<Message> message_of(const EditedEntry& entry) {
  if (entry.kind != EntryKind::message) return std::nullopt;
  const auto message = Admission::admit<Message>(entry.draft.content);
  return message ? std::optional(**message) : std::nullopt;
}

bool is_acknowledgement(const EditedEntry& entry) {
  const auto message = message_of(entry);
  return message && message->author.party == Party::brand && message->verb() == Verb::handoff;
}

// The log of one brand, rewritten by that brand.
Lines broken_after(const std::filesystem::path& store, const KeyPair& log_key, const Edit& edit,
                   const Add& add = {}) {
  const TemporaryDirectory directory;
  const auto old = directory.path() / "old";
  std::filesystem::copy(store, old);
  rewrite_log(old, directory.path() / "brand", log_key, edit, add);
  return broken_in({directory.path() / "brand"});
}

bool keep(EditedEntry&) { return true; }

}  // namespace

TEST_CASE("a brand that keeps the promise of a person breaks nothing", "[audit]") {
  const Undecided& world = awaited_person();
  CHECK(broken_in({world.store}).empty());
  CHECK(broken_after(world.store, world.brand.log, keep).empty());
}

TEST_CASE("a request for a person that was acknowledged late is found", "[audit]") {
  bool late = false;
  const Lines broken =
      broken_after(awaited_person().store, awaited_person().brand.log, [&](EditedEntry& entry) {
        late = late || is_acknowledgement(entry);
        if (late) entry.draft.time_ms += 1;
        return true;
      });
  REQUIRE(late);
  CHECK(broken == Lines{"handoff.acknowledged by brand"});
}

TEST_CASE("a request for a person that was never acknowledged is found", "[audit]") {
  bool dropped = false;
  const Lines broken =
      broken_after(awaited_person().store, awaited_person().brand.log, [&](EditedEntry& entry) {
        dropped = dropped || is_acknowledgement(entry);
        return !dropped;
      });
  REQUIRE(dropped);
  CHECK(contains(broken, "handoff.acknowledged by brand"));
}

TEST_CASE("an offer made while a person is awaited is found", "[audit]") {
  const Undecided& world = awaited_person();
  std::optional<Message> offer;
  EditedEntry last;
  MessageId head;
  const auto watch = [&](EditedEntry& entry) {
    const auto message = message_of(entry);
    if (message) {
      last = entry;
      head = id_of(*message);
      if (message->verb() == Verb::propose && message->author.party == Party::brand) {
        offer = message;
      }
    }
    return true;
  };
  const auto offer_again = [&] {
    offer->act_id.fill(7);
    offer->nonce.fill(7);
    offer->prev = head;
    EntryDraft draft = last.draft;
    draft.content = must(sign(*offer, world.brand.message));
    draft.direction = Direction::sent;
    draft.parts_received.clear();
    ++draft.position;
    return std::vector{draft};
  };

  const Lines broken = broken_after(world.store, world.brand.log, watch, offer_again);

  REQUIRE(offer);
  CHECK(contains(broken, "handoff.respected by brand"));
}

TEST_CASE("a term that was carried out twice is found", "[audit]") {
  for (const EntryKind twice : {EntryKind::perform_intent, EntryKind::perform_result}) {
    std::optional<EntryDraft> done;
    const Lines broken = broken_after(
        aftermath().brand_store(), aftermath().brand.log,
        [&](EditedEntry& entry) {
          if (entry.kind == twice) done = entry.draft;
          return true;
        },
        [&] {
          done->time_ms += 60'000;
          return std::vector{*done};
        });
    REQUIRE(done);
    CHECK(contains(broken, "perform.once by brand"));
  }
}

TEST_CASE("a right that was carried out though nobody has approved it is found", "[audit]") {
  const Undecided& world = unapproved_right();
  CHECK(broken_in({world.store}).empty());
  std::optional<EntryDraft> right;
  const auto watch = [&](EditedEntry& entry) {
    const auto message = message_of(entry);
    const bool is_consumers = message && message->author.party == Party::consumer;
    if (is_consumers && message->verb() == Verb::exercise) right = entry.draft;
    return true;
  };
  const auto carry_out = [&] {
    const MessageId source = must(Admission::admit<Message>(right->content)).id();
    PerformanceRecord record{
        .case_id = *right->case_id, .key = perform_key(source, 1), .source = source, .term = 1};
    EntryDraft intent{.kind = EntryKind::perform_intent,
                      .case_id = right->case_id,
                      .time_ms = right->time_ms + 60'000,
                      .content = encode(record)};
    record.state = Performed::State::done;
    EntryDraft result = intent;
    result.kind = EntryKind::perform_result;
    result.content = encode(record);
    return std::vector{intent, result};
  };
  const Lines broken = broken_after(world.store, world.brand.log, watch, carry_out);
  REQUIRE(right);
  CHECK(broken == Lines{"perform.bound by brand"});
}

TEST_CASE("a card that revokes its key from before it spoke is found where it stands",
          "[audit][negative]") {
  const auto first = must(Admission::admit<Card>(aftermath().brand.card));
  const auto broken_by = [&](std::uint64_t from) {
    EditedEntry last;
    return broken_after(
        aftermath().brand_store(), aftermath().brand.log,
        [&](EditedEntry& entry) {
          last = entry;
          return true;
        },
        [&] {
          Card next = *first;
          next.number = 2;
          next.prev_card = first.id();
          next.keys.front().revoked_at_index = from;
          return std::vector{EntryDraft{.kind = EntryKind::card,
                                        .case_id = {},
                                        .direction = Direction::own,
                                        .time_ms = last.draft.time_ms,
                                        .content = must(sign(next, aftermath().brand.root))}};
        });
  };
  REQUIRE(first->keys.front().key == aftermath().brand.message.public_key());
  std::uint64_t spoke = 0;  // for the last time
  const auto keep_watch = [&](EditedEntry& entry) {
    const auto message = message_of(entry);
    if (message && message->author.party == Party::brand) spoke = entry.index;
    return true;
  };
  CHECK(broken_after(aftermath().brand_store(), aftermath().brand.log, keep_watch).empty());
  REQUIRE(spoke > 1);
  for (const std::uint64_t from : {std::uint64_t{1}, spoke - 1, spoke}) {
    CHECK(broken_by(from) == Lines{"card.chain by brand"});
  }
  for (const std::uint64_t from : {spoke + 1, spoke + 1000}) CHECK(broken_by(from).empty());
}

TEST_CASE("what a key says once a card from `entente card make` has revoked it is found",
          "[audit][negative]") {
  const Undecided& world = awaited_person();
  const Bytes first = world.brand.card;
  const KeyPair next_key = must(KeyPair::from_seed(Bytes(32, 102)));
  // The card, and then one more word by the old key, so many entries before it may say none.
  const auto broken_by_word = [&](std::uint64_t before) {
    std::optional<Message> said;
    EditedEntry last;
    EntryDraft word;
    MessageId head;
    const auto watch = [&](EditedEntry& entry) {
      last = entry;
      if (const auto message = message_of(entry)) {
        head = id_of(*message);
        word = entry.draft;
        if (message->author.party == Party::brand) said = message;
      }
      return true;
    };
    const auto speak_on = [&] {
      cli::CardKeys keys{.root = &world.brand.root,
                         .message = next_key.public_key(),
                         .log = world.brand.log.public_key()};
      keys.revoked = {{world.brand.message.public_key()}, last.index + 2 + before};
      EntryDraft card = {
          .kind = EntryKind::card,
          .case_id = {},
          .direction = Direction::own,
          .time_ms = last.draft.time_ms,
          .content = must(cli::make_card(*must(Admission::admit<Card>(first)), keys, &first))};
      said->body = Inform{};
      said->parts.clear();
      said->act_id.fill(7);
      said->nonce.fill(7);
      said->prev = head;
      word.content = must(sign(*said, world.brand.message));
      word.direction = Direction::sent;
      word.time_ms = last.draft.time_ms;
      word.parts_received.clear();
      ++word.position;
      return std::vector{card, word};
    };
    return broken_after(world.store, world.brand.log, watch, speak_on);
  };
  CHECK(broken_by_word(1).empty());
  CHECK(broken_by_word(0) == Lines{"message.authority by brand"});
}
