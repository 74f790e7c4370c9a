// More comes than an endpoint can carry: floods of one key, of one network, of requests for a
// person, of bytes sent again. Who floods waits; nobody else does, and nothing that was
// acknowledged is lost.

#include <entente/journal/challenge.h>

#include <algorithm>
#include <deque>
#include <set>

#include "catch.h"
#include "crowd.h"

using namespace entente;
using namespace entente::tests;

namespace {

LoadLimits small() {
  LoadLimits load;
  load.messages_per_key = {.per_minute = 60, .burst = 20};
  load.messages_per_case = {.per_minute = 60, .burst = 40};
  load.reads_per_key = {.per_minute = 60, .burst = 10};
  load.openings_per_network = {.per_minute = 60, .burst = 30};
  load.strangers_per_network = {.per_minute = 60, .burst = 10};
  load.refused_openings = {.per_minute = 60, .burst = 5};
  return load;
}

MessageId id_in(const Bytes& envelope) { return Admission::admit<Message>(envelope)->id(); }

std::size_t place_in(const std::vector<MessageId>& log, const Bytes& envelope) {
  return static_cast<std::size_t>(std::ranges::find(log, id_in(envelope)) - log.begin());
}

constexpr const char* here = "192.0.2.1";
constexpr const char* elsewhere = "198.51.100.7";

}  // namespace

TEST_CASE("a key that floods is told to wait, by signature, and nobody else is", "[load]") {
  Crowd crowd(small());
  Person mallory = crowd.member(1);
  Person ana = crowd.member(2);
  std::size_t admitted = 0, busy = 0;
  for (int i = 0; i < 100; ++i) {
    const Bytes inform = crowd.sign(mallory, Inform{});
    const Delivery answer = crowd.ask(inform);
    if (answer.kind == Delivery::Kind::parcel) ++admitted;
    if (answer.kind != Delivery::Kind::busy) continue;
    ++busy;
    const auto refusals = crowd.refusals(answer);
    REQUIRE(refusals.size() == 1);
    CHECK(refusals[0].message == id_in(inform));
    CHECK(refusals[0].case_id == mallory.case_id);
    CHECK(refusals[0].code == "busy");
    CHECK(refusals[0].at_ms == crowd.clock.now_ms());
    CHECK(refusals[0].retry_after_ms >= 1'000);
    CHECK_FALSE(refusals[0].unlogged);
  }
  CHECK(admitted == 19);  // the burst, less the opening
  CHECK(busy == 81);
  CHECK(crowd.ask(crowd.sign(ana, Inform{})).kind == Delivery::Kind::parcel);
  // What nothing sheds goes through even now.
  const Delivery person = crowd.ask(crowd.sign(mallory, Crowd::ask_for_person()));
  CHECK(person.kind == Delivery::Kind::parcel);
  CHECK(person.parcel.receipts.size() > 0);
  // Who waits as long as told is heard again.
  crowd.clock.advance(1'000);
  CHECK(crowd.ask(crowd.sign(mallory, Inform{})).kind == Delivery::Kind::parcel);
}

TEST_CASE("what may be shed does not ride on what may not", "[load][negative]") {
  Crowd crowd(small());
  Person mallory = crowd.member(1);
  std::size_t admitted = 0, held_back = 0;
  for (int i = 0; i < 20; ++i) {
    Parcel parcel;
    for (int j = 0; j < 10; ++j) parcel.envelopes.push_back(crowd.sign(mallory, Inform{}));
    parcel.envelopes.push_back(crowd.sign(mallory, Crowd::ask_for_person()));
    const Delivery answer =
        crowd.answer(crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .done = {}}));
    REQUIRE(answer.kind == Delivery::Kind::parcel);
    const auto busy = crowd.refusals(answer);
    held_back += busy.size();
    admitted += 10 - busy.size();
  }
  CHECK(admitted == 10);
  CHECK(held_back == 190);
}

TEST_CASE("a stranger who is held back hears nothing of the case", "[load][negative]") {
  Crowd crowd(small());
  const Person ana = crowd.member(1);
  Person mallory(2);
  mallory.case_id = ana.case_id;
  for (int i = 0; i < 5; ++i) {
    Parcel parcel;
    for (int j = 0; j < 10; ++j) parcel.envelopes.push_back(crowd.sign(mallory, Inform{}));
    parcel.envelopes.push_back(crowd.sign(mallory, Crowd::ask_for_person()));
    const Delivery answer =
        crowd.answer(crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .done = {}}));
    CHECK(answer.kind == Delivery::Kind::not_found);
    CHECK(answer.parcel.envelopes.empty());
  }
}

TEST_CASE("a stranger who asks for a person has no entry promised, however many wait",
          "[load][negative]") {
  LoadLimits load;
  load.reserved_prompt_max = 1;
  Crowd crowd(load);
  Person ana = crowd.member(1);
  Person mallory(2);
  mallory.case_id = ana.case_id;
  crowd.hold_writer();
  std::vector<std::shared_ptr<Heard>> strangers, members;
  for (int i = 0; i < 5; ++i) {
    strangers.push_back(crowd.send(crowd.sign(mallory, Crowd::ask_for_person())));
    members.push_back(crowd.send(crowd.sign(ana, Crowd::ask_for_person())));
  }
  CHECK(crowd.sequencer->load().unlogged == members.size() - 1);
  crowd.release();
  for (const auto& heard : strangers) {
    const Delivery answer = crowd.answer(heard);
    CHECK(answer.kind == Delivery::Kind::not_found);
    CHECK(answer.parcel.envelopes.empty());
  }
  for (const auto& heard : members) {
    const Parcel answer = crowd.answer(heard).parcel;
    CHECK(answer.receipts.size() + answer.envelopes.size() > 0);
  }
}

TEST_CASE("a case that has ended wakes nobody when it cannot be reopened any more", "[load]") {
  Crowd crowd({});
  Person ana = crowd.member(1);
  Person ben = crowd.member(2);
  const std::int64_t now_ms = crowd.clock.now_ms();
  const CloseProposed end{
      .outcome = "resolved", .contest_until_ms = now_ms + 1'000, .reopen_until_ms = now_ms + 2'000};
  const Bytes closing = crowd.sign(ana, Close{end});
  REQUIRE(crowd.ask(closing).kind == Delivery::Kind::parcel);
  crowd.ask(crowd.sign(ana, Close{CloseFinal{.of = id_in(closing)}}, id_in(closing)));
  crowd.settle();
  const std::size_t before = crowd.voice.asked_for(ana.case_id);
  crowd.clock.advance(3'000);
  crowd.ask(crowd.sign(ben, Inform{}));
  crowd.settle();
  CHECK(crowd.voice.asked_for(ben.case_id) == 2);
  CHECK(crowd.voice.asked_for(ana.case_id) == before);
}

TEST_CASE("a network that opens cases with fresh keys pays for all of them", "[load]") {
  Crowd crowd(small());
  std::size_t admitted = 0, signed_no = 0, plain_no = 0;
  for (std::uint32_t i = 0; i < 200; ++i) {
    Person fresh(1000 + i);
    const Delivery answer = crowd.ask(crowd.sign(fresh, Crowd::open()), here);
    if (answer.kind == Delivery::Kind::parcel) {
      ++admitted;
    } else {
      REQUIRE(answer.kind == Delivery::Kind::busy);
      ++(crowd.refusals(answer).empty() ? plain_no : signed_no);
    }
  }
  CHECK(admitted == 30);
  CHECK(signed_no == 5);
  CHECK(plain_no == 165);
  Person bob(1);
  CHECK(crowd.ask(crowd.sign(bob, Crowd::open()), elsewhere).kind == Delivery::Kind::parcel);
  // From the very network: a person asked for in the first message, and a right exercised with it.
  Person carol(2), dave(3);
  CHECK(crowd.ask(crowd.sign(carol, Crowd::open(true)), here).kind == Delivery::Kind::parcel);
  const Bytes opening = crowd.sign(dave, Crowd::open());
  dave.case_id = id_in(opening);
  Parcel both;
  both.envelopes = {opening,
                    crowd.sign(dave, Exercise{.act = Invoke{.right = "access", .claims = {1}}})};
  const Delivery answer = crowd.answer(
      crowd.send({.parcel = both, .case_id = {}, .read = {}, .network = here, .done = {}}));
  CHECK(answer.kind == Delivery::Kind::parcel);
  CHECK(answer.parcel.receipts.size() == 2);
}

TEST_CASE("a stranger hears that there is no such case, and then is not even read", "[load]") {
  Crowd crowd(small());
  Person ana = crowd.member(1);
  Person mallory(2);
  mallory.case_id = ana.case_id;
  std::set<Delivery::Kind> kinds;
  for (int i = 0; i < 50; ++i) {
    kinds.insert(crowd.ask(crowd.sign(mallory, Inform{}), here).kind);
    Bytes garbage = crowd.sign(mallory, Inform{});
    garbage[garbage.size() - 1] ^= 1U;
    kinds.insert(crowd.ask(garbage, here).kind);
  }
  CHECK(kinds == std::set{Delivery::Kind::not_found});
  CHECK(crowd.sequencer->load().shed > 80);
  // Whoever shares the network is still heard: a member, and one who asks for a person.
  Person bob(3);
  CHECK(crowd.ask(crowd.sign(bob, Crowd::open(true)), here).kind == Delivery::Kind::parcel);
  CHECK(crowd.ask(crowd.sign(ana, Inform{}), elsewhere).kind == Delivery::Kind::parcel);
  CHECK(crowd.ask(crowd.sign(ana, Crowd::ask_for_person()), here).kind == Delivery::Kind::parcel);
}

TEST_CASE("reads are priced", "[load]") {
  Crowd crowd(small());
  Person ana = crowd.member(1);
  const auto read = [&](const KeyPair& key) {
    Read asked{.key = key.public_key(),
               .authority = {},
               .audience = "did:web:kettle.example",
               .environment = Environment::sandbox,
               .method = "GET",
               .path = "/",
               .expires_ms = crowd.clock.now_ms() + 60'000};
    crowd.entropy.fill(asked.nonce);
    return crowd
        .answer(crowd.send({.parcel = {},
                            .case_id = ana.case_id,
                            .read = *sign(asked, key),
                            .network = here,
                            .done = {}}))
        .kind;
  };
  std::size_t answered = 0, busy = 0;
  for (int i = 0; i < 30; ++i) {
    const auto kind = read(ana.key);
    answered += kind == Delivery::Kind::parcel ? 1 : 0;
    busy += kind == Delivery::Kind::busy ? 1 : 0;
  }
  CHECK(answered == 10);
  CHECK(busy == 20);
  const Person mallory(2);
  for (int i = 0; i < 30; ++i) CHECK(read(mallory.key) == Delivery::Kind::not_found);
}

TEST_CASE("a full queue sheds what may be shed and keeps room for what may not", "[load]") {
  LoadLimits load;
  load.queue_max = 8;
  Crowd crowd(load);
  std::deque<Person> people;
  for (std::uint32_t i = 0; i < 60; ++i) people.push_back(crowd.member(i + 1));
  crowd.hold_writer();
  std::vector<std::shared_ptr<Heard>> informs, handoffs;
  std::vector<Bytes> asked;
  for (Person& person : people) informs.push_back(crowd.send(crowd.sign(person, Inform{})));
  for (Person& person : people) {
    asked.push_back(crowd.sign(person, Crowd::ask_for_person()));
    handoffs.push_back(crowd.send(asked.back()));
  }
  std::size_t busy = 0;
  for (const auto& heard : informs) {
    if (!heard->delivered) continue;
    ++busy;
    CHECK(crowd.refusals(*heard->delivered).size() == 1);
  }
  CHECK(busy == people.size() - load.queue_max);
  CHECK(crowd.sequencer->is_loaded());
  crowd.release();
  for (const auto& heard : handoffs) CHECK_FALSE(crowd.answer(heard).parcel.receipts.empty());
  crowd.settle();
  CHECK_FALSE(crowd.sequencer->is_loaded());
  CHECK(crowd.sequencer->load().waiting_bytes == 0);
  const auto log = crowd.logged();
  for (const Bytes& envelope : asked) CHECK(place_in(log, envelope) < log.size());
}

TEST_CASE("who waited longer than the queue may opens no case, unless for a person", "[load]") {
  Crowd crowd(small());
  Person ana = crowd.member(1);
  const std::int64_t late_ms = small().queue_ms_target + 1;
  const auto ask = [&](std::vector<Bytes> envelopes, std::int64_t waited_ms) {
    Parcel parcel{.envelopes = std::move(envelopes)};
    return crowd.answer(crowd.send({.parcel = std::move(parcel),
                                    .case_id = {},
                                    .read = {},
                                    .waited_ms = waited_ms,
                                    .done = {}}));
  };
  std::uint32_t people = 100;
  const auto opening = [&] {
    Person fresh(people++);
    return crowd.sign(fresh, Crowd::open());
  };
  CHECK(ask({opening()}, late_ms - 1).kind == Delivery::Kind::parcel);

  // Nobody has looked at its signature, so that a wrong one hears the same.
  Bytes forged = opening();
  const MessageId id = id_in(forged);
  forged[forged.size() - 9] ^= 1U;
  REQUIRE_FALSE(Admission::admit<Message>(forged));
  const std::uint64_t shed_before = crowd.sequencer->load().shed;
  const Delivery no = ask({forged}, late_ms);
  CHECK(no.kind == Delivery::Kind::busy);
  const auto refusals = crowd.refusals(no);
  REQUIRE(refusals.size() == 1);
  CHECK(refusals[0].message == id);
  CHECK(refusals[0].code == "busy");
  CHECK(refusals[0].retry_after_ms >= 1'000);
  CHECK_FALSE(refusals[0].unlogged);
  CHECK(crowd.sequencer->load().shed == shed_before + 1);
  // No more of them than the endpoint can afford for strangers.
  std::size_t signed_no = 1;
  for (int i = 0; i < 20; ++i) {
    const Delivery answer = ask({opening()}, late_ms);
    CHECK(answer.kind == Delivery::Kind::busy);
    signed_no += crowd.refusals(answer).size();
  }
  CHECK(signed_no == 5);

  Person bob(1), carol(2);
  CHECK(ask({crowd.sign(bob, Crowd::open(true))}, late_ms).kind == Delivery::Kind::parcel);
  const Bytes with_right = crowd.sign(carol, Crowd::open());
  carol.case_id = id_in(with_right);
  const Bytes right = crowd.sign(carol, Exercise{.act = Invoke{.right = "access", .claims = {1}}});
  CHECK(ask({with_right, right}, late_ms).parcel.receipts.size() == 2);
  CHECK(ask({crowd.sign(ana, Inform{})}, late_ms).kind == Delivery::Kind::parcel);
  CHECK(ask({crowd.sign(ana, Crowd::ask_for_person())}, late_ms).kind == Delivery::Kind::parcel);
}

TEST_CASE("who floods with requests for a person waits behind everybody else's", "[load]") {
  Crowd crowd({});
  Person mallory = crowd.member(1);
  std::deque<Person> others;
  for (std::uint32_t i = 0; i < 5; ++i) others.push_back(crowd.member(i + 2));
  crowd.hold_writer();
  std::vector<std::pair<Bytes, std::shared_ptr<Heard>>> flood, honest;
  for (int i = 0; i < 1000; ++i) {
    const Bytes asked = crowd.sign(mallory, Crowd::ask_for_person());
    flood.emplace_back(asked, crowd.send(asked));
  }
  for (Person& person : others) {
    const Bytes asked = crowd.sign(person, Crowd::ask_for_person());
    honest.emplace_back(asked, crowd.send(asked));
  }
  const LoadStats during = crowd.sequencer->load();
  CHECK(during.reserved_waiting == 256 + others.size());
  CHECK(during.unlogged == 256 - 16);
  CHECK(during.turned_away == 1000 - 256);
  crowd.release();
  for (const auto& [asked, heard] : honest) {
    CHECK_FALSE(crowd.answer(heard).parcel.receipts.empty());
  }
  crowd.settle();
  std::vector<Bytes> acknowledged;
  std::size_t receipted = 0, unlogged = 0, untold = 0;
  for (const auto& [asked, heard] : flood) {
    const Delivery answer = crowd.answer(heard);
    const auto words = crowd.refusals(answer);
    if (answer.kind == Delivery::Kind::parcel) {
      ++receipted;
    } else if (words.empty()) {
      ++untold;  // not taken, not refused: to be sent again
      continue;
    } else {
      ++unlogged;
      REQUIRE(words.size() == 1);
      CHECK(words[0].unlogged);
      CHECK(words[0].message == id_in(asked));
    }
    acknowledged.push_back(asked);
  }
  CHECK(receipted == 16);
  CHECK(unlogged == 240);
  CHECK(untold == 744);
  const auto log = crowd.logged();
  for (const Bytes& asked : acknowledged) CHECK(place_in(log, asked) < log.size());
  std::size_t before = 0;  // of the flood, in the log before the last honest one
  std::size_t last = 0;
  for (const auto& [asked, heard] : honest) last = std::max(last, place_in(log, asked));
  for (const Bytes& asked : acknowledged) before += place_in(log, asked) < last ? 1 : 0;
  CHECK(before <= 1);
}

TEST_CASE("a network full of fresh keys that ask for a person is one in the line", "[load]") {
  LoadLimits load;
  load.reserved_max = 64;
  load.reserved_per_source_max = 1'000;
  Crowd crowd(load);
  Person ana = crowd.member(1);
  crowd.hold_writer();
  std::vector<std::shared_ptr<Heard>> flood;
  for (std::uint32_t i = 0; i < 200; ++i) {
    Person fresh(1000 + i);
    flood.push_back(crowd.send(crowd.sign(fresh, Crowd::open(true)), here));
  }
  const Bytes member = crowd.sign(ana, Crowd::ask_for_person());
  Person bob(2);
  const Bytes stranger = crowd.sign(bob, Crowd::open(true));
  const auto to_member = crowd.send(member, elsewhere);
  const auto to_stranger = crowd.send(stranger, elsewhere);
  CHECK(crowd.sequencer->load().reserved_waiting == 64);
  crowd.release();
  CHECK_FALSE(crowd.answer(to_member).parcel.receipts.empty());
  CHECK_FALSE(crowd.answer(to_stranger).parcel.receipts.empty());
  crowd.settle();
  std::size_t acknowledged = 0;
  for (const auto& heard : flood) {
    const Delivery answer = crowd.answer(heard);
    acknowledged += answer.parcel.receipts.empty() && crowd.refusals(answer).empty() ? 0 : 1;
  }
  CHECK(acknowledged == 62);  // two of the unanswered made room for the others
  const auto log = crowd.logged();
  CHECK(log.size() == 2 + 1 + 62 + 2);  // openings of ana and the waker, its inform, and these
  CHECK(place_in(log, member) <= 3 + 2);
  CHECK(place_in(log, stranger) <= 3 + 2);
}

TEST_CASE("bytes sent again by others cost their author nothing", "[load][negative]") {
  Crowd crowd(small());
  Person ana = crowd.member(1);
  const Bytes inform = crowd.sign(ana, Inform{});
  REQUIRE(crowd.ask(inform, here).kind == Delivery::Kind::parcel);
  for (int i = 0; i < 500; ++i) crowd.ask(inform, elsewhere);
  CHECK(crowd.ask(crowd.sign(ana, Inform{}), here).kind == Delivery::Kind::parcel);
  // But fresh ones beside them are as dear as ever.
  Person mallory = crowd.member(2);
  const Bytes old = crowd.sign(mallory, Inform{});
  REQUIRE(crowd.ask(old, here).kind == Delivery::Kind::parcel);
  std::size_t admitted = 0;
  for (int i = 0; i < 40; ++i) {
    Parcel parcel;
    parcel.envelopes = {old, crowd.sign(mallory, Inform{})};
    const auto heard =
        crowd.send({.parcel = parcel, .case_id = {}, .read = {}, .network = here, .done = {}});
    admitted += crowd.answer(heard).kind == Delivery::Kind::parcel ? 1 : 0;
  }
  CHECK(admitted == 9);  // 18 of 20 were left, two at a time
  // Nor do they push her own requests out of her place in the line.
  crowd.hold_writer();
  const Bytes asked = crowd.sign(ana, Crowd::ask_for_person());
  const auto first = crowd.send(asked, here);
  for (int i = 0; i < 500; ++i) crowd.send(asked, elsewhere);
  const Bytes left = crowd.sign(ana, Leave{.reason = "consumer_asked"});
  const auto second = crowd.send(left, here);
  CHECK(crowd.sequencer->load().reserved_waiting == 2);
  crowd.release();
  CHECK_FALSE(crowd.answer(first).parcel.receipts.empty());
  CHECK_FALSE(crowd.answer(second).parcel.receipts.empty());
  crowd.settle();
  const auto log = crowd.logged();
  CHECK(std::ranges::count(log, id_in(asked)) == 1);
  CHECK(std::ranges::count(log, id_in(inform)) == 1);
}

TEST_CASE("who opens a case under load may be asked for work, and nobody else is", "[load]") {
  LoadLimits load;
  load.queue_max = 4;
  load.challenge_bits = 8;
  Crowd crowd(load);
  Person ana = crowd.member(1);
  std::deque<Person> people;
  for (std::uint32_t i = 0; i < 4; ++i) people.push_back(crowd.member(i + 10));
  Person bob(2), carol(3), mallory(4);
  const Bytes opening = crowd.sign(bob, Crowd::open());
  const auto send = [&](const Bytes& envelope, const std::string& answer) {
    Parcel parcel;
    parcel.envelopes.push_back(envelope);
    return crowd.send({.parcel = parcel,
                       .case_id = {},
                       .read = {},
                       .network = here,
                       .answer = answer,
                       .done = {}});
  };
  crowd.hold_writer();
  for (std::size_t i = 0; i < 3; ++i) crowd.send(crowd.sign(people[i], Inform{}));
  REQUIRE(crowd.sequencer->is_loaded());

  const Delivery asked = crowd.answer(send(opening, ""));
  CHECK(asked.kind == Delivery::Kind::busy);
  const auto challenge = parse_challenge(asked.challenge);
  REQUIRE(challenge);
  CHECK(challenge->bits == 8);
  const auto answer = solve(*challenge);
  REQUIRE(answer);
  // It was Bob's work: under another key it is worth nothing.
  CHECK_FALSE(crowd.answer(send(crowd.sign(mallory, Crowd::open()), *answer)).challenge.empty());
  const auto opened = send(opening, *answer);
  const auto person = send(crowd.sign(carol, Crowd::open(true)), "");
  const auto member = send(crowd.sign(ana, Inform{}), "");  // the queue is full: busy, no work
  CHECK(crowd.answer(member).challenge.empty());
  crowd.release();
  CHECK_FALSE(crowd.answer(opened).parcel.receipts.empty());
  CHECK_FALSE(crowd.answer(person).parcel.receipts.empty());
  crowd.settle();
  CHECK(crowd.ask(crowd.sign(mallory, Crowd::open()), here).kind == Delivery::Kind::parcel);
}
