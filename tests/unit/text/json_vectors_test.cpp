// Two suites of others about JSON; our verdicts are in conformance/verdicts/.
#include <entente/text/json.h>

#include <string>

#include "catch.h"
#include "shared_data.h"
#include "verdicts.h"

using namespace entente;
using namespace entente::tests;

namespace {

// What is read can be written and read again.
void check_way_back(const Json& value) {
  const auto canonical = canonical_json(value);
  REQUIRE(canonical);
  CHECK(*canonical_json(*parse_canonical_json(*canonical)) == *canonical);
  CHECK(*parse_json(to_json(value, JsonStyle::pretty)) == value);
}

}  // namespace

TEST_CASE("JSONTestSuite's texts get the verdicts listed", "[text][vectors]") {
  auto list = Verdicts::find("json-test-suite");
  if (!list) return;
  for (const auto& entry : std::filesystem::directory_iterator(list->data())) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json") continue;
    CAPTURE(name);
    // A quarter of a megabyte is in there, and the rules are under test, not the size.
    const auto value = parse_json(read_file(entry.path()), {.bytes_max = 1 << 20});
    const Theirs theirs = name[0] == 'y'   ? Theirs::good
                          : name[0] == 'n' ? Theirs::bad
                                           : Theirs::open;
    list->meet(entry.path().stem().string(), theirs, word_of(value));
    if (value) check_way_back(*value);
  }
  CHECK(list->complaints() == "");
}

TEST_CASE("the vectors of RFC 8785 get the verdicts listed, and its bytes", "[text][vectors]") {
  auto list = Verdicts::find("rfc8785");
  if (!list) return;
  for (const auto& entry : std::filesystem::directory_iterator(list->data() / "input")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    const std::string expected = read_file(list->data() / "output" / name);
    const auto value = parse_json(read_file(entry.path()));
    list->meet(entry.path().stem().string(), Theirs::good, word_of(value));
    if (!value) continue;
    CHECK(*canonical_json(*value) == expected);
    CHECK(parse_canonical_json(expected));
  }
  CHECK(list->complaints() == "");
}
