#pragma once
// What the log says about keeping and forgetting: entries of kind `erasure` and `hold`. They name a
// case and a reason, never a person, and are themselves never erased. Twins of
// protocol/schema/log.capnp; rules in protocol/spec/06-audit-log.md, "Forgetting".

#include <entente/core/key.h>
#include <entente/protocol/log_entry.h>

#include <span>
#include <string>
#include <vector>

namespace entente {

inline constexpr std::size_t erased_classes_max = 8;

// Written before anything is destroyed: a log in which the content is still there is one that was
// restored or interrupted, and erases it again.
struct ErasureRecord {
  CaseId case_id;
  std::vector<std::string> classes;  // "contact", "terms" ...; see entente/journal/retention.h
  std::string reason;                // code
  std::string authority;
  std::int64_t at_ms = 0;
  std::int64_t effective_ms = 0;  // when the last backup that may hold the keys is gone
  bool operator==(const ErasureRecord&) const = default;
};

// The case must be kept until then.
struct HoldRecord {
  CaseId case_id;
  Digest hold;  // names the hold: one order may hold many cases
  bool ended = false;
  std::int64_t until_ms = 0;
  std::string reason;  // code
  std::string by;
  std::int64_t at_ms = 0;
  bool operator==(const HoldRecord&) const = default;
};

// To the other party: this was erased here, or it is asked to erase it too. Advice, in an envelope
// of its own that stands in both logs (kind `notice`).
struct ErasureNotice {
  CaseId case_id;
  std::vector<std::string> classes;
  std::string reason;  // code
  PublicKey key;       // signs
  Digest authority;    // of the mandate or card; zero: the principal's own key
  std::string audience;
  Environment environment = Environment::unset;
  std::int64_t at_ms = 0;
  std::array<std::uint8_t, 32> nonce{};
  bool operator==(const ErasureNotice&) const = default;
};

enum class ErasureAnswer : std::uint8_t { unset, erased, held, refused };
std::string_view name(ErasureAnswer answer);

// What came of a notice.
struct ErasureAck {
  Digest notice;  // of what was signed
  CaseId case_id;
  ErasureAnswer answer = ErasureAnswer::unset;
  std::string basis;                 // code: why it is held or refused; empty if erased
  std::int64_t until_ms = 0;         // how long it is held; 0: not said
  std::vector<std::string> classes;  // those erased
  PublicKey key;
  Environment environment = Environment::unset;
  std::int64_t at_ms = 0;
  bool operator==(const ErasureAck&) const = default;
};

// Which key the content of an entry lies under: "terms" for messages and what rests on them,
// "decision" for the brand's own grounds, "record" for what is said about keeping and forgetting.
std::string_view content_class(EntryKind kind);
// The five classes of parts, "decision" and "terms": all there is of a case. Never "record".
std::span<const std::string_view> erasable_classes();
// It takes content of this class. Nothing takes a class that is not erasable.
bool covers(const ErasureRecord& erasure, std::string_view of_class);

}  // namespace entente
