// A shop and its customers, each with an assistant: see docs/guides/retail-example.md.

#include <cstdio>

#include "arguments.h"

namespace {

using retail::Arguments;

entente::Result<bool> carry_out(const Arguments& arguments) {
  switch (arguments.mode) {
    case Arguments::Mode::run:
      return retail::run_tasks(arguments.run);
    case Arguments::Mode::verify:
      return retail::verify_results(arguments.verify);
    case Arguments::Mode::cases:
      return retail::run_cases(arguments.cases);
    case Arguments::Mode::help:
      break;
  }
  std::fputs(retail::usage().data(), stdout);
  return true;
}

}  // namespace

int main(int count, char** words) {
  const auto arguments = retail::read_arguments(count, words);
  if (!arguments) {
    std::fprintf(stderr, "retail: %s\n", entente::describe(arguments.error()).c_str());
    return 2;
  }
  const auto right = carry_out(*arguments);
  if (!right) {
    std::fprintf(stderr, "retail: %s\n", entente::describe(right.error()).c_str());
    return 2;
  }
  return *right ? 0 : 1;
}
