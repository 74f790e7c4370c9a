// entente: the command line of the SDK. docs/reference/cli.md.

#include "commands.h"

#include <csignal>

namespace entente::cli {
namespace {

bool asks_for_help(std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") return false;
    if (word == "--help" || word == "-h") return true;
  }
  return false;
}

// The verb, and how many words name it.
std::pair<const Verb*, std::size_t> find_verb(std::span<const std::string> words) {
  for (const std::size_t length : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < length) continue;
    const std::string path = length == 2 ? words[0] + " " + words[1] : words[0];
    for (const Verb& verb : all_verbs()) {
      if (verb.path == path) return {&verb, length};
    }
  }
  return {nullptr, 0};
}

bool is_noun(std::string_view word) {
  for (const Verb& verb : all_verbs()) {
    if (verb.path.starts_with(std::string(word) + " ")) return true;
  }
  return false;
}

ExitCode show_help(Console& console, std::span<const std::string> words) {
  const std::string noun = !words.empty() && is_noun(words[0]) ? words[0] : "";
  console.line(help_of(all_verbs(), noun));
  return ExitCode::ok;
}

ExitCode refuse(Console& console, std::string_view what) {
  console.report({ErrorCode::wrong_use, std::string(what)});
  return ExitCode::usage;
}

ExitCode run(Console& console, std::span<const std::string> words) {
  const auto [verb, length] = find_verb(words);
  const bool help = asks_for_help(words) || (!words.empty() && words[0] == "help");
  if (verb == nullptr) {
    if (help) return show_help(console, words);
    if (words.empty()) return refuse(console, "no command");
    return refuse(console, "no such command: " + words[0]);
  }
  if (help) {
    console.line(help_of(*verb));
    return ExitCode::ok;
  }
  const auto arguments = Arguments::read(*verb, words.subspan(length));
  if (!arguments) {
    console.report(arguments.error());
    return ExitCode::usage;
  }
  const Result<ExitCode> done = verb->run(*arguments, console);
  if (done) return *done;
  console.report(done.error());
  return exit_code_of(done.error().code);
}

}  // namespace
}  // namespace entente::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  entente::cli::Console console;
  return static_cast<int>(entente::cli::run(console, words));
}
