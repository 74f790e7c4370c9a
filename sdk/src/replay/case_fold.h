#pragma once
// One case while a log is replayed: every message passes the two gates and the tables again, as it
// did in the journal, and what comes out is compared with what the log says came out.

#include <entente/identity/authority.h>
#include <entente/replay/replay.h>
#include <entente/wire/admission.h>

#include "notes.h"

namespace entente {

// A message and the brand's word on it: the leaf of the brand's log, wherever it was found.
struct Saying {
  Verified<Message> message;
  std::int64_t brand_ms = 0;
  std::uint64_t brand_index = 0;
  std::uint64_t position = 0;
  std::string effect;
  bool is_regained = false;  // lost by the brand's log, and taken back
  ReplayedMessage noted;     // what goes into the record of the case
};

// How long after its word the entry of a message may come.
inline constexpr std::int64_t unlogged_ms_max = 60'000;

// The brand's signature for a message while its log could not be written: it owes the entry.
struct Unlogged {
  std::uint64_t entry = 0;  // of the signed word, in this log
  std::int64_t at_ms = 0;
};

struct CaseFold {
  CaseId id;
  Case casefile;
  // Set when the case cannot be followed any further, and why; what comes later is not checkable.
  std::string lost;
  std::vector<ReplayedMessage> messages;
  std::vector<ReplayedMessage> unplaced;
  std::map<Digest, Part> parts;
  std::vector<Refusal> busies;  // of the consumer's log: what makes a later accept timely
  std::map<MessageId, Unlogged> unlogged;  // by the message signed for

  const Part* find_part(const PartRef& ref) const {
    const auto found = parts.find(ref.digest);
    return found == parts.end() ? nullptr : &found->second;
  }
};

// As a leaf says it.
std::string_view effect_text(const Outcome& outcome);

// Folds it in if it can be, and notes what it found. False: the case is lost from here on.
bool fold_saying(CaseFold& fold, Authority& authority, const Saying& saying, Notes& notes);

// What the case owed at its end: acknowledgements, performance, agreements that were spoken.
struct EndOfLog {
  std::int64_t last_ms = 0;  // by the brand's clock, as far as this log knows
  bool is_brands = false;    // the brand's own log: what it does not have does not exist
};
void check_duties(const CaseFold& fold, EndOfLog end, Notes& notes);

// As it stands.
CaseSummary summarise(const CaseFold& fold);

}  // namespace entente
