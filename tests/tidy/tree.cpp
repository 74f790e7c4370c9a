#include "tree.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace fs = std::filesystem;

namespace tidy {
namespace {

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// Build output, and the planted violations of our own cases.
bool is_outside(const fs::path& directory) {
  const std::string name = directory.filename().string();
  return name == "build" || (name.starts_with('.') && name != ".ci") ||
         (name == "cases" && directory.parent_path().filename() == "tidy");
}

bool is_written_by_hand(const fs::path& file) {
  static constexpr std::array<std::string_view, 12> kinds = {
      ".h",   ".cpp",  ".c",  ".md", ".capnp",   ".cmake",
      ".txt", ".yaml", ".js", ".sh", ".service", ".conf"};
  const std::string extension = file.extension().string();
  for (const std::string_view kind : kinds) {
    if (extension == kind) return true;
  }
  return file.filename() == "dev";
}

void add_repeated(Lines& lines, const std::string& line) {
  char* text = nullptr;
  const auto times = std::strtoul(line.c_str() + 1, &text, 10);
  lines.insert(lines.end(), times, std::string(text + (*text == ' ' ? 1 : 0)));
}

}  // namespace

std::string describe(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": " + finding.text;
}

Lines split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

Tree read_tree(const fs::path& root) {
  Tree tree;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    if (entry->is_directory() && is_outside(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_written_by_hand(entry->path())) {
      tree[entry->path().lexically_relative(root).generic_string()] =
          split_lines(read_file(entry->path()));
    }
  }
  return tree;
}

Case read_case(const fs::path& file) {
  Case planted;
  Lines explanation;
  Lines* current = &explanation;
  for (const std::string& line : split_lines(read_file(file))) {
    if (line.starts_with("-- ") && line.ends_with(" --")) {
      const std::string name = line.substr(3, line.size() - 6);
      current = name == "expect" ? &planted.expected : &planted.tree[name];
    } else if (line.starts_with('%')) {
      add_repeated(*current, line);
    } else {
      current->push_back(line);
    }
  }
  return planted;
}

}  // namespace tidy
