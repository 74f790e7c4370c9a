#pragma once
// The terminal, or the file or pipe in its place: colours only where a person sees them, questions
// only where a person can answer.
//
//     console.line(console.paint(Ink::good, "agreed"));

#include "exit_code.h"

#include <entente/core/result.h>
#include <entente/text/json.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entente::cli {

enum class Ink : std::uint8_t { plain, strong, faint, good, bad, consumer, brand, person };

class Console {
 public:
  // Colours: standard output is a terminal, NO_COLOR is not set and TERM is not "dumb".
  Console();

  bool is_interactive() const { return interactive_; }  // somebody can be asked
  // `text` in this ink. What would move the cursor or forge a line is made visible.
  std::string paint(Ink ink, std::string_view text) const;

  // Both flush, so that a reader of a pipe sees what has happened so far.
  void line(std::string_view text = {});
  void json(const Json& value);
  // A piece of something long, as it is.
  void piece(std::string_view text);
  // On standard error.
  void complain(std::string_view text);
  void report(const Error& error);

  // "y" or "yes" is true; the end of the input is no.
  bool confirm(std::string_view question);
  // Nothing at the end of the input.
  std::optional<std::string> ask(std::string_view question);

 private:
  bool colour_ = false;
  bool interactive_ = false;
};

// `text` in lines of at most `columns` characters, broken at spaces; each begins with `indent`.
// What follows the first line of a numbered item stands under its text.
std::vector<std::string> wrap(std::string_view text, std::string_view indent, std::size_t columns);

// A stranger's text on one line, without what a terminal would obey.
std::string harmless(std::string_view text);

}  // namespace entente::cli
