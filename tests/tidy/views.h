#pragma once
// One C++ file seen three ways, line by line and column by column: blanks stand where the other
// views have text. A rule about calls reads the code, one about remarks the comments.

#include "tree.h"

namespace tidy {

struct Views {
  Lines code;      // string and character literals emptied, comments and directives blank
  Lines comments;  // comments alone
};

Views split_views(const Lines& lines);

// Both look for whole words: `now` is not in `now_ms`, nor in `known`.
bool has_word(std::string_view line, std::string_view word);
// `function` followed by an opening parenthesis.
bool has_call(std::string_view line, std::string_view function);

// A function body that was found: where its declaration starts and its brace closes, from 1.
struct Function {
  std::size_t first_line = 0;
  std::size_t last_line = 0;
};

// Found by braces, which is enough for code that clang-format has laid out.
std::vector<Function> find_functions(const Lines& code);

}  // namespace tidy
