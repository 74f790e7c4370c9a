#pragma once
// One leaf of a party's log, and the records behind the leaves that are not messages. The leaf says
// nothing personal; content stands behind its commitment. Twins of protocol/schema/log.capnp; rules
// in protocol/spec/06-audit-log.md.

#include <entente/protocol/facts.h>
#include <entente/protocol/verbs.h>

namespace entente {

enum class EntryKind : std::uint8_t {
  unset,
  message,
  refusal,
  facts,
  decision,
  perform_intent,
  perform_result,
  handoff_clock,
  card,
  mandate,
  policy,
  key,
  checkpoint_seen,
  cosignature,
  hold,
  erasure,
  access,
  freeze,
  timestamp,
  notice,
  rollover,
  backup,
  restore
};
enum class Direction : std::uint8_t { unset, received, sent, own };
std::string_view name(EntryKind kind);
std::string_view name(Direction direction);

struct LogEntry {
  EntryKind kind = EntryKind::unset;
  std::int64_t time_ms = 0;
  Digest blind_case;  // zero: of no case
  std::uint64_t position = 0;
  Direction direction = Direction::unset;
  Digest commit;
  std::vector<Digest> parts_received;
  Digest prev_leaf;    // leaf hash of this case's entry before; zero in the first
  std::string effect;  // of a message: "binding" or an error code; else empty
  std::string engine;
  bool operator==(const LogEntry&) const = default;
};

// Why the brand's agent said what it said.
struct DecisionRecord {
  CaseId case_id;
  Digest trigger;                 // zero: a clock
  Digest policy;                  // SHA-256 of the policy text
  std::uint64_t facts_entry = 0;  // log index + 1 of the facts used; 0 = none
  std::uint16_t claim = 0;
  std::string rule;
  Digest answer;  // id of the message said; zero: nothing was said
  std::string code;
  Actor decider = Actor::unset;
  std::int64_t at_ms = 0;
  bool operator==(const DecisionRecord&) const = default;
};

// The back office: an intent before it is asked (state unset), a result after.
struct PerformanceRecord {
  CaseId case_id;
  Digest key;  // perform_key(source, term)
  Digest source;
  std::uint16_t term = 0;
  Performed::State state = Performed::State::unset;
  std::string reference;
  std::string code;
  std::uint32_t lookups = 0;
  bool operator==(const PerformanceRecord&) const = default;
};

// What happens at the desk and is no message.
struct HandoffClockRecord {
  CaseId case_id;
  Digest hid;
  std::string event;
  std::string operator_ref;
  Digest digest;
  std::int64_t at_ms = 0;
  bool operator==(const HandoffClockRecord&) const = default;
};

// The automated agent is stopped, or may go on: of no case.
struct FreezeRecord {
  bool frozen = false;
  Digest order;  // names the order, so that it is logged once
  std::string by;
  std::string reason;
  std::int64_t at_ms = 0;  // when it was given
  bool operator==(const FreezeRecord&) const = default;
};

struct CheckpointSeenRecord {
  std::string note;
  std::vector<Digest> consistency;
  std::uint64_t from_size = 0;
  bool operator==(const CheckpointSeenRecord&) const = default;
};

}  // namespace entente
