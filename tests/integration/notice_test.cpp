// The parties tell each other what they have erased: who is heard, what is answered, what stands in
// both logs, and what nobody can do with it.

#include <entente/journal/notice.h>
#include <entente/wire/admission.h>
#include <entente/wire/retention.h>

#include <algorithm>

#include "catch.h"
#include "forget_world.h"

using namespace entente;
using namespace entente::tests;
using Words = std::vector<std::string>;

namespace {

const std::string brand_did = "did:web:kettle.example";

// The brand at work, and a customer of it who says what it likes.
struct AtWork {
  explicit AtWork(ForgetWorld& of, KeepTimes keep_ms = {}) : world(of) {
    EndpointOptions options = kettle_endpoint(world.brand_store(), world.brand, unused);
    options.back_office = &shop;
    options.policy = lenient(options.policy);
    options.keep_ms = std::move(keep_ms);
    auto started = Endpoint::start(std::move(options));
    if (!started) throw std::runtime_error(describe(started.error()));
    endpoint = std::move(*started);
    line.emplace(*endpoint, world.brand.card);
  }

  Result<Parcel> post(const Bytes& notice, const CaseId& case_id) {
    Parcel parcel;
    parcel.notices = {notice};
    return line->post(parcel, case_id, 0);
  }
  std::uint64_t size() {
    std::uint64_t entries = 0;
    endpoint->inspect([&](const Ledger& ledger) { entries = ledger.size(); });
    return entries;
  }
  std::unique_ptr<Assistant> customer(std::uint8_t number) { return returning.meet(number, *line); }

  ForgetWorld& world;
  DurableShop shop{world.directory.path() / "writes"};
  KettleShop unused;
  std::unique_ptr<Endpoint> endpoint;
  std::optional<LocalBrand> line;
  ReturningCustomer returning{world};
};

KeyPair principal_key(std::uint8_t number) {
  const KettleShop unused;
  return Agreeable(number, unused).key();
}

ErasureNotice notice_of(const CaseId& case_id, std::uint8_t nonce = 1) {
  ErasureNotice notice{.case_id = case_id,
                       .classes = {"contact"},
                       .reason = "request",
                       .audience = brand_did,
                       .environment = Environment::sandbox,
                       .at_ms = SystemClock().now_ms()};
  notice.nonce.fill(nonce);
  return notice;
}

Bytes signed_by(ErasureNotice notice, const KeyPair& key) {
  notice.key = key.public_key();
  return *sign(notice, key);
}

ErasureAck ack_in(const Result<Parcel>& answer) {
  if (!answer) FAIL(describe(answer.error()));
  REQUIRE(answer->notices.size() == 1);
  return **Admission::admit<ErasureAck>(answer->notices.front());
}

// "held (retention)", and "until" where a day is named.
std::string said(const ErasureAck& ack) {
  return std::string(name(ack.answer)) + (ack.until_ms != 0 ? " until" : "") +
         (ack.basis.empty() ? "" : " (" + ack.basis + ")");
}

Words told(const Report& report) {
  Words found;
  for (const std::string& each : sentences(report, Judgement::holds)) {
    if (each.starts_with("notice of erasure")) found.push_back(each);
  }
  return found;
}

}  // namespace

TEST_CASE("a consumer tells the brand, both logs have it, and an auditor reads it", "[notice]") {
  ForgetWorld world;
  {
    SystemEntropy entropy;
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 101)));
    const KeyPair principal = principal_key(1);
    auto ledger = *Ledger::open(
        {.directory = world.consumer_store(1), .origin = to_did_key(principal.public_key())}, key,
        entropy);
    const ErasureRecord wish = world.wish(whole_case());
    REQUIRE(erase(*ledger, {&wish, 1}));
    ErasureNotice notice = notice_of(world.first);
    notice.classes = wish.classes;
    REQUIRE(tell_erasure(*ledger, notice, principal));
    REQUIRE(ledger->commit());
  }
  {
    AtWork brand(world);
    const std::uint64_t before = brand.size();
    brand.customer(1);
    CHECK(brand.size() == before + 2);
    brand.customer(1);  // answered: nothing goes out again
    CHECK(brand.size() == before + 2);
  }
  const std::string what = "contact, decision, media, prose, reference, special, terms (request)";
  const Report brand = world.audit({world.brand_store()});
  CHECK(sentences(brand, Judgement::broken) == Words{});
  CHECK(told(brand) ==
        Words{"notice of erasure received: " + what + ", answered held (retention)"});
  const Report both = world.audit({world.brand_store(), world.consumer_store(1)});
  CHECK(sentences(both, Judgement::broken) == Words{});
  CHECK(told(both) == Words{"notice of erasure received: " + what + ", answered held (retention)",
                            "notice of erasure sent: " + what + ", answered held (retention)"});
}

TEST_CASE("a brand answers by its holds, its times and what it has erased", "[notice]") {
  constexpr std::int64_t day_ms = 86'400'000;
  ForgetWorld world;
  const Bytes notice = signed_by(notice_of(world.first), principal_key(1));
  SECTION("no rule: held, and no day is named") {
    CHECK(said(ack_in(AtWork(world).post(notice, world.first))) == "held (retention)");
  }
  SECTION("a time that is not over") {
    AtWork brand(world, {{"contact", 30 * day_ms}});
    const ErasureAck ack = ack_in(brand.post(notice, world.first));
    CHECK(said(ack) == "held until (retention)");
    CHECK(ack.until_ms > SystemClock().now_ms() + 29 * day_ms);
  }
  SECTION("a time that is over: a person decides, no message does") {
    AtWork brand(world, {{"contact", 0}});
    CHECK(said(ack_in(brand.post(notice, world.first))) == "held (review)");
  }
  SECTION("a hold, whatever the times say") {
    const HoldRecord hold{.case_id = world.first,
                          .hold = Digest{{7}},
                          .until_ms = SystemClock().now_ms() + day_ms,
                          .reason = "litigation",
                          .at_ms = SystemClock().now_ms()};
    REQUIRE(put_holds(**world.open(), {&hold, 1}));
    AtWork brand(world, {{"contact", 0}});
    const ErasureAck ack = ack_in(brand.post(notice, world.first));
    CHECK(said(ack) == "held until (hold)");
    CHECK(ack.until_ms == hold.until_ms);
  }
  SECTION("erased before") {
    const ErasureRecord wish = world.wish({"contact", "media"});
    REQUIRE(erase(**world.open(), {&wish, 1}));
    const ErasureAck ack = ack_in(AtWork(world).post(notice, world.first));
    CHECK(said(ack) == "erased");
    CHECK(ack.classes == Words{"contact"});
  }
  SECTION("a class that does not exist") {
    ErasureNotice odd = notice_of(world.first);
    odd.classes = {"record"};
    CHECK(said(ack_in(AtWork(world).post(signed_by(odd, principal_key(1)), world.first))) ==
          "refused (class_unknown)");
  }
  SECTION("an open case") {
    AtWork brand(world);
    const CaseId open = *brand.customer(3)->open();
    CHECK(said(ack_in(brand.post(signed_by(notice_of(open), principal_key(3)), open))) ==
          "refused (case_open)");
  }
  CHECK(sentences(world.audit({world.brand_store()}), Judgement::broken) == Words{});
}

TEST_CASE("whoever has no part in a case is told what strangers are told, and nothing is written",
          "[notice][attack]") {
  ForgetWorld world;
  AtWork brand(world);
  const std::uint64_t before = brand.size();
  const auto code = [&](const Bytes& notice, const CaseId& case_id) {
    const auto answer = brand.post(notice, case_id);
    return answer ? std::string("answered") : describe(answer.error());
  };
  const CaseId none{{9}};
  const std::string stranger = code(signed_by(notice_of(none), principal_key(1)), none);
  CHECK(stranger.starts_with("not_found"));
  const KeyPair nobody = std::move(*KeyPair::from_seed(Bytes(32, 77)));
  // Of nobody, of another customer, of another customer to that customer's case.
  CHECK(code(signed_by(notice_of(world.first), nobody), world.first) == stranger);
  CHECK(code(signed_by(notice_of(world.first), principal_key(2)), world.first) == stranger);
  CHECK(code(signed_by(notice_of(world.first), principal_key(1)), world.second) == stranger);
  CHECK(code(signed_by(notice_of(world.second), principal_key(1)), world.second) == stranger);
  // For another brand, of another environment, under a mandate that is not on record.
  for (const auto& change : std::vector<std::function<void(ErasureNotice&)>>{
           [](ErasureNotice& n) { n.audience = "did:web:other.example"; },
           [](ErasureNotice& n) { n.environment = Environment::production; },
           [](ErasureNotice& n) { n.authority = Digest{{5}}; }}) {
    ErasureNotice changed = notice_of(world.first);
    change(changed);
    CHECK(code(signed_by(changed, principal_key(1)), world.first) == stranger);
  }
  // Signed by one and naming another, cut, and flipped.
  ErasureNotice borrowed = notice_of(world.first);
  borrowed.key = principal_key(1).public_key();
  CHECK(code(*sign(borrowed, nobody), world.first) == stranger);
  Bytes flipped = signed_by(notice_of(world.first), principal_key(1));
  flipped[flipped.size() / 2] ^= 1;
  CHECK(code(flipped, world.first) == stranger);
  // An answer to what nobody asked, by nobody.
  const ErasureAck ack{.notice = Digest{{3}},
                       .case_id = world.first,
                       .answer = ErasureAnswer::erased,
                       .key = nobody.public_key(),
                       .environment = Environment::sandbox};
  CHECK(code(*sign(ack, nobody), world.first) == stranger);
  CHECK(brand.size() == before);
}

TEST_CASE("the same notice again gets the same answer, and no second entry", "[notice][attack]") {
  ForgetWorld world;
  const Bytes notice = signed_by(notice_of(world.first), principal_key(1));
  Bytes first;
  std::uint64_t size = 0;
  {
    AtWork brand(world);
    first = brand.post(notice, world.first)->notices.at(0);
    size = brand.size();
    CHECK(brand.post(notice, world.first)->notices.at(0) == first);
    CHECK(brand.size() == size);
  }
  AtWork again(world);
  CHECK(again.post(notice, world.first)->notices.at(0) == first);
  CHECK(again.size() == size);
}

TEST_CASE("a member who floods fills no log", "[notice][attack]") {
  ForgetWorld world;
  AtWork brand(world);
  const std::uint64_t before = brand.size();
  std::size_t answered = 0;
  for (std::uint8_t nonce = 1; nonce <= 60; ++nonce) {
    const auto answer =
        brand.post(signed_by(notice_of(world.first, nonce), principal_key(1)), world.first);
    answered += answer && !answer->notices.empty() ? 1 : 0;
  }
  CHECK(answered == notices_per_case_max);
  CHECK(brand.size() == before + 2 * notices_per_case_max);
}

TEST_CASE("a brand tells its customer with the next answer, who keeps the proof", "[notice]") {
  ForgetWorld world;
  {
    const auto ledger = *world.open();
    const ErasureRecord wish = world.wish({"contact"});
    REQUIRE(erase(*ledger, {&wish, 1}));
    ErasureNotice notice = notice_of(world.first);
    notice.audience = to_did_key(principal_key(1).public_key());
    notice.authority = Admission::admit<Card>(world.brand.card)->id();
    REQUIRE(tell_erasure(*ledger, notice, world.brand.message));
    REQUIRE(ledger->commit());
  }
  {
    AtWork brand(world);
    const std::uint64_t before = brand.size();
    const auto customer = brand.customer(1);
    REQUIRE(customer->poll(world.first, 0));
    CHECK(brand.size() == before);
    // Its answer goes with what it says next.
    REQUIRE(customer->ask_for_person(world.first, "consumer_asked"));
    CHECK(brand.size() > before);
  }
  const Report report = world.audit({world.brand_store(), world.consumer_store(1)});
  CHECK(sentences(report, Judgement::broken) == Words{});
  CHECK(told(report) ==
        Words{"notice of erasure received: contact (request), answered held (own_record)",
              "notice of erasure sent: contact (request), answered held (own_record)"});
}

TEST_CASE("a brand that says it has erased what it keeps is found out", "[notice][attack]") {
  ForgetWorld world;
  {
    const auto ledger = *world.open();
    const Bytes asked = signed_by(notice_of(world.first), principal_key(1));
    ErasureAck lie{.notice = Admission::admit<ErasureNotice>(asked)->id(),
                   .case_id = world.first,
                   .answer = ErasureAnswer::erased,
                   .classes = {"contact"},
                   .key = world.brand.message.public_key(),
                   .environment = Environment::sandbox,
                   .at_ms = SystemClock().now_ms()};
    const auto put = [&](Direction direction, const Bytes& content) {
      ledger->append({.kind = EntryKind::notice,
                      .case_id = world.first,
                      .direction = direction,
                      .time_ms = SystemClock().now_ms(),
                      .content = content});
    };
    SECTION("in its answer") {
      put(Direction::received, asked);
      put(Direction::sent, *sign(lie, world.brand.message));
    }
    SECTION("in a notice of its own") {
      put(Direction::sent, signed_by(notice_of(world.first), world.brand.message));
    }
    REQUIRE(ledger->commit());
  }
  CHECK(sentences(world.audit({world.brand_store()}), Judgement::broken) ==
        Words{"the other party was told that contact is erased, and no erasure is on record"});
}

TEST_CASE("an answer to nothing, and what is no notice, are found", "[notice][attack]") {
  ForgetWorld world;
  std::string sentence;
  {
    const auto ledger = *world.open();
    Bytes content = to_bytes("no envelope");
    SECTION("no notice") { sentence = "the notice of erasure, or its answer, does not verify"; }
    SECTION("to nothing") {
      const ErasureAck ack{.notice = Digest{{3}},
                           .case_id = world.first,
                           .answer = ErasureAnswer::held,
                           .basis = "hold",
                           .key = world.brand.message.public_key(),
                           .environment = Environment::sandbox,
                           .at_ms = 1};
      content = *sign(ack, world.brand.message);
      sentence = "the answer is to no notice of the other party that is on record before it";
    }
    ledger->append({.kind = EntryKind::notice,
                    .case_id = world.first,
                    .direction = Direction::sent,
                    .time_ms = SystemClock().now_ms(),
                    .content = content});
    REQUIRE(ledger->commit());
  }
  CHECK(sentences(world.audit({world.brand_store()}), Judgement::broken) == Words{sentence});
}
