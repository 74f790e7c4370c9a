#pragma once
// The whole file of tasks against one shop: one endpoint, one log of the brand, and a store for
// every customer, all over HTTPS.

#include "verify.h"

namespace retail {

struct RunOptions {
  std::filesystem::path data;
  std::filesystem::path tasks;
  std::filesystem::path out;
  std::filesystem::path policy;
  std::filesystem::path keep;  // empty: stores are removed in the end
  std::size_t shoppers = 0;    // at once; 0: as suits the machine
  bool audit = false;          // replay every log afterwards
};

// True if every task is right. Prints to standard output.
Result<bool> run_tasks(const RunOptions& options);

// The same judgement over a results file, without the tables.
struct VerifyOptions {
  std::filesystem::path data;
  std::filesystem::path tasks;
  std::filesystem::path results;
};
Result<bool> verify_results(const VerifyOptions& options);

}  // namespace retail
