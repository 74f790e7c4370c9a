#include <algorithm>

#include "catch.h"
#include "transcript.h"

namespace {

using transcript::matches;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> files;
  const auto directory = std::filesystem::path(ENTENTE_SOURCE_DIR) / "tests/cli/transcripts";
  for (const auto& item : std::filesystem::directory_iterator(directory)) {
    files.push_back(item.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

TEST_CASE("A transcript's marks stand for any text and any lines, and for nothing else") {
  CHECK(matches({"a [..] c"}, {"a b c"}));
  CHECK(matches({"...", "z"}, {"x", "y", "z"}));
  CHECK(matches({"..."}, {}));
  CHECK_FALSE(matches({"a [..] c"}, {"a b d"}));
  CHECK_FALSE(matches({"x", "z"}, {"x", "y", "z"}));
  CHECK_FALSE(matches({"x"}, {"x", "y"}));
  CHECK_FALSE(matches({"...", "q"}, {"x", "y"}));
  CHECK_FALSE(matches({"x"}, {}));
}

TEST_CASE("A person who types what the transcripts say sees what they say") {
  for (const auto& file : transcripts()) {
    DYNAMIC_SECTION(file.stem().string()) {
      transcript::Shell shell;
      for (const transcript::Step& step : transcript::read(file)) {
        const auto answer = shell.run(step.command);
        INFO(file.filename().string() << ":" << step.line << ": " << step.command);
        INFO("expected\n" << joined(step.expected) << "found\n" << joined(answer.lines));
        REQUIRE(matches(step.expected, answer.lines));
        REQUIRE(answer.exit_code == step.exit_code);
      }
    }
  }
}
