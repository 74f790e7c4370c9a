#pragma once
// Negotiations with the outcome written down first: a policy, the facts, a person, a goal, and what
// must come of it. Each is a real case between two parties over HTTPS.
//
//     retail --cases examples/retail/cases

#include "files.h"

namespace retail {

struct CasesOptions {
  std::filesystem::path directory;
  std::filesystem::path keep;  // empty: stores are removed in the end
};

// True if every case ended as expected.
Result<bool> run_cases(const CasesOptions& options);

}  // namespace retail
