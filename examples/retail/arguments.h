#pragma once
// The command line.

#include "case_run.h"
#include "run.h"

namespace retail {

struct Arguments {
  enum class Mode : std::uint8_t { help, run, verify, cases };
  Mode mode = Mode::help;
  RunOptions run;
  VerifyOptions verify;
  CasesOptions cases;
};

std::string_view usage();
// Fails with wrong_use.
Result<Arguments> read_arguments(int count, char** words);

}  // namespace retail
