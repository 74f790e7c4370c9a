#pragma once
// What the command line tells a script by its exit status. Documented in docs/reference/cli.md.

#include <entente/core/error.h>

#include <string_view>

namespace entente::cli {

enum class ExitCode : int {
  ok = 0,
  finding = 1,  // the command did its work, and the answer is no
  usage = 2,
  refused = 3,  // a file, a policy or a peer's bytes were refused
  network = 4,
  store = 5,
  internal = 70
};

ExitCode exit_code_of(ErrorCode code);

// One line on what to do about it.
std::string_view advice_for(ErrorCode code);

}  // namespace entente::cli
