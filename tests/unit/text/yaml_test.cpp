#include <entente/text/yaml.h>

#include <string>
#include <utility>
#include <vector>

#include "catch.h"

using namespace entente;
using namespace std::string_literals;

namespace {

YamlNode read(std::string_view text) {
  const auto root = parse_yaml(text, "f.yaml");
  INFO(text);
  REQUIRE(root);
  return *root;
}

struct Refused {
  std::string text;
  std::string message;
};

void check_refused(const std::vector<Refused>& cases, ErrorCode code = ErrorCode::yaml_invalid) {
  for (const auto& [text, message] : cases) {
    CAPTURE(text, message);
    const auto result = parse_yaml(text, "f.yaml");
    REQUIRE_FALSE(result);
    CHECK(result.error().code == code);
    CHECK(result.error().detail == message);
  }
}

}  // namespace

TEST_CASE("a file is read as the tree it shows, in its order", "[text]") {
  const YamlNode root =
      read("name: shop\nlist: [a, 'b', {c: d}]\nmap:\n  z: 1\n  a: |\n    x\n    y\n");
  REQUIRE(root.kind == YamlKind::map);
  REQUIRE(root.fields.size() == 3);
  CHECK(root.fields[0].key.text == "name");
  CHECK(root.find("name")->text == "shop");
  const YamlNode& list = *root.find("list");
  REQUIRE(list.items.size() == 3);
  CHECK_FALSE(list.items[0].quoted);
  CHECK(list.items[1].quoted);
  CHECK(list.items[2].find("c")->text == "d");
  const YamlNode& map = *root.find("map");
  CHECK(map.fields[0].key.text == "z");
  CHECK(map.fields[1].value.text == "x\ny\n");
  CHECK(map.fields[1].value.quoted);
  CHECK(root.find("absent") == nullptr);
}

TEST_CASE("a scalar is text, whatever other readers take it for", "[text]") {
  for (const char* text : {"no", "yes", "on", "true", "1", "0x1f", "1e3", "01", "2026-11-22",
                           ".inf", "12:30", "nULL"}) {
    CAPTURE(text);
    const YamlNode root = read("key: "s + text + "\n" + text + ": value");
    CHECK(root.fields[0].value.kind == YamlKind::scalar);
    CHECK(root.fields[0].value.text == text);
    CHECK(root.fields[1].key.text == text);
  }
  CHECK(read("a: 'null'").find("a")->kind == YamlKind::scalar);
  CHECK(read("a: \"~\"").find("a")->text == "~");
}

TEST_CASE("a value left out is null and stands at its key", "[text]") {
  for (const char* text :
       {"x: 1\n  # note\na:\nb: 2", "x: 1\n\na: ~\nb: 2", "x: 1\n\na: null\nb: 2"}) {
    CAPTURE(text);
    const YamlNode root = read(text);
    CHECK(root.find("a")->kind == YamlKind::null);
    CHECK(root.find("a")->line == 3);
  }
  CHECK(read("- \n- a").items[0].kind == YamlKind::null);
}

TEST_CASE("an empty file is null", "[text]") {
  for (const char* text : {"", "\n\n", "# only a note\n", "---\n", "---\n...\n"}) {
    CAPTURE(text);
    CHECK(read(text).kind == YamlKind::null);
  }
}

TEST_CASE("every node knows its line and column in characters", "[text]") {
  const YamlNode root =
      read("\u00e9: [\u00fc, '\u00f6', b]\r\nnext:\r\n  - deep: x\r\n    \"k\": >\r\n      t\r\n");
  const auto at = [](const YamlNode& node) { return std::pair(node.line, node.column); };
  using Place = std::pair<std::size_t, std::size_t>;
  CHECK(at(root) == Place{1, 1});
  CHECK(at(root.fields[0].key) == Place{1, 1});
  CHECK(at(root.fields[0].value) == Place{1, 4});
  CHECK(at(root.fields[0].value.items[0]) == Place{1, 5});
  CHECK(at(root.fields[0].value.items[1]) == Place{1, 8});
  CHECK(at(root.fields[0].value.items[2]) == Place{1, 13});
  const YamlNode& list = root.fields[1].value;
  CHECK(at(list) == Place{3, 3});
  CHECK(at(list.items[0]) == Place{3, 5});
  CHECK(at(list.items[0].fields[0].value) == Place{3, 11});
  CHECK(at(list.items[0].fields[1].key) == Place{4, 5});
  CHECK(at(list.items[0].fields[1].value) == Place{4, 10});
}

TEST_CASE("what hides meaning elsewhere is refused where it stands", "[text][negative]") {
  const std::string anchor = "expected a value without a name, found an anchor (&)";
  const std::string tag = "expected a value without a tag, found a tag (!)";
  check_refused({
      {"a: &x 1", "f.yaml:1:4: " + anchor},
      {"a: &x [1]", "f.yaml:1:4: " + anchor},
      {"a: &x {b: 1}", "f.yaml:1:4: " + anchor},
      {"a:\n  - &x\n", "f.yaml:2:5: " + anchor},
      {"&x a: 1", "f.yaml:1:1: " + anchor},
      {"a: &x 1\nb: *x", "f.yaml:1:4: " + anchor},
      {"a: !!str 1", "f.yaml:1:4: " + tag},
      {"a: !!binary aGk=", "f.yaml:1:4: " + tag},
      {"a: !local x", "f.yaml:1:4: " + tag},
      {"a: ! x", "f.yaml:1:4: " + tag},
      {"a: ! 'x'", "f.yaml:1:4: " + tag},
      {"a: !<tag:x> x", "f.yaml:1:4: " + tag},
      {"a: !!map {b: 1}", "f.yaml:1:4: " + tag},
      {"- x\n- ! [1]", "f.yaml:2:3: " + tag},
      {"a: !!null", "f.yaml:1:4: " + tag},
      {"a: 1\n<<: {b: 1}", "f.yaml:2:1: expected fields written out, found a merge key (<<)"},
      {"a: 1\n\"<<\": 2", "f.yaml:2:1: expected fields written out, found a merge key (<<)"},
  });
  for (const char* text : {"a: *x", "[*x]", "*x : 1"}) {
    CAPTURE(text);
    CHECK(parse_yaml(text, "f").error().code == ErrorCode::yaml_invalid);
  }
}

TEST_CASE("keys are texts, each once", "[text][negative]") {
  check_refused({
      {"a: 1\nb: 2\na: 3", "f.yaml:3:1: expected each key once, found \"a\" again"},
      {"a: 1\n'a': 3", "f.yaml:2:1: expected each key once, found \"a\" again"},
      {"a: 1\n\"\\x61\": 3", "f.yaml:2:1: expected each key once, found \"a\" again"},
      {"x: [{b: 1, c: 2, b: 3}]", "f.yaml:1:18: expected each key once, found \"b\" again"},
      {"? [a]\n: 1", "f.yaml:1:3: expected a text key, found a list"},
      {"? {a: 1}\n: 1", "f.yaml:1:3: expected a text key, found a map"},
      {"{[a]: 1}", "f.yaml:1:2: expected a text key, found a list"},
      {"~: 1", "f.yaml:1:1: expected a text key, found nothing"},
      {"null: 1", "f.yaml:1:1: expected a text key, found nothing"},
  });
}

TEST_CASE("one file is one document", "[text][negative]") {
  CHECK(read("---\na: 1\n").find("a")->text == "1");
  CHECK(read("a: 1\n...\n").find("a")->text == "1");
  for (const char* text :
       {"a: 1\n---\nb: 2", "---\na: 1\n---\n", "a: 1\n...\nb: 2\n", "a: 1\n---\n&x y"}) {
    CAPTURE(text);
    const auto result = parse_yaml(text, "f.yaml");
    REQUIRE_FALSE(result);
    CHECK(result.error().detail.find("expected one document, found another") != std::string::npos);
  }
}

TEST_CASE("broken YAML is refused with its place", "[text][negative]") {
  for (const char* text :
       {"a: [1",   "a: {b: 1", "a: 'x",     "a: \"x",     "a: b: c", "a: 1\n b: 2", "]",
        "}",       "a: 1\n]",  "- a\nb: 1", "a: \"\\q\"", "\tb: 1",  "a: @x",       "a: `x`",
        "a: [1]]", "{a: 1}}",  "[a, b",     ", a",        "[1] x",   "'a' b"}) {
    CAPTURE(text);
    const auto result = parse_yaml(text, "f.yaml");
    CHECK_FALSE(result);
    if (result) continue;
    CHECK(result.error().code == ErrorCode::yaml_invalid);
    CHECK(result.error().detail.starts_with("f.yaml:"));
  }
  CHECK(parse_yaml("a: 1\nb: [", "f.yaml").error().detail.starts_with("f.yaml:2:"));
}

TEST_CASE("bytes that readers disagree about are refused", "[text][negative]") {
  const std::string why = "expected UTF-8 text without control characters, found another";
  check_refused({
      {"\xef\xbb\xbf"
       "a: 1",
       "f.yaml:1:1: " + why},
      {"a: 1\nb: \xff", "f.yaml:2:4: " + why},
      {"a: 1\nb: \u00e9\x04 c", "f.yaml:2:5: " + why},
      {"a: \0"s, "f.yaml:1:4: " + why},
      {"a: 1\rb: 2", "f.yaml:1:5: " + why},
      {"a: \x7f", "f.yaml:1:4: " + why},
      {"\xff\xfe"
       "a\0"s,
       "f.yaml:1:1: " + why},
      {"\0a\0:"s, "f.yaml:1:1: " + why},
      {"a: \xed\xa0\x80", "f.yaml:1:4: " + why},
  });
}

TEST_CASE("size and depth have limits", "[text][negative]") {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  CHECK(parse_yaml(nested(limits::yaml_depth_max), "f"));
  check_refused(
      {{nested(limits::yaml_depth_max + 1), "f.yaml:1:33: expected at most 32 levels, found more"}},
      ErrorCode::too_large);
  std::string block;
  for (std::size_t i = 0; i <= limits::yaml_depth_max; ++i) block += std::string(i, ' ') + "a:\n";
  block += std::string(limits::yaml_depth_max + 1, ' ') + "x";
  CHECK(parse_yaml(block, "f").error().code == ErrorCode::too_large);
  const std::string large(limits::yaml_bytes_max, '#');
  CHECK(parse_yaml(large, "f"));
  CHECK(parse_yaml(large + "#", "f").error().code == ErrorCode::too_large);
}

TEST_CASE("a megabyte of anything ends in a tree or a refusal", "[text][negative]") {
  for (const char* unit :
       {"[",   "{",  "? ",    "- ",   "a: ", "'",    "\"", "&a ", "*a ", "!",
        "|\n", "[]", "---\n", "%A\n", "a\n", "{a: ", ", ", ": ",  "#\n", "[a, "}) {
    CAPTURE(unit);
    std::string text;
    while (text.size() + 4 < limits::yaml_bytes_max) text += unit;
    const auto result = parse_yaml(text, "f.yaml");
    if (!result) CHECK(result.error().detail.starts_with("f.yaml:"));
  }
}
