#include "../commands.h"

#include "version.h"

namespace entente::cli {
namespace {

Result<ExitCode> run_version(const Arguments& arguments, Console& console) {
  if (arguments.has("json")) {
    console.json(Json::object({{"version", version_text}, {"protocol", 1}}));
  } else {
    console.line("entente " + std::string(version_text) + ", protocol version 1");
  }
  return ExitCode::ok;
}

Result<ExitCode> run_completion(const Arguments& arguments, Console& console) {
  const std::string script = completion_for(arguments.operand(0), all_verbs());
  if (script.empty()) return fail(ErrorCode::wrong_use, "completion is for bash and zsh");
  console.line(script);
  return ExitCode::ok;
}

}  // namespace

Verb version() {
  return {.path = "version",
          .summary = "print the version",
          .operands = {},
          .options = {json_option},
          .run = run_version,
          .example = ""};
}

Verb completion() {
  return {.path = "completion",
          .summary = "print a completion script",
          .operands = {{"SHELL", "bash or zsh"}},
          .options = {},
          .run = run_completion,
          .example = "source <(entente completion bash)"};
}

}  // namespace entente::cli
