#include <regex>

#include "rules.h"
#include "views.h"

namespace tidy {
namespace {

// What stands between the parentheses of `for` at this place, on however many lines. Empty if they
// do not close.
std::string head_of_loop(const Lines& code, std::size_t line, std::size_t column) {
  std::string head;
  int depth = 0;
  for (; line < code.size(); ++line, column = 0) {
    for (; column < code[line].size(); ++column) {
      const char c = code[line][column];
      if (c == ')' && --depth == 0) return head;
      if (depth > 0) head += c;
      if (c == '(') ++depth;
    }
    head += ' ';
  }
  return {};
}

// What a range-based loop goes over; empty for a loop with semicolons alone.
std::string range_of_loop(const std::string& head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] != ':') continue;
    if (head[i + 1] != ':') return head.substr(i + 1);
    ++i;
  }
  return {};
}

// `*read()` or `read().value()`: what holds the range is gone before the first turn. C++23 keeps it
// alive, GCC 12 does not.
bool is_inside_temporary(const std::string& range) {
  static const std::regex starred(R"(^\s*\*\s*[A-Za-z_][A-Za-z0-9_:.>-]*\()");
  static const std::regex valued(R"(\)\s*\.\s*value\(\))");
  return std::regex_search(range, starred) || std::regex_search(range, valued);
}

void check_loops(const std::string& path, const Lines& code, Findings& findings) {
  static const std::regex loop(R"(\bfor \()");
  for (std::size_t i = 0; i < code.size(); ++i) {
    std::smatch match;
    if (code[i].find("for (") == std::string::npos || !std::regex_search(code[i], match, loop)) {
      continue;
    }
    const auto column = static_cast<std::size_t>(match.position()) + 4;
    if (is_inside_temporary(range_of_loop(head_of_loop(code, i, column)))) {
      findings.push_back({path, i + 1, "the loop's range is inside a temporary; name it first"});
    }
  }
}

}  // namespace

void check_traps(const Tree& tree, Findings& findings) {
  for (const auto& [path, lines] : tree) {
    if (!path.ends_with(".h") && !path.ends_with(".cpp")) continue;
    check_loops(path, split_views(lines).code, findings);
  }
}

}  // namespace tidy
