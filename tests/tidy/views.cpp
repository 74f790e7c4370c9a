#include "views.h"

#include <cctype>
#include <string_view>

namespace tidy {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Where a file's text is, between one character and the next.
enum class Inside { code, line_comment, block_comment, string, character, raw_string };

class Splitter {
 public:
  Views split(const Lines& lines) {
    bool directive = false;
    for (const std::string& line : lines) {
      if (inside_ == Inside::code && !directive) directive = starts_directive(line);
      code_.assign(line.size(), ' ');
      comment_.assign(line.size(), ' ');
      for (std::size_t at = 0; at < line.size();) at = step(line, at);
      if (directive) code_.assign(line.size(), ' ');
      directive = directive && line.ends_with('\\');
      if (inside_ != Inside::block_comment && inside_ != Inside::raw_string) {
        inside_ = Inside::code;
      }
      views_.code.push_back(code_);
      views_.comments.push_back(comment_);
    }
    return std::move(views_);
  }

 private:
  static bool starts_directive(const std::string& line) {
    const std::size_t first = line.find_first_not_of(" \t");
    return first != std::string::npos && line[first] == '#';
  }

  // Reads one character, or one mark of several; returns where the next begins.
  std::size_t step(const std::string& line, std::size_t at) {
    switch (inside_) {
      case Inside::code:
        return step_code(line, at);
      case Inside::line_comment:
        comment_[at] = line[at];
        return at + 1;
      case Inside::block_comment:
        comment_[at] = line[at];
        if (line.compare(at, 2, "*/") != 0) return at + 1;
        inside_ = Inside::code;
        return at + 2;
      case Inside::raw_string:
        if (line.compare(at, raw_end_.size(), raw_end_) != 0) return at + 1;
        inside_ = Inside::code;
        return at + raw_end_.size();
      case Inside::string:
      case Inside::character:
        if (line[at] == '\\') return at + 2;
        if (line[at] == (inside_ == Inside::string ? '"' : '\'')) inside_ = Inside::code;
        return at + 1;
    }
    return at + 1;
  }

  std::size_t step_code(const std::string& line, std::size_t at) {
    if (line.compare(at, 2, "//") == 0) {
      inside_ = Inside::line_comment;
      return at + 2;
    }
    if (line.compare(at, 2, "/*") == 0) {
      inside_ = Inside::block_comment;
      return at + 2;
    }
    const bool after_word = at > 0 && is_word(line[at - 1]);
    if (line.compare(at, 2, "R\"") == 0 && !after_word) {
      const std::size_t open = line.find('(', at);
      raw_end_ = ")" + line.substr(at + 2, open - at - 2) + "\"";
      inside_ = Inside::raw_string;
      return open + 1;
    }
    if (line[at] == '"') inside_ = Inside::string;
    // 10'000 holds no character literal.
    if (line[at] == '\'' && !after_word) inside_ = Inside::character;
    code_[at] = line[at];
    return at + 1;
  }

  Inside inside_ = Inside::code;
  std::string raw_end_;
  std::string code_;
  std::string comment_;
  Views views_;
};

// What stands before an opening brace decides what the brace opens.
struct Head {
  std::string text;
  std::size_t first_line = 0;
};

struct Block {
  Head head;
  bool is_function = false;
};

// A brace opens a function if parentheses stand before it, unless a word after the last of them
// says what else it opens.
bool opens_function(const std::string& head) {
  const std::size_t open = head.rfind(')');
  if (open == std::string::npos) return false;
  const std::string rest = head.substr(open);
  for (const std::string_view word : {"namespace", "class", "struct", "union", "enum"}) {
    if (has_word(rest, word)) return false;
  }
  return true;
}

class FunctionFinder {
 public:
  std::vector<Function> find(const Lines& code) {
    for (std::size_t i = 0; i < code.size(); ++i) {
      for (const char c : code[i]) read(c, i + 1);
      head_.text += ' ';
    }
    return std::move(found_);
  }

 private:
  void read(char c, std::size_t line) {
    if (closed_ && !std::isspace(static_cast<unsigned char>(c))) after_closing(c);
    switch (c) {
      case '{':
        blocks_.push_back({head_, !in_function() && opens_function(head_.text)});
        head_ = {};
        break;
      case '}':
        close(line);
        break;
      case ';':
        head_ = {};
        break;
      default:
        if (head_.first_line == 0 && !std::isspace(static_cast<unsigned char>(c))) {
          head_.first_line = line;
        }
        head_.text += c;
    }
  }

  void close(std::size_t line) {
    if (blocks_.empty()) return;
    pending_ = blocks_.back();
    pending_end_ = line;
    closed_ = true;
    blocks_.pop_back();
    head_ = {};
  }

  // `member_{1}, ...` and `member_{1} {` go on with the declaration that the brace interrupted.
  void after_closing(char c) {
    closed_ = false;
    if (c == ',' || c == '{') {
      head_ = pending_.head;
    } else if (pending_.is_function) {
      found_.push_back({pending_.head.first_line, pending_end_});
    }
  }

  bool in_function() const {
    for (const Block& block : blocks_) {
      if (block.is_function) return true;
    }
    return false;
  }

  std::vector<Block> blocks_;
  Head head_;
  Block pending_;
  std::size_t pending_end_ = 0;
  bool closed_ = false;
  std::vector<Function> found_;
};

}  // namespace

bool has_word(std::string_view line, std::string_view word) {
  for (std::size_t at = line.find(word); at != std::string_view::npos;
       at = line.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(line[at - 1])) && (end == line.size() || !is_word(line[end]))) {
      return true;
    }
  }
  return false;
}

bool has_call(std::string_view line, std::string_view function) {
  for (std::size_t at = line.find(function); at != std::string_view::npos;
       at = line.find(function, at + 1)) {
    const std::size_t next = line.find_first_not_of(' ', at + function.size());
    if ((at == 0 || !is_word(line[at - 1])) && next != std::string_view::npos && line[next] == '(')
      return true;
  }
  return false;
}

Views split_views(const Lines& lines) { return Splitter().split(lines); }

std::vector<Function> find_functions(const Lines& code) {
  Lines closed = code;
  closed.emplace_back(";");  // settles a brace that closes the file
  return FunctionFinder().find(closed);
}

}  // namespace tidy
