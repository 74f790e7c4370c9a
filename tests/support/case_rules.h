#pragma once
// What must hold in every case, whatever was said to it and in whatever order. Each check gives the
// sentences that do not hold; none is good.
//
//     const CaseBefore before(casefile);
//     const Outcome outcome = casefile.admit(message, now_ms);
//     REQUIRE(broken_by(*message, outcome, before, casefile).empty());
//
// Needs case_rules.cpp and the module casefile.

#include <entente/casefile/case.h>

#include <string>
#include <vector>

namespace entente::tests {

using Sentences = std::vector<std::string>;

// A case before it hears something.
struct CaseBefore {
  explicit CaseBefore(const Case& casefile);
  std::string text;
  Phase phase;
  std::uint64_t next_position;
  std::uint64_t consumer_prev;
};

Sentences broken_by(const Message& said, const Outcome& outcome, const CaseBefore& before,
                    const Case& now);
Sentences broken_in(const Case& casefile);
// Positions, and: whoever folds the same messages again holds the same case, whether time then
// passes in one step or in many.
Sentences broken_at_the_end(const Case& casefile, std::int64_t now_ms);

}  // namespace entente::tests
