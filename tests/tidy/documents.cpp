#include <map>
#include <optional>
#include <regex>

#include "rules.h"

namespace fs = std::filesystem;

namespace tidy {
namespace {

// The lines between "// [name]" and "// [/name]"; `#` and `--` open comments elsewhere.
std::optional<Lines> find_region(const Lines& lines, const std::string& name) {
  const std::regex mark(R"(^\s*(//|#|--) \[(/?))" + name + R"(\]$)");
  std::optional<Lines> region;
  for (const std::string& line : lines) {
    std::smatch match;
    if (std::regex_match(line, match, mark)) {
      if (match[2] == "/") return region;
      region.emplace();
    } else if (region) {
      region->push_back(line);
    }
  }
  return std::nullopt;
}

// The whole file, or a region of it.
std::optional<Lines> find_snippet(const Tree& tree, const std::string& path,
                                  const std::string& name) {
  const auto file = tree.find(path);
  if (file == tree.end()) return std::nullopt;
  if (name.empty()) return file->second;
  return find_region(file->second, name);
}

// The fenced block that opens at `fence`.
std::optional<Lines> find_block(const Lines& lines, std::size_t fence) {
  if (fence >= lines.size() || !lines[fence].starts_with("```")) return std::nullopt;
  Lines block;
  for (std::size_t i = fence + 1; i < lines.size(); ++i) {
    if (lines[i] == "```") return block;
    block.push_back(lines[i]);
  }
  return std::nullopt;
}

void check_snippets(const std::string& path, const Lines& lines, const Tree& tree,
                    Findings& findings) {
  static const std::regex from(R"(^<!-- from: ([^# ]+)(?:#([a-z0-9_-]+))? -->$)");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("<!-- from:")) continue;
    std::smatch match;
    if (!std::regex_match(lines[i], match, from)) {
      findings.push_back({path, i + 1, "write <!-- from: path#name -->"});
      continue;
    }
    const auto snippet = find_snippet(tree, match[1], match[2]);
    const auto block = find_block(lines, i + 1);
    if (!snippet) {
      findings.push_back({path, i + 1, "nothing is marked there"});
    } else if (!block) {
      findings.push_back({path, i + 1, "no fenced block follows"});
    } else if (*block != *snippet) {
      findings.push_back({path, i + 1, "differs from " + match[1].str()});
    }
  }
}

bool leads_somewhere(const Tree& tree, const fs::path& root, const fs::path& target) {
  const std::string path = target.lexically_normal().generic_string();
  return tree.contains(path) || (!root.empty() && fs::exists(root / path));
}

void check_links(const std::string& path, const Lines& lines, const Tree& tree,
                 const fs::path& root, Findings& findings) {
  static const std::regex link(R"(\]\(([^)#\s]+)[^)]*\))");
  bool in_block = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].starts_with("```")) in_block = !in_block;
    if (in_block) continue;
    for (std::sregex_iterator at(lines[i].begin(), lines[i].end(), link), end; at != end; ++at) {
      const std::string target = (*at)[1];
      if (target.find(':') != std::string::npos) continue;  // of the world, not of the tree
      if (!leads_somewhere(tree, root, fs::path(path).parent_path() / target)) {
        findings.push_back({path, i + 1, "no such file: " + target});
      }
    }
  }
}

// A rule of the specification is cited by its name, "{P-06-17}", so no two have the same one.
void check_rule_names(const std::string& path, const Lines& lines, Findings& findings) {
  static const std::regex rule(R"(^- \{(P-\d\d-\d+)\})");
  std::map<std::string, std::size_t> named;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch found;
    if (!std::regex_search(lines[i], found, rule)) continue;
    const auto [first, fresh] = named.try_emplace(found[1], i + 1);
    if (fresh) continue;
    findings.push_back(
        {path, i + 1, found[1].str() + " is the rule of line " + std::to_string(first->second)});
  }
}

}  // namespace

void check_documents(const Tree& tree, const fs::path& root, Findings& findings) {
  for (const auto& [path, lines] : tree) {
    if (!path.ends_with(".md")) continue;
    check_snippets(path, lines, tree, findings);
    check_links(path, lines, tree, root, findings);
    check_rule_names(path, lines, findings);
  }
}

}  // namespace tidy
