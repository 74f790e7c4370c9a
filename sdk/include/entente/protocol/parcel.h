#pragma once
// What travels between the parties: signed envelopes, parts, receipts, and the cards and mandates
// the other lacks. A parcel is not signed; everything in it that matters is. Twins of
// protocol/schema/parcel.capnp; rules in protocol/spec/02-envelope.md.

#include <entente/protocol/primitives.h>

namespace entente {

// Payload types, one per kind of signed thing.
namespace payload_type {
inline constexpr std::string_view message = "application/vnd.entente.message+capnp";
inline constexpr std::string_view card = "application/vnd.entente.card+capnp";
inline constexpr std::string_view mandate = "application/vnd.entente.mandate+capnp";
inline constexpr std::string_view approval = "application/vnd.entente.approval+capnp";
inline constexpr std::string_view read = "application/vnd.entente.read+capnp";
inline constexpr std::string_view refusal = "application/vnd.entente.refusal+capnp";
inline constexpr std::string_view package = "application/vnd.entente.package+capnp";
inline constexpr std::string_view erasure_notice = "application/vnd.entente.erasure-notice+capnp";
inline constexpr std::string_view erasure_ack = "application/vnd.entente.erasure-ack+capnp";
}  // namespace payload_type

// Proof that a message stands in the brand's log: the leaf, what opens its commitment, and a C2SP
// tlog-proof. Position, effect and admit time are read from the leaf, which the log signed.
struct Receipt {
  Bytes leaf;
  std::array<std::uint8_t, 32> salt{};
  std::string proof;

  bool operator==(const Receipt&) const = default;
};

// A signed no, which proves that the message was presented.
struct Refusal {
  MessageId message;
  std::string code;
  MessageId head;  // zero: no case
  std::uint64_t head_pos = 0;
  std::int64_t at_ms = 0;
  std::int64_t retry_after_ms = 0;
  Environment environment = Environment::unset;
  CaseId case_id;
  bool unlogged = false;  // an acknowledgement given while the log could not be written

  bool operator==(const Refusal&) const = default;
};

struct Parcel {
  std::vector<Bytes> envelopes;  // as received, in order
  std::vector<Part> parts;
  std::vector<Receipt> receipts;
  std::string checkpoint;  // signed note of the sender's log; empty = none
  std::vector<Digest> consistency;
  std::vector<std::string> cosignatures;
  std::vector<Bytes> cards;
  std::vector<Bytes> mandates;
  std::vector<Bytes> packages;
  std::vector<Bytes> notices;

  bool operator==(const Parcel&) const = default;
};

}  // namespace entente
