#include <entente/text/json.h>

#include <map>
#include <string>

#include "catch.h"
#include "shared_data.h"

using namespace entente;
using namespace entente::tests;

namespace {

// Good JSON that is not ours.
const std::map<std::string, std::string> refused_good = {
    {"y_number.json", "exponent"},
    {"y_number_0e+1.json", "exponent"},
    {"y_number_0e1.json", "exponent"},
    {"y_number_double_close_to_zero.json", "fraction"},
    {"y_number_int_with_exp.json", "exponent"},
    {"y_number_minus_zero.json", "-0"},
    {"y_number_negative_zero.json", "-0"},
    {"y_number_real_capital_e.json", "exponent"},
    {"y_number_real_capital_e_neg_exp.json", "exponent"},
    {"y_number_real_capital_e_pos_exp.json", "exponent"},
    {"y_number_real_exponent.json", "exponent"},
    {"y_number_real_fraction_exponent.json", "fraction"},
    {"y_number_real_neg_exp.json", "exponent"},
    {"y_number_real_pos_exponent.json", "exponent"},
    {"y_number_simple_real.json", "fraction"},
    {"y_object_duplicated_key.json", "a key twice"},
    {"y_object_duplicated_key_and_value.json", "a key twice"},
    {"y_object_extreme_numbers.json", "exponent"},
    {"y_structure_lonely_negative_real.json", "fraction"},
};

}  // namespace

TEST_CASE("JSONTestSuite: all bad is refused, all good but the named is read", "[text][vectors]") {
  const auto folder = find_shared("vectors/JSONTestSuite/test_parsing");
  if (!folder) return;
  std::size_t good = 0, bad = 0, either = 0, refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json") continue;
    CAPTURE(name);
    // A quarter of a megabyte is in there, and the rules are under test, not the size.
    const auto result = parse_json(read_file(entry.path()), {.bytes_max = 1 << 20});
    switch (name[0]) {
      case 'n':
        ++bad;
        CHECK_FALSE(result);
        break;
      case 'y':
        ++good;
        if (!result) ++refused;
        CHECK(result.has_value() == !refused_good.contains(name));
        break;
      default:
        // Left open by the standard: bad encodings, huge numbers, deep nesting.
        ++either;
        CHECK_FALSE(result);
    }
    if (!result) continue;
    const auto canonical = canonical_json(*result);
    REQUIRE(canonical);
    CHECK(*canonical_json(*parse_canonical_json(*canonical)) == *canonical);
    CHECK(*parse_json(to_json(*result, JsonStyle::pretty)) == *result);
  }
  CHECK(bad == 188);
  CHECK(good == 95);
  CHECK(either == 35);
  CHECK(refused == refused_good.size());
}

TEST_CASE("RFC 8785 vectors without fractions have the bytes of others", "[text][vectors]") {
  const auto folder = find_shared("vectors/jcs/testdata");
  if (!folder) return;
  for (const char* name : {"arrays.json", "french.json", "unicode.json", "weird.json"}) {
    CAPTURE(name);
    const auto value = parse_json(read_file(*folder / "input" / name));
    const std::string expected = read_file(*folder / "output" / name);
    REQUIRE(value);
    CHECK(*canonical_json(*value) == expected);
    CHECK(parse_canonical_json(expected));
  }
  for (const char* name : {"structures.json", "values.json"}) {
    CAPTURE(name);
    CHECK(parse_json(read_file(*folder / "input" / name)).error().code == ErrorCode::json_invalid);
  }
}
