#pragma once
// Two parties at one table: what a rule wants said is really signed, admitted and folded.
//
//     Table table;
//     table.say(Party::consumer, value_of(opening(goal, files)));
//     const Verdict verdict = table.decide(policy, 1);

#include <entente/policy/decide.h>
#include <entente/policy/move.h>

#include "casting.h"
#include "policy_samples.h"

namespace entente::tests {

inline constexpr std::int64_t start_ms = 1'795'345'440'000;  // 2026-11-22 11:04 UTC

struct Table {
  Casting cast;
  Case casefile;
  std::int64_t now_ms = start_ms;
  Facts facts;
  Exposure exposure;
  std::string assurance = "email_otp";

  // Throws unless it is binding. A minute passes before.
  MessageId say(Party party, const Speech& speech);
  MessageId say(Party party, Body body) { return say(party, Speech{std::move(body), {}, {}}); }
  MessageId approve(const MessageId& offer);

  Situation situation(std::uint16_t claim) const;
  Verdict decide(const Policy& policy, std::uint16_t claim) const;
  // Decides and says it. Throws if there is nothing to say.
  MessageId answer(const Policy& policy, std::uint16_t claim);
  Move move(const Goal& goal, const Instructions& told = {}) const {
    return next_move(goal, casefile, now_ms, told);
  }
  const Offer& offer(const MessageId& id) const { return casefile.offers().at(id).offer(); }
  void report_done(const MessageId& source, std::uint16_t term);
  void set(const std::string& fact, Scalar value);
  // The terms are promised to this account, in this case.
  void promise(const MessageId& offer, const std::string& account, const std::vector<Term>& terms);
};

Goal example_goal();
std::map<std::string, Bytes> example_files();
// The facts of a kettle in warranty.
void set_kettle_facts(Table& table);
inline Money euros(std::int64_t cents) { return {"EUR", cents, 2}; }

}  // namespace entente::tests
