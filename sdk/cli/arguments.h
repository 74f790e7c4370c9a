#pragma once
// What may stand on the command line, as tables: each verb states its operands and options once,
// and reading, help and completion follow from them.
//
//     Verb{.path = "key new", .summary = "make a key", .operands = {{"FILE", "..."}},
//          .options = {{"seed", "HEX", "..."}}, .run = run}

#include "console.h"

#include <map>
#include <span>
#include <vector>

namespace entente::cli {

struct OptionRule {
  std::string_view name;     // without the dashes
  std::string_view value;    // what follows, as help names it: FILE; empty: a switch
  std::string_view meaning;  // one line
  bool required = false;
  char letter = 0;  // short form
};

struct OperandRule {
  std::string_view name;
  std::string_view meaning;
  enum class Count : std::uint8_t { one, optional, several } count = Count::one;
};

class Arguments;

struct Verb {
  std::string_view path;     // "key new"
  std::string_view summary;  // one line, no capital, no full stop
  std::vector<OperandRule> operands;
  std::vector<OptionRule> options;
  Result<ExitCode> (*run)(const Arguments&, Console&) = nullptr;
  std::string_view example;  // a whole command line
};

class Arguments {
 public:
  // Fails with wrong_use; the detail names the argument.
  static Result<Arguments> read(const Verb& verb, std::span<const std::string> words);

  bool has(std::string_view option) const;
  std::optional<std::string> find(std::string_view option) const;
  std::string text_or(std::string_view option, std::string_view otherwise) const;
  // Fails with wrong_use unless it is a decimal number within these.
  Result<std::int64_t> integer_or(std::string_view option, std::int64_t otherwise,
                                  std::int64_t max) const;
  const std::vector<std::string>& operands() const { return operands_; }
  const std::vector<std::string>& words() const { return words_; }  // all, as they were typed
  // Requires an operand that the verb demands.
  const std::string& operand(std::size_t index) const { return operands_.at(index); }

 private:
  std::map<std::string, std::string, std::less<>> options_;
  std::vector<std::string> operands_;
  std::vector<std::string> words_;
};

inline constexpr OptionRule json_option{"json", "", "machine-readable, as JSON"};

std::string help_of(const Verb& verb);
// What begins with `prefix`: all verbs, or those of one noun.
std::string help_of(std::span<const Verb> verbs, std::string_view prefix);
// A completion script for "bash" or "zsh"; empty for another shell.
std::string completion_for(std::string_view shell, std::span<const Verb> verbs);

}  // namespace entente::cli
