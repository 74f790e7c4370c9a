#pragma once
// A transcript: commands a person types, and what they then see. In the expected output a line
// `...` stands for any lines, and `[..]` within a line for any text.
//
//     $ entente key show missing.key
//     file_missing: missing.key
//     [..]
//     ? 3

#include <filesystem>
#include <string>
#include <vector>

namespace transcript {

struct Step {
  std::string command;
  std::vector<std::string> expected;
  int exit_code = 0;
  std::size_t line = 0;  // of the file
};

std::vector<Step> read(const std::filesystem::path& file);

// Whether the lines are those expected, with the marks above.
bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& lines);

// A shell in a directory of its own, where `entente` is the one just built.
class Shell {
 public:
  Shell();
  ~Shell();  // removes the directory
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  struct Answer {
    std::vector<std::string> lines;  // standard output and error, as they came
    int exit_code = 0;
  };
  Answer run(const std::string& command);

 private:
  std::filesystem::path directory_;
};

}  // namespace transcript
