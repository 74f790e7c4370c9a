#include "console.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace entente::cli {
namespace {

std::string_view escape_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::strong:
      return "\x1b[1m";
    case Ink::faint:
      return "\x1b[2m";
    case Ink::good:
      return "\x1b[32m";
    case Ink::bad:
      return "\x1b[1;31m";
    case Ink::consumer:
      return "\x1b[36m";
    case Ink::brand:
      return "\x1b[35m";
    case Ink::person:
      return "\x1b[1;33m";
  }
  return "";
}

bool wants_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool refused = no_colour != nullptr && *no_colour != '\0';
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return isatty(STDOUT_FILENO) == 1 && !refused && !dumb;
}

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

// UTF-8 of U+0080 to U+009F, which some terminals obey, and of U+200E to U+202E and U+2066 to
// U+2069, which turn the reading direction.
bool is_hidden(std::string_view rest) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
  if (rest.size() >= 2 && at(0) == 0xc2 && at(1) < 0xa0) return true;
  if (rest.size() < 3 || at(0) != 0xe2) return false;
  return (at(1) == 0x80 && (at(2) == 0x8e || at(2) == 0x8f || (at(2) >= 0xa8 && at(2) <= 0xae))) ||
         (at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9);
}

// How far the text of " 1. Repair" is in from the left.
std::size_t item_mark_columns(std::string_view text) {
  const std::size_t number = text.find_first_not_of(' ');
  if (number == std::string_view::npos) return 0;
  const std::size_t dot = text.find_first_not_of("0123456789", number);
  return dot != number && text.substr(std::min(dot, text.size())).starts_with(". ") ? dot + 2
                                                                                    : number;
}

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hidden(text.substr(i))) {
      i += text[i] == '\xc2' ? 1 : 2;
      out += '?';
    } else if (text[i] == '\n') {
      out += ' ';
    } else {
      out += is_control(static_cast<unsigned char>(text[i])) ? '?' : text[i];
    }
  }
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::string_view first_indent,
                              std::size_t columns) {
  std::vector<std::string> lines;
  std::string indent(first_indent);
  const std::string next_indent = indent + std::string(item_mark_columns(text), ' ');
  const std::size_t width = columns > next_indent.size() ? columns - next_indent.size() : 1;
  while (text.size() > width) {
    std::size_t end = text.rfind(' ', width);
    const bool only_indent = end == std::string_view::npos || text.find_first_not_of(' ') > end;
    if (only_indent) end = text.find(' ', width);
    if (end == std::string_view::npos) break;
    lines.push_back(indent + std::string(text.substr(0, end)));
    text.remove_prefix(end + 1);
    indent = next_indent;
  }
  lines.push_back(indent + std::string(text));
  return lines;
}

Console::Console() : colour_(wants_colour()), interactive_(isatty(STDIN_FILENO) == 1) {}

std::string Console::paint(Ink ink, std::string_view text) const {
  if (!colour_ || ink == Ink::plain) return harmless(text);
  return std::string(escape_of(ink)) + harmless(text) + "\x1b[0m";
}

void Console::line(std::string_view text) { std::cout << text << std::endl; }

void Console::piece(std::string_view text) { std::cout << text; }

void Console::json(const Json& value) { line(to_json(value, JsonStyle::pretty)); }

void Console::complain(std::string_view text) { std::cerr << text << std::endl; }

void Console::report(const Error& error) {
  complain(harmless(describe(error)));
  complain(advice_for(error.code));
}

bool Console::confirm(std::string_view question) {
  const auto answer = ask(std::string(question) + " [y/n]");
  return answer && (*answer == "y" || *answer == "yes" || *answer == "Y");
}

std::optional<std::string> Console::ask(std::string_view question) {
  std::cout << question << ' ' << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer)) return std::nullopt;
  return answer;
}

}  // namespace entente::cli
