#include <authority.capnp.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>
#include <entente/wire/retention.h>
#include <log.capnp.h>
#include <message.capnp.h>
#include <parcel.capnp.h>

#include "catch.h"
#include "schema_filler.h"

using namespace entente;
using namespace entente::tests;

namespace {

// How often, so that every member of every union is chosen.
constexpr std::uint32_t rounds = 1500;

using Names = std::set<std::string>;

Names without(Names all, const Names& those) {
  for (const std::string& name : those) all.erase(name);
  return all;
}

template <class T, class Root>
void check_every_field_survives() {
  const auto schema = capnp::Schema::from<Root>();
  std::set<std::string> touched;
  for (std::uint32_t seed = 0; seed < rounds; ++seed) {
    SchemaFiller filler(seed, Spoil::nothing, 0);
    const Bytes bytes = filler.fill(schema);
    const auto value = decode<T>(bytes);
    if (!value) FAIL("seed " << seed << ": " << describe(value.error()));
    if (encode(*value) != bytes) FAIL("seed " << seed << " came back as other bytes");
    touched.insert(filler.touched().begin(), filler.touched().end());
  }
  CHECK(without(reachable_fields(schema), touched) == Names{});
}

template <class T, class Root>
void check_spoiled(Spoil spoil, ErrorCode expected) {
  const auto schema = capnp::Schema::from<Root>();
  std::set<std::string> spoiled;
  for (std::uint32_t seed = 0; seed < rounds; ++seed) {
    SchemaFiller whole(seed, Spoil::nothing, 0);
    whole.fill(schema);
    // One of the message's choices, another for each seed.
    SchemaFiller filler(seed, spoil, seed % whole.choices());
    const Bytes bytes = filler.fill(schema);
    const auto value = decode<T>(bytes);
    if (value || value.error().code != expected) {
      FAIL(filler.spoiled() << ": " << (value ? "taken" : describe(value.error())));
    }
    spoiled.insert(filler.spoiled());
  }
  CHECK(without(reachable_choices(schema), spoiled) == Names{});
}

}  // namespace

TEST_CASE("every field of the schema survives decoding and encoding", "[wire]") {
  check_every_field_survives<Message, wire::Message>();
  check_every_field_survives<Card, wire::Card>();
  check_every_field_survives<Mandate, wire::Mandate>();
  check_every_field_survives<Approval, wire::Approval>();
  check_every_field_survives<Read, wire::Read>();
  check_every_field_survives<Envelope, wire::Envelope>();
  check_every_field_survives<Refusal, wire::Refusal>();
  check_every_field_survives<Parcel, wire::Parcel>();
  check_every_field_survives<LogEntry, wire::LogEntry>();
  check_every_field_survives<Facts, wire::Facts>();
  check_every_field_survives<DecisionRecord, wire::Decision>();
  check_every_field_survives<PerformanceRecord, wire::Performance>();
  check_every_field_survives<HandoffClockRecord, wire::HandoffClock>();
  check_every_field_survives<FreezeRecord, wire::Freeze>();
  check_every_field_survives<ErasureRecord, wire::Erasure>();
  check_every_field_survives<HoldRecord, wire::LegalHold>();
  check_every_field_survives<CheckpointSeenRecord, wire::CheckpointSeen>();
  check_every_field_survives<CosignatureRecord, wire::Cosigned>();
  check_every_field_survives<TimestampRecord, wire::Timestamped>();
  check_every_field_survives<AccessRecord, wire::Access>();
  check_every_field_survives<LogKeyRecord, wire::LogKey>();
  check_every_field_survives<RolloverRecord, wire::Rollover>();
  check_every_field_survives<BackupRecord, wire::Backup>();
  check_every_field_survives<RestoreRecord, wire::Restore>();
  check_every_field_survives<ErasureNotice, wire::ErasureNotice>();
  check_every_field_survives<ErasureAck, wire::ErasureAck>();
}

TEST_CASE("an unset enum or union is refused wherever it stands", "[wire]") {
  check_spoiled<Message, wire::Message>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<Card, wire::Card>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<Mandate, wire::Mandate>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<Refusal, wire::Refusal>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<Parcel, wire::Parcel>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<LogEntry, wire::LogEntry>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<Facts, wire::Facts>(Spoil::unset, ErrorCode::unset_value);
  check_spoiled<ErasureAck, wire::ErasureAck>(Spoil::unset, ErrorCode::unset_value);
}

TEST_CASE("what a newer version might say is refused wherever it stands", "[wire]") {
  check_spoiled<Message, wire::Message>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<Card, wire::Card>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<Mandate, wire::Mandate>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<Refusal, wire::Refusal>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<Parcel, wire::Parcel>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<LogEntry, wire::LogEntry>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<Facts, wire::Facts>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<PerformanceRecord, wire::Performance>(Spoil::unknown, ErrorCode::unknown_type);
  check_spoiled<ErasureAck, wire::ErasureAck>(Spoil::unknown, ErrorCode::unknown_type);
}
