#pragma once
// A negotiation as a file: what is expected of it stands first.
//
//     expect: {ending: closed, outcome: resolved_agreed, agreed: [...], executed: [...]}
//     policy: ../policies/kettle.policy.yaml
//     facts: {order.mine: true, item.age: 70d}
//     goal: |
//       entente: goal/1 ...

#include <entente/policy/policy.h>
#include <entente/protocol/facts.h>

#include <map>
#include <set>

#include "files.h"

namespace retail {

// What came of a negotiation, or should.
struct Settled {
  std::string ending;                 // closed, needs_principal, with_a_person, left
  std::string outcome;                // of the close
  std::vector<std::string> agreed;    // "replacement", "compensation_goodwill EUR 5.00"
  std::vector<std::string> executed;  // the same, as carried out
  std::vector<std::string> refused;   // reasons of determinations, by claim
  std::vector<std::string> declined;  // reasons with which the shop declined an offer
  std::int64_t offers = 0;            // of the shop
  std::int64_t counters = 0;          // of the customer
  std::int64_t approvals = 0;         // the customer was asked for
  bool handoff = false;

  bool operator==(const Settled&) const = default;
};

struct CaseFile {
  std::string name;
  std::string title;
  Settled expected;
  std::filesystem::path policy;
  std::string goal;
  std::vector<entente::Fact> facts;
  std::map<std::int64_t, std::vector<entente::Fact>> facts_of_claim;  // instead, by claim id
  std::vector<std::string> approves;  // words of which one must stand in what is approved; "*": any
  bool knows_code = true;             // of the e-mail
  std::set<std::string> failing;      // remedies that the back office cannot carry out
  bool forgetful = false;             // its first answer to every order is lost
};

// Fails with file_missing, config_invalid, yaml_invalid, policy_invalid.
Result<CaseFile> read_case(const std::filesystem::path& file);

// What differs, one per line; empty if nothing.
std::string compare(const Settled& expected, const Settled& found);

}  // namespace retail
