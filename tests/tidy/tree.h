#pragma once
// A source tree as text: what the rules read, whether it comes from the disk or from a case file
// with planted violations.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

using Lines = std::vector<std::string>;

// Path relative to the root, with '/', to the lines of the file.
using Tree = std::map<std::string, Lines>;

struct Finding {
  std::string path;
  std::size_t line = 0;  // from 1
  std::string text;
};
using Findings = std::vector<Finding>;

// "path:line: text"
std::string describe(const Finding& finding);

Lines split_lines(std::string_view text);

// The files of a repository that are written by hand.
Tree read_tree(const std::filesystem::path& root);

// A case: a line of explanation, then files as "-- path --" and their lines, the last of them
// "-- expect --" with the findings. A line "%71 text" stands for 71 lines of text.
struct Case {
  Tree tree;
  Lines expected;
};
Case read_case(const std::filesystem::path& file);

}  // namespace tidy
