#pragma once
// Deterministic keys, chance and messages for tests: one of every verb, with every union member
// said somewhere and the optional fields both filled and empty. Nothing here is random or now.
//
//     for (const Message& message : samples::messages()) ...
//     Message accept = samples::message(Accept{.offer = samples::digest(7)});
//
// Needs samples.cpp and sample_records.cpp, and the modules core, crypto and protocol.

#include <entente/core/clock.h>
#include <entente/crypto/signature.h>
#include <entente/protocol/card.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/mandate.h>
#include <entente/protocol/message.h>
#include <entente/protocol/parcel.h>

namespace entente::tests {

// Chance that comes out the same each time.
class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

namespace samples {

inline constexpr std::int64_t now_ms = 1'795'000'000'000;  // in November 2026
inline constexpr std::int64_t day_ms = 86'400'000;
inline constexpr const char* brand_did = "did:web:kettle.example";

// Signers, told apart by number.
inline constexpr std::uint8_t root_key = 1;
inline constexpr std::uint8_t brand_key = 2;
inline constexpr std::uint8_t operator_key = 3;
inline constexpr std::uint8_t principal_key = 4;
inline constexpr std::uint8_t assistant_key = 5;
KeyPair key(std::uint8_t number);

Digest digest(std::uint8_t number);
template <std::size_t size>
std::array<std::uint8_t, size> bytes_of(std::uint8_t number) {
  std::array<std::uint8_t, size> bytes{};
  SeededEntropy(number).fill(bytes);
  return bytes;
}
Money euros(std::int64_t cents);

Card card();
Mandate mandate();
Approval approval();
Read read();
Refusal refusal();
Parcel parcel();
LogEntry log_entry();
Facts facts();
DecisionRecord decision();
PerformanceRecord performance();
HandoffClockRecord handoff_clock();
FreezeRecord freeze();
CheckpointSeenRecord checkpoint_seen();

Claim claim(std::uint16_t id);
// One of each shape, and of each kind of order change.
std::vector<Shape> shapes();
// Due in two days, to a person on failure.
Term term(std::uint16_t id, Shape shape);
Offer offer(std::vector<Term> terms);

// A consistent message around a body: author, audience, case and prev fit the verb; three parts.
Message message(Body body);
// The party that a sample of this body comes from.
Party author_of(const Body& body);
// The number of the key that signs it.
std::uint8_t signer_of(const Message& message);
// Bodies of every verb and of every union member within.
std::vector<Body> bodies();
std::vector<Message> messages();

}  // namespace samples
}  // namespace entente::tests
