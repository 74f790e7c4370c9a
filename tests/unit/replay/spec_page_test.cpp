// The table of rules in the spec is printed from the code. With ENTENTE_WRITE_SPEC=1 the page is
// written; without, it is compared.

#include <entente/replay/rules.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "catch.h"

using namespace entente;

namespace {

const std::string page = std::string(ENTENTE_SOURCE_DIR) + "/protocol/spec/07-replay.md";
const std::string begin_mark = "<!-- table: replay rules -->\n";
const std::string end_mark = "<!-- end -->\n";

std::string print_rules() {
  std::string text = "| rule | what holds |\n|---|---|\n";
  for (const Rule rule : replay_rules()) {
    text += "| `" + std::string(name(rule)) + "` | " + std::string(meaning(rule)) + " |\n";
  }
  return text;
}

}  // namespace

TEST_CASE("the spec prints the rules of the code", "[replay]") {
  std::ifstream in(page, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::size_t begin = text.find(begin_mark);
  REQUIRE(begin != std::string::npos);
  const std::size_t from = begin + begin_mark.size();
  const std::size_t end = text.find(end_mark, from);
  REQUIRE(end != std::string::npos);
  if (std::getenv("ENTENTE_WRITE_SPEC") != nullptr) {
    text.replace(from, end - from, print_rules());
    std::ofstream(page, std::ios::binary | std::ios::trunc) << text;
    return;
  }
  CHECK(text.substr(from, end - from) == print_rules());
}
