// Checks of the code as text: what a compiler accepts and a reader should not have to.
//
//     tidy [--hints] ROOT    prints one line per finding; exits 1 if there is any
//     tidy --cases DIR       exits 1 unless every planted violation is found, and nothing else

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>

#include "rules.h"

namespace fs = std::filesystem;

namespace tidy {
namespace {

Lines sorted_lines(const Findings& findings) {
  Lines lines;
  lines.reserve(findings.size());
  for (const Finding& finding : findings) lines.push_back(describe(finding));
  std::ranges::sort(lines);
  return lines;
}

Lines check(const Tree& tree, const fs::path& root) {
  Findings findings;
  check_modules(tree, findings);
  check_shape(tree, findings);
  check_traps(tree, findings);
  check_documents(tree, root, findings);
  return sorted_lines(findings);
}

int check_repository(const fs::path& root, bool with_hints) {
  const Tree tree = read_tree(root);
  // A wrong root would find nothing and be content.
  if (!tree.contains("sdk/layers.txt")) {
    std::printf("%s: not the root of the repository\n", root.c_str());
    return 1;
  }
  const Lines findings = check(tree, root);
  for (const std::string& line : findings) std::printf("%s\n", line.c_str());
  if (with_hints) {
    Findings hints;
    suggest_twins(tree, hints);
    for (const std::string& line : sorted_lines(hints)) std::printf("hint: %s\n", line.c_str());
  }
  return findings.empty() ? 0 : 1;
}

bool check_case(const fs::path& file) {
  Case planted = read_case(file);
  std::ranges::sort(planted.expected);
  const Lines found = check(planted.tree, {});
  for (const std::string& line : planted.expected) {
    if (!std::ranges::count(found, line)) {
      std::printf("%s: not found: %s\n", file.c_str(), line.c_str());
    }
  }
  for (const std::string& line : found) {
    if (!std::ranges::count(planted.expected, line)) {
      std::printf("%s: found, not planted: %s\n", file.c_str(), line.c_str());
    }
  }
  return found == planted.expected;
}

int check_cases(const fs::path& directory) {
  int cases = 0;
  int wrong = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".txt") continue;
    ++cases;
    if (!check_case(entry.path())) ++wrong;
  }
  std::printf("%d cases, %d wrong\n", cases, wrong);
  return cases > 0 && wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tidy

int main(int argc, char** argv) {
  const std::string option = argc == 3 ? argv[1] : "";
  try {
    if (option == "--cases") return tidy::check_cases(argv[2]);
    if (option == "--hints") return tidy::check_repository(argv[2], true);
    if (argc == 2) return tidy::check_repository(argv[1], false);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidy: %s\n", error.what());
    return 2;
  }
  std::fprintf(stderr, "usage: tidy [--hints] ROOT | tidy --cases DIR\n");
  return 2;
}
