#include <entente/text/json.h>

#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"

using namespace entente;
using namespace std::string_literals;

namespace {

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

Json sample() {
  return Json::object({{"task", 1},
                       {"name", "kettle"},
                       {"open", true},
                       {"lost", nullptr},
                       {"items", Json::array({Json::object({{"qty", -2}}), "x", 7})}});
}

}  // namespace

TEST_CASE("a value is written as it was built and read back the same", "[text]") {
  const Json value = sample();
  const std::string compact = to_json(value);
  CHECK(compact ==
        R"({"task":1,"name":"kettle","open":true,"lost":null,"items":[{"qty":-2},"x",7]})");
  CHECK(*parse_json(compact) == value);
  CHECK(*parse_json(to_json(value, JsonStyle::pretty)) == value);
}

TEST_CASE("pretty JSON has one member a line and two spaces a level", "[text]") {
  const Json value = Json::object({{"a", Json::array({1, Json::object({{"b", "c"}})})},
                                   {"none", Json::array()},
                                   {"no", Json::object()}});
  CHECK(to_json(value, JsonStyle::pretty) == R"({
  "a": [
    1,
    {
      "b": "c"
    }
  ],
  "none": [],
  "no": {}
})");
}

TEST_CASE("two texts in braces are a member, not an array", "[text]") {
  CHECK(to_json(Json::object({{"a", "b"}})) == R"({"a":"b"})");
  CHECK(to_json(Json::object({{"a", "b"}, {"c", "d"}})) == R"({"a":"b","c":"d"})");
  CHECK(to_json(Json::array({"a", "b"})) == R"(["a","b"])");
  CHECK(to_json(Json::array({Json::array({1})})) == "[[1]]");
  CHECK(to_json(Json::object({})) == "{}");
}

TEST_CASE("a key is never held twice, however the object is built", "[text]") {
  Json built = Json::object({{"a", 1}, {"b", 2}, {"a", 3}});
  CHECK(to_json(built) == R"({"a":3,"b":2})");
  built.add("b", 4).add("c", 5);
  CHECK(to_json(built) == R"({"a":3,"b":4,"c":5})");
  Json list;
  list.push(1).push("two");
  CHECK(to_json(list) == R"([1,"two"])");
}

TEST_CASE("a path finds what lies there and nothing else", "[text]") {
  const Json value = sample();
  CHECK(*value.get_integer("task") == 1);
  CHECK(*value.get_text("name") == "kettle");
  CHECK(*value.get_boolean("open"));
  CHECK(*value.get_integer({"items", 0, "qty"}) == -2);
  CHECK(value.get_array("items")->size() == 3);
  CHECK((*value.get_object({"items", 0}))->members().size() == 1);
  CHECK(value.find("lost")->is_null());
  CHECK(value.find("absent") == nullptr);
  CHECK(value.find({"items", 3}) == nullptr);
  CHECK(value.find({"name", 0}) == nullptr);
  CHECK(value.find({"items", "qty"}) == nullptr);
}

TEST_CASE("what cannot be read is named by its path", "[text][negative]") {
  const Json value = sample();
  const auto detail = [](const auto& result) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::json_invalid);
    return result.error().detail;
  };
  CHECK(detail(value.get_text("task")) == "task: expected text, found an integer");
  CHECK(detail(value.get_text("lost")) == "lost: expected text, found null");
  CHECK(detail(value.get_boolean("name")) == "name: expected true or false, found text");
  CHECK(detail(value.get_array("open")) == "open: expected an array, found true or false");
  CHECK(detail(value.get_object("items")) == "items: expected an object, found an array");
  CHECK(detail(value.get_integer({"items", 0})) ==
        "items[0]: expected an integer, found an object");
  CHECK(detail(value.get_integer({"items", 0, "qty"}, 1, 9)) ==
        "items[0].qty: expected an integer from 1 to 9, found another");
  CHECK(detail(value.get_text({"items", 9, "qty"})) ==
        "items[9]: expected a value, found none in an array");
  CHECK(detail(value.get_text({"items", 0, "name"})) ==
        "items[0].name: expected a value, found none in an object");
  CHECK(detail(value.get_text({"task", "name"})) ==
        "task.name: expected a value, found none in an integer");
}

TEST_CASE("integers are exact to the last of 64 bits", "[text]") {
  for (const char* text :
       {"0", "-1", "9007199254740993", "9223372036854775807", "-9223372036854775808"}) {
    CAPTURE(text);
    CHECK(to_json(*parse_json(text)) == text);
  }
}

TEST_CASE("numbers that are no 64-bit integer are refused", "[text][negative]") {
  for (const char* number :
       {"1.0", "1e2", "0.5", "-0", "-0.0", "1E400", "9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "18446744073709551616", "01", "+1", "0x1", "NaN", "Infinity"}) {
    for (const std::string& text : {std::string(number), "["s + number + "]",
                                    "{\"a\": "s + number + "}", " "s + number + " "}) {
      CAPTURE(text);
      CHECK(parse_json(text).error().code == ErrorCode::json_invalid);
    }
  }
}

TEST_CASE("a key given twice is refused, however it is spelled", "[text][negative]") {
  for (const char* text : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"":1,"":2})",
                           R"([{"x":{"b":1,"c":2,"b":3}}])", "{\"\\u00e9\":1,\"\u00e9\":2}"}) {
    CAPTURE(text);
    const auto result = parse_json(text);
    CHECK(result.error().code == ErrorCode::json_invalid);
    CHECK(result.error().detail.find("was given before") != std::string::npos);
  }
  CHECK(parse_json(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"));
}

TEST_CASE("bytes around or inside the value that do not belong are refused", "[text][negative]") {
  const std::vector<std::string> texts = {"",
                                          " ",
                                          "1 2",
                                          "{} x",
                                          "null\0"s,
                                          "\0null"s,
                                          "\xef\xbb\xbfnull",
                                          "[1,]",
                                          "{\"a\":1,}",
                                          "// note\n1",
                                          "/* note */ 1",
                                          "'a'",
                                          "{a:1}",
                                          "\"\x01\"",
                                          "\"a\nb\"",
                                          "\"\xff\"",
                                          "\"\xc0\xaf\"",
                                          "\"\xed\xa0\x80\"",
                                          "\"\\ud800\"",
                                          "\"\\udc00\\ud800\"",
                                          "\"\\x41\"",
                                          "\"\xf4\x90\x80\x80\"",
                                          "\"a\0b\""s,
                                          "tru",
                                          "[",
                                          "{\"a\"",
                                          "nul",
                                          "\"open"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(parse_json(text).error().code == ErrorCode::json_invalid);
  }
}

TEST_CASE("no prefix of a JSON object is JSON", "[text][negative]") {
  const std::string whole = to_json(sample(), JsonStyle::pretty);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_json(std::string_view(whole).substr(0, length)));
  }
}

TEST_CASE("size and depth have limits that the caller may move", "[text][negative]") {
  CHECK(parse_json(nested(limits::json_depth_max)));
  CHECK(parse_json(nested(limits::json_depth_max + 1)).error().code == ErrorCode::too_large);
  CHECK(parse_json(std::string(60'000, '[')).error().code == ErrorCode::too_large);
  CHECK(parse_json(nested(3), {.depth_max = 2}).error().code == ErrorCode::too_large);
  const std::string large = '"' + std::string(limits::json_bytes_max - 2, 'x') + '"';
  CHECK(parse_json(large));
  CHECK(parse_json(large + " ").error().code == ErrorCode::too_large);
  CHECK(parse_json(large + " ", {.bytes_max = 1 << 20}));
}

TEST_CASE("a refusal says line and column in characters", "[text]") {
  CHECK(
      parse_json("{\n  \"a\": 1,\n  \"b\": x\n}").error().detail.starts_with("line 3, column 8:"));
  CHECK(parse_json("[\"\u00e9\u00e9\u00e9\" x]").error().detail.starts_with("line 1, column 8:"));
  CHECK(parse_json("1 x").error().detail == "line 1, column 3: expected the end, found more");
  CHECK(parse_json("{\"a\":1,\n\"a\":2}").error().detail.starts_with("line 2, column "));
}

TEST_CASE("text survives the trip whatever its characters", "[text]") {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\u00e9\u20ac\U0001f600\u2028";
  const Json value(all);
  CHECK(*parse_json(to_json(value))->text() == all);
  CHECK(to_json(Json("\b\t\n\f\r\"\\/\x7f\x1f")) == "\"\\b\\t\\n\\f\\r\\\"\\\\/\x7f\\u001f\"");
}

TEST_CASE("bytes that are not UTF-8 never make invalid JSON", "[text][negative]") {
  for (int byte = 0x80; byte <= 0xff; ++byte) {
    const std::string text = "a"s + static_cast<char>(byte) + "b";
    CAPTURE(byte);
    CHECK(*parse_json(to_json(Json(text)))->text() == "a\xef\xbf\xbd"s + "b");
    CHECK(canonical_json(Json(text)).error().code == ErrorCode::malformed);
    CHECK(canonical_json(Json::object({{text, 1}})).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("canonical keys are ordered by UTF-16 code units", "[text]") {
  // U+1F600 is d83d de00 in UTF-16, so it comes before U+E000 and U+FB33, after U+D7FF.
  const std::vector<std::string> order = {"",           "\n",         "1",      "a",      "aa",
                                          "b",          "\u0080",     "\u00e9", "\u20ac", "\ud7ff",
                                          "\U0001f600", "\U0010ffff", "\ue000", "\ufb33", "\uffff"};
  std::vector<JsonMember> members;
  std::string expected = "{";
  for (const std::string& key : order) {
    members.insert(members.begin(), {key, 1});
    expected += (expected.size() > 1 ? "," : "") + to_json(Json(key)) + ":1";
  }
  CHECK(*canonical_json(Json::object(members)) == expected + "}");
  std::ranges::rotate(members, members.begin() + 5);
  CHECK(*canonical_json(Json::object(members)) == expected + "}");
}

TEST_CASE("only canonical bytes pass as canonical", "[text][negative]") {
  const std::string canonical = *canonical_json(sample());
  CHECK(parse_canonical_json(canonical));
  for (const std::string& text :
       {to_json(sample()), to_json(sample(), JsonStyle::pretty), canonical + "\n", " " + canonical,
        "\"\\u0041\""s, "\"\\/\""s, "[1, 2]"s, R"({"b":1,"a":2})"s, "\"\\u001F\""s, "\"\\u000a\""s,
        "9007199254740992"s, "-9007199254740992"s}) {
    CAPTURE(text);
    CHECK(parse_canonical_json(text).error().code == ErrorCode::not_canonical);
  }
  CHECK(parse_canonical_json("-0").error().code == ErrorCode::json_invalid);
  CHECK(parse_canonical_json("9007199254740991"));
  CHECK(canonical_json(Json(limits::integer_max + 1)).error().code == ErrorCode::out_of_range);
}
