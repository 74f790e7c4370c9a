#pragma once
// A decision on record, made again by two policies on the facts on record: what would a change of
// policy have changed? Pure, like replay, which does it.
//
//     ENTENTE_LET(past, auditor.redecide(older, newer));     // entente/auditor.h
//     for (const Redecision& each : past) if (each.changes()) ...
//
// Each decision is taken alone: the case, the facts and what all customers were promised are as
// they were, whatever the newer policy would have said before.

#include <entente/policy/decide.h>

namespace entente {

struct Redecision {
  std::uint64_t entry = 0;  // of the decision, in the brand's log
  CaseId case_id;
  std::uint16_t claim = 0;
  std::int64_t at_ms = 0;
  std::string rule;      // on record
  std::string obstacle;  // why it cannot be made again; the rest is then empty
  Verdict older;
  Verdict newer;
  // What the brand offers on this claim after either, by currency, in minor units.
  std::map<std::string, std::int64_t> older_money;
  std::map<std::string, std::int64_t> newer_money;

  // Something else would be said, or to somebody else. The name of a rule alone is no change.
  bool changes() const {
    return older.speech != newer.speech || older.person_reason != newer.person_reason;
  }
};

}  // namespace entente
