#pragma once
// Bytes and nouns. encode() writes the canonical Cap'n Proto form of protocol/schema/: one segment,
// no framing. decode() accepts only that: a value whose encoding is exactly the bytes given, within
// the limits of core/limits.h, nothing unset, nothing unknown.
//
//     Bytes bytes = encode(mandate);
//     ENTENTE_LET(mandate, decode<Mandate>(bytes));
//
// The T for which this is defined are listed at the end.

#include <entente/core/bytes.h>
#include <entente/protocol/card.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/mandate.h>
#include <entente/protocol/message.h>
#include <entente/protocol/parcel.h>

namespace entente {

// DSSE envelope as it travels; see entente/wire/envelope.h.
struct Envelope {
  std::string payload_type;
  Bytes payload;
  Bytes keyid;  // the public key of the signer: a hint until it is verified with
  Bytes signature;
  bool operator==(const Envelope&) const = default;
};

template <class T>
Bytes encode(const T& value);

// Fails with too_large, malformed, unset_value, unknown_type, not_canonical, out_of_range,
// invalid_code, invalid_money, invalid_terms.
template <class T>
Result<T> decode(ByteView bytes);

#define ENTENTE_WIRE_TYPES(X) \
  X(Envelope)                 \
  X(Message)                  \
  X(Card)                     \
  X(Mandate)                  \
  X(Approval)                 \
  X(Read)                     \
  X(Refusal)                  \
  X(Parcel)                   \
  X(LogEntry)                 \
  X(Facts)                    \
  X(DecisionRecord)           \
  X(PerformanceRecord)        \
  X(HandoffClockRecord)       \
  X(FreezeRecord)             \
  X(CheckpointSeenRecord)

#define ENTENTE_DECLARE(T)         \
  template <>                      \
  Bytes encode<T>(const T& value); \
  template <>                      \
  Result<T> decode<T>(ByteView bytes);
ENTENTE_WIRE_TYPES(ENTENTE_DECLARE)
#undef ENTENTE_DECLARE

}  // namespace entente
