#pragma once
// What the log says about keeping and forgetting: entries of kind `erasure` and `hold`. They name a
// case and a reason, never a person, and are themselves never erased. Twins of
// protocol/schema/log.capnp; rules in protocol/spec/06-audit-log.md, "Forgetting".

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

// Which key the content of an entry lies under: "terms" for messages and what rests on them,
// "decision" for the brand's own grounds, "record" for what is said about keeping and forgetting.
std::string_view content_class(EntryKind kind);
// The five classes of parts, "decision" and "terms": all there is of a case. Never "record".
std::span<const std::string_view> erasable_classes();
// It takes content of this class. Nothing takes a class that is not erasable.
bool covers(const ErasureRecord& erasure, std::string_view of_class);

}  // namespace entente
