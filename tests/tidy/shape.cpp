#include <algorithm>

#include "rules.h"
#include "views.h"

namespace tidy {
namespace {

constexpr std::size_t header_lines_max = 250;
constexpr std::size_t source_lines_max = 500;
constexpr std::size_t function_lines_max = 70;
constexpr std::size_t columns_max = 100;

bool is_header(const std::string& path) { return path.ends_with(".h"); }
bool is_source(const std::string& path) { return path.ends_with(".cpp") || path.ends_with(".c"); }
bool is_ours_cpp(const std::string& path) { return is_header(path) || is_source(path); }

bool is_ascii(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

// Characters, not bytes: a comment may hold a section sign.
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// A comment may quote a person or draw an arrow; what the compiler reads may not.
bool has_foreign_character(const std::string& line, const std::string& comment) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (comment[i] == ' ' && static_cast<unsigned char>(line[i]) >= 128) return true;
  }
  return false;
}

void check_space(const std::string& path, const Lines& lines, Findings& findings) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].ends_with(' ')) findings.push_back({path, i + 1, "trailing space"});
    if (lines[i].find('\t') != std::string::npos) findings.push_back({path, i + 1, "tab"});
    if (lines[i].ends_with('\r')) findings.push_back({path, i + 1, "carriage return"});
  }
}

void check_columns(const std::string& path, const Lines& lines, Findings& findings) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (columns(lines[i]) > columns_max) {
      findings.push_back({path, i + 1, "more than " + std::to_string(columns_max) + " columns"});
    }
  }
}

void check_size(const std::string& path, const Lines& lines, Findings& findings) {
  const std::size_t most = is_header(path) ? header_lines_max : source_lines_max;
  if (lines.size() > most) {
    findings.push_back(
        {path, lines.size(), "file has more than " + std::to_string(most) + " lines"});
  }
}

void check_opening(const std::string& path, const Lines& lines, Findings& findings) {
  if (lines.empty() || lines[0] != "#pragma once") {
    findings.push_back({path, 1, "a header starts with #pragma once"});
  }
  const bool explained = lines.size() > 1 && lines[1].starts_with("//");
  if (path.starts_with("sdk/") && !explained) {
    findings.push_back({path, 2, "a header says in its second line what it is"});
  }
}

bool is_unfinished(const std::string& comment) {
  return has_word(comment, "FIXME") || has_word(comment, "XXX") || has_word(comment, "HACK") ||
         comment.find("TODO(now)") != std::string::npos;
}

void check_text(const std::string& path, const Lines& lines, const Views& views,
                Findings& findings) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_unfinished(views.comments[i])) {
      findings.push_back({path, i + 1, "unfinished work"});
    }
    if (!is_ascii(lines[i]) && has_foreign_character(lines[i], views.comments[i])) {
      findings.push_back({path, i + 1, "code is ASCII; write \\u escapes"});
    }
  }
}

void check_functions(const std::string& path, const Views& views, Findings& findings) {
  for (const Function& function : find_functions(views.code)) {
    const std::size_t length = function.last_line - function.first_line + 1;
    if (length > function_lines_max) {
      findings.push_back({path, function.first_line,
                          "function has " + std::to_string(length) + " lines, more than " +
                              std::to_string(function_lines_max)});
    }
  }
}

}  // namespace

void check_shape(const Tree& tree, Findings& findings) {
  for (const auto& [path, lines] : tree) {
    check_space(path, lines, findings);
    if (is_ours_cpp(path) || path.ends_with(".capnp")) check_columns(path, lines, findings);
    if (!is_ours_cpp(path)) continue;
    const Views views = split_views(lines);
    check_size(path, lines, findings);
    check_text(path, lines, views, findings);
    check_functions(path, views, findings);
    // The C header is included by C compilers, under a guard of its own.
    if (is_header(path) && !path.starts_with("sdk/capi/")) check_opening(path, lines, findings);
  }
}

}  // namespace tidy
