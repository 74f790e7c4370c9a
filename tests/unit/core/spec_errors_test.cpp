// The page of errors in the specification is the list in the code.
//   ENTENTE_WRITE_SPEC=1 core_test     writes it anew

#include <entente/core/error.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catch.h"

using namespace entente;

namespace {

constexpr std::string_view begin_mark = "<!-- table: errors -->\n";
constexpr std::string_view end_mark = "<!-- /table -->";

std::string table() {
  std::string text = "| code | group | means |\n|---|---|---|\n";
  for (const ErrorCode code : error_codes()) {
    text += "| `" + std::string(name(code)) + "` | " + std::string(group(code)) + " | " +
            std::string(meaning(code)) + " |\n";
  }
  return text;
}

}  // namespace

TEST_CASE("the specification lists every error code as the code does", "[core]") {
  const std::string path = std::string(ENTENTE_SOURCE_DIR) + "/protocol/spec/09-errors.md";
  std::stringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string page = read.str();
  const auto begin = page.find(begin_mark);
  const auto end = page.find(end_mark);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const auto from = begin + begin_mark.size();
  if (std::getenv("ENTENTE_WRITE_SPEC") != nullptr) {
    std::ofstream(path) << page.substr(0, from) + table() + page.substr(end);
    return;
  }
  CHECK(page.substr(from, end - from) == table());
}
