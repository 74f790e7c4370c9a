#include "verdicts.h"

#include <sstream>

#include "catch.h"

using namespace entente;
using namespace entente::tests;

namespace {

Verdicts list_of(const std::string& lines) {
  return Verdicts::parse("suite: a suite\ndata: vectors/none\n\n" + lines);
}

void meet_all(Verdicts& list) {
  list.meet(1, Theirs::good, "ok");
  list.meet(2, Theirs::bad, "json_invalid");
  list.meet(3, Theirs::bad, "json_invalid");
  list.meet("y_4", Theirs::good, "json_invalid");
  list.meet("i_5", Theirs::open, "ok");
}

constexpr const char* honest =
    "ok 1\njson_invalid 2-3\njson_invalid y_4 -- a fraction\nok i_5 -- harmless\n";

}  // namespace

TEST_CASE("a list that says what we say has nothing to complain about", "[vectors]") {
  Verdicts list = list_of(honest);
  meet_all(list);
  CHECK(list.complaints() == "");
}

TEST_CASE("a verdict that changed, is missing, superfluous or unreasoned is a complaint",
          "[vectors][negative]") {
  const std::vector<std::pair<std::string, std::string>> defects = {
      {"ok 1-2\njson_invalid 3\njson_invalid y_4 -- a fraction\nok i_5 -- harmless\n", "2: "},
      {"ok 1\njson_invalid 2\njson_invalid y_4 -- a fraction\nok i_5 -- harmless\n", "3: "},
      {std::string(honest) + "ok 6\n", "6: "},
      {std::string(honest) + "ok 1\n", "1: "},
      {"ok 1 -- as they do\njson_invalid 2-3\njson_invalid y_4 -- a fraction\nok i_5 -- harmless\n",
       "1: "},
      {"ok 1\njson_invalid 2-3\njson_invalid y_4\nok i_5 -- harmless\n", "y_4: "},
      {"ok 1\njson_invalid 2-3\njson_invalid y_4 -- a fraction\nok i_5\n", "i_5: "}};
  for (const auto& [lines, complaint] : defects) {
    CAPTURE(lines);
    Verdicts list = list_of(lines);
    meet_all(list);
    std::istringstream complaints(list.complaints());
    std::string line;
    REQUIRE(std::getline(complaints, line));
    do {
      CHECK(line.starts_with(complaint));
    } while (std::getline(complaints, line));
  }
}

TEST_CASE("a vector that is outside needs a reason, whatever its publisher says",
          "[vectors][negative]") {
  Verdicts with = list_of("outside 1 -- another curve\n");
  with.meet(1, Theirs::bad, "outside");
  CHECK(with.complaints() == "");
  Verdicts without = list_of("outside 1\n");
  without.meet(1, Theirs::bad, "outside");
  CHECK(without.complaints().starts_with("1: "));
}

TEST_CASE("what is no list is refused", "[vectors][negative]") {
  CHECK_THROWS(Verdicts::parse("suite: a suite\n\nok 1\n"));
  CHECK_THROWS(list_of("good 1\n"));
  CHECK_THROWS(Verdicts::parse("no colon\n\nok 1\n"));
}
