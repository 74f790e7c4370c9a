#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/wire/codec.h>
#include <entente/wire/envelope.h>

#include <set>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

template <class T>
void check_round_trip(const T& value) {
  const Bytes bytes = encode(value);
  const auto back = decode<T>(bytes);
  if (!back) FAIL(describe(back.error()));
  CHECK(*back == value);
  CHECK(encode(*back) == bytes);
}

}  // namespace

TEST_CASE("every sample message comes back equal", "[wire]") {
  std::set<Verb> verbs;
  for (const Message& message : samples::messages()) {
    CAPTURE(name(message.verb()));
    check_round_trip(message);
    verbs.insert(message.verb());
  }
  CHECK(verbs.size() == verb_count);
}

TEST_CASE("every other kind comes back equal", "[wire]") {
  check_round_trip(samples::card());
  check_round_trip(samples::mandate());
  check_round_trip(samples::approval());
  check_round_trip(samples::read());
  check_round_trip(samples::refusal());
  check_round_trip(samples::parcel());
  check_round_trip(samples::log_entry());
  check_round_trip(samples::facts());
  check_round_trip(samples::decision());
  check_round_trip(samples::performance());
  check_round_trip(samples::handoff_clock());
  check_round_trip(samples::freeze());
  check_round_trip(samples::checkpoint_seen());
}

TEST_CASE("what is absent comes back absent", "[wire]") {
  check_round_trip(samples::message(Open{.claims = {samples::claim(1)}}));
  check_round_trip(samples::message(
      samples::offer({samples::term(1, OrderChange{0, OrderChange::Address{1}, std::nullopt})})));
  check_round_trip(samples::message(
      Perform{samples::digest(1), {{.term = 1, .state = Performed::State::done}}}));
  Message unseen = samples::message(Accept{samples::digest(1), {}});
  unseen.seen = {};
  check_round_trip(unseen);
  check_round_trip(Parcel{});
  check_round_trip(Facts{});
  check_round_trip(Facts{.case_id = {}, .claim = 0, .at_ms = 0, .facts = {{"rows", Rows{}}}});
}

TEST_CASE("the canonical form never changes", "[wire]") {
  const auto digest_of = [](const auto& value) { return to_hex(sha256(encode(value))); };
  Bytes all;
  for (const Message& message : samples::messages()) append(all, ByteView(sha256(encode(message))));
  CHECK(to_hex(sha256(all)) == "c973f7bec18fd1c2f5c7f49fdde90e8379670967d06b910b5607425aa86c88c3");
  CHECK(digest_of(samples::card()) ==
        "4361dacaced7dc2310cb70ecc7036ba4ee6e0a661c21b29c03b046464f3c99e2");
  CHECK(digest_of(samples::mandate()) ==
        "0f7d043dc3163d2a6368c876083511bee168e42fff55908a48b08d7e265c42b7");
  CHECK(digest_of(samples::parcel()) ==
        "b4b9c010bc4dfb722c21b48c3b3250355dea41ec4b6584f3881ca79f0d4b20fe");
  CHECK(digest_of(samples::log_entry()) ==
        "06a8bd46d44b0e13ac54872942286bd849149ad70b448513e002f3987e75757a");
  CHECK(digest_of(samples::facts()) ==
        "43d60a11677b32d16f9f070817823eb80270ce15c2edc77d79caf75583cb74ca");
  CHECK(to_hex(id_of(samples::approval())) ==
        "159d3124cb0b7ecdcb8b5560bb27f977bd171ad78a81884748d0268059ac11e6");
}

TEST_CASE("bytes of one kind are not read as another", "[wire]") {
  CHECK_FALSE(decode<Message>(encode(samples::mandate())).has_value());
  CHECK_FALSE(decode<Mandate>(encode(samples::card())).has_value());
  CHECK_FALSE(decode<Card>(encode(samples::messages().front())).has_value());
  CHECK_FALSE(decode<LogEntry>(encode(samples::refusal())).has_value());
}

TEST_CASE("bytes at any address are read", "[wire]") {
  const Bytes bytes = encode(samples::mandate());
  for (std::size_t shift = 0; shift < 8; ++shift) {
    Bytes shifted(shift, 0);
    append(shifted, bytes);
    CHECK(decode<Mandate>(ByteView(shifted).subspan(shift)) == samples::mandate());
  }
}
