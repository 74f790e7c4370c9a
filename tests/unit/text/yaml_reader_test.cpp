#include <entente/text/yaml_reader.h>

#include <string>
#include <vector>

#include "catch.h"

using namespace entente;
using namespace std::string_literals;

namespace {

// Keeps the tree alive beside its reader.
struct File {
  YamlNode root;
  YamlReader reader;

  explicit File(const std::string& text)
      : root(parse_yaml(text, "policy.yaml").value()),
        reader(root, "policy.yaml", ErrorCode::policy_invalid) {}
  YamlReader operator[](std::string_view key) const { return reader.field(key); }
};

template <class T>
std::string detail(const Result<T>& result) {
  if (result) return "(read)";
  CHECK(result.error().code == ErrorCode::policy_invalid);
  return result.error().detail;
}

}  // namespace

TEST_CASE("a field out of the schema is refused and its likely name told", "[text][negative]") {
  const File file("name: a\n  \nnmae: b\n");
  CHECK(detail(file.reader.closed({"entente", "name", "facts"})) ==
        "policy.yaml:3:1: expected one of entente, name, facts, found \"nmae\" (did you mean "
        "\"name\"?)");
  CHECK(detail(file.reader.closed({"name", "answer_within"})) ==
        "policy.yaml:3:1: expected one of name, answer_within, found \"nmae\" (did you mean "
        "\"name\"?)");
  CHECK(detail(File("zebra: 1").reader.closed({"entente", "name"})) ==
        "policy.yaml:1:1: expected one of entente, name, found \"zebra\"");
  CHECK(detail(File("b: 1").reader.closed({"a"})) == "policy.yaml:1:1: expected a, found \"b\"");
  CHECK(detail(File("[1]").reader.closed({"a"})) ==
        "policy.yaml:1:1: expected a map of a, found a list");
  CHECK(detail(File("").reader.closed({"a"})) ==
        "policy.yaml:1:1: expected a map of a, found nothing");
  CHECK(file.reader.closed({"nmae", "name"}));
}

TEST_CASE("near misses of a word are recognised, others not", "[text]") {
  const auto suggests = [](const std::string& found, std::string_view name) {
    const auto error = detail(File(found + ": 1").reader.closed({name}));
    return error.find("did you mean") != std::string::npos;
  };
  for (const char* found : {"requests_", "request", "reqeusts", "requets", "Requests", "rquests"}) {
    CAPTURE(found);
    CHECK(suggests(found, "requests"));
  }
  for (const char* found : {"facts", "quest", "claims", "re", "x"}) {
    CAPTURE(found);
    CHECK_FALSE(suggests(found, "requests"));
  }
  CHECK(suggests("fro", "for"));
  CHECK_FALSE(suggests("x", "y"));
  CHECK_FALSE(suggests("if", "to"));
}

TEST_CASE("a missing field is told when it is read, at its map", "[text][negative]") {
  const File file("a: 1\nrules:\n  - when: x\n  - {}\n");
  const auto rules = *file["rules"].items();
  CHECK(detail(rules[0].field("for").code()) ==
        "policy.yaml:3:5: expected the key \"for\", found none");
  CHECK(detail(rules[1].field("cap").field("amt").integer()) ==
        "policy.yaml:4:5: expected the key \"cap\", found none");
  CHECK(detail(file["a"].field("b").text()) ==
        "policy.yaml:1:4: expected a map with the key \"b\", found \"1\"");
  CHECK(rules[0].find("for") == std::nullopt);
  CHECK(rules[0].field("for").node() == nullptr);
  const YamlReader missing = rules[0].field("for");
  const std::vector<std::string> details = {
      detail(missing.items()),       detail(missing.entries()),     detail(missing.codes()),
      detail(missing.boolean()),     detail(missing.money()),       detail(missing.duration_ms()),
      detail(missing.closed({"a"})), detail(missing.one_of({"a"})), detail(missing.instant_ms())};
  for (const std::string& one : details) {
    CHECK(one == "policy.yaml:3:5: expected the key \"for\", found none");
  }
}

TEST_CASE("an optional field may be absent or empty", "[text]") {
  const File file("cap:\nnote: null\nwait: 5m\n");
  CHECK_FALSE(file.reader.find("cap"));
  CHECK_FALSE(file.reader.find("note"));
  CHECK_FALSE(file.reader.find("absent"));
  CHECK(*file.reader.find("wait")->duration_ms() == 300'000);
  CHECK(detail(file["cap"].text()) == "policy.yaml:1:1: expected text, found nothing");
}

TEST_CASE("a place knows its path", "[text]") {
  const File file("requests: [{offer: {ground: x}}, {a.b: y}]");
  const auto requests = *file["requests"].items();
  CHECK(requests[0].field("offer").field("ground").path() == "requests[0].offer.ground");
  CHECK(requests[0].field("offer").field("ground").where() == "policy.yaml:1:29");
  CHECK(requests[0].field("offer").field("none").path() == "requests[0].offer.none");
  const auto entries = *requests[1].entries();
  CHECK(entries[0].value.path() == "requests[1].a.b");
  CHECK(*entries[0].key.code() == "a.b");
  CHECK(file.reader.path().empty());
}

TEST_CASE("durations have one unit and become milliseconds", "[text]") {
  const File file("v: [0s, 10s, 5m, 1h, 14d, 3y, '2h']");
  const std::vector<std::int64_t> expected = {
      0, 10'000, 300'000, 3'600'000, 1'209'600'000, 94'608'000'000, 7'200'000};
  const auto values = *file["v"].items();
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(*values[i].duration_ms() == expected[i]);
}

TEST_CASE("what is no duration is refused in its own words", "[text][negative]") {
  CHECK(detail(File("\n\nwait:  soon")["wait"].duration_ms()) ==
        "policy.yaml:3:8: expected a duration such as 10s, 5m, 14d, found \"soon\"");
  for (const char* text :
       {"10", "s", "''", "-5m", "+5m", "1.5h", "05m", "5 m", "5M", "5ms", "1h30m", "1w",
        "9223372036854775807y", "99999999999999999999s", "300000y", "[5m]", "{}"}) {
    CAPTURE(text);
    CHECK(
        detail(File("v: "s + text)["v"].duration_ms()).starts_with("policy.yaml:1:4: expected a "));
  }
}

TEST_CASE("money is a currency and minor units", "[text]") {
  const YamlMoney money = *File("v: {cur: EUR, amt: 500}")["v"].money();
  CHECK(money.currency == "EUR");
  CHECK(money.amount == 500);
  CHECK(File("v: {cur: JPY, amt: 0}")["v"].money()->amount == 0);
}

TEST_CASE("what is no money is refused where it is wrong", "[text][negative]") {
  const auto refused = [](const std::string& text) {
    return detail(File("v: " + text)["v"].money());
  };
  CHECK(refused("5 EUR") ==
        "policy.yaml:1:4: expected money in minor units such as {cur: EUR, amt: 500}, found "
        "\"5 EUR\"");
  CHECK(refused("{cur: eur, amt: 5}") ==
        "policy.yaml:1:10: expected an ISO 4217 currency such as EUR, found \"eur\"");
  CHECK(refused("{cur: EUR, amt: 5.00}") ==
        "policy.yaml:1:20: expected a whole number of at least 0, found \"5.00\"");
  CHECK(refused("{cur: EUR, amount: 5}") ==
        "policy.yaml:1:15: expected one of cur, amt, found \"amount\"");
  for (const char* text :
       {"{cur: EUR}", "{amt: 5}", "{}", "{cur: EURO, amt: 5}", "{cur: E, amt: 5}",
        "{cur: EUR, amt: -1}", "{cur: EUR, amt: 9007199254740992}", "{cur: EUR, amt: }",
        "{cur: [EUR], amt: 5}", "[EUR, 5]", "~"}) {
    CAPTURE(text);
    CHECK(refused(text) != "(read)");
  }
}

TEST_CASE("codes are lower case, short and each once", "[text]") {
  const std::string longest(limits::code_bytes_max, 'a');
  CHECK(*File("v: goods_nonconformity.defective")["v"].code() == "goods_nonconformity.defective");
  CHECK(*File("v: contract.x-retail:item_change")["v"].code() == "contract.x-retail:item_change");
  CHECK(*File("v: " + longest)["v"].code() == longest);
  for (const std::string& text :
       {"A"s, "a b"s, "''"s, "\"\u00e9\""s, "a/b"s, longest + "a", "[a]"s, "{}"s}) {
    CAPTURE(text);
    CHECK(detail(File("v: " + text)["v"].code()).starts_with("policy.yaml:1:4: expected a code ("));
  }
  CHECK(*File("v: [b, a]")["v"].codes() == std::vector<std::string>{"b", "a"});
  CHECK(File("v: []")["v"].codes()->empty());
  CHECK(detail(File("v: [a, b, a]")["v"].codes()) ==
        "policy.yaml:1:11: expected each code once, found \"a\" again");
  CHECK(detail(File("v: a")["v"].codes()) == "policy.yaml:1:4: expected a list, found \"a\"");
  CHECK(detail(File("v: [a, B]")["v"].codes()).starts_with("policy.yaml:1:8: expected a code"));
}

TEST_CASE("a choice is one of its names", "[text][negative]") {
  CHECK(*File("v: [repair, refund]")["v"].codes_of({"refund", "repair"}) ==
        std::vector<std::string>{"repair", "refund"});
  CHECK(detail(File("v: [repair, refnud]")["v"].codes_of({"refund", "repair"})) ==
        "policy.yaml:1:13: expected one of refund, repair, found \"refnud\" (did you mean "
        "\"refund\"?)");
  CHECK(*File("v: sandbox")["v"].one_of({"sandbox", "production"}) == "sandbox");
  CHECK(detail(File("v: Sandbox")["v"].one_of({"sandbox", "production"})) ==
        "policy.yaml:1:4: expected one of sandbox, production, found \"Sandbox\" (did you mean "
        "\"sandbox\"?)");
  CHECK(detail(File("v: [x]")["v"].one_of({"x"})) == "policy.yaml:1:4: expected x, found a list");
}

TEST_CASE("true and false are spelled so", "[text][negative]") {
  CHECK(*File("v: true")["v"].boolean());
  CHECK_FALSE(*File("v: 'false'")["v"].boolean());
  for (const char* text : {"yes", "no", "on", "True", "TRUE", "1", "~", "[true]"}) {
    CAPTURE(text);
    CHECK(detail(File("v: "s + text)["v"].boolean()).starts_with("policy.yaml:1:"));
  }
  CHECK(detail(File("v: yes")["v"].boolean()) ==
        "policy.yaml:1:4: expected true or false, found \"yes\"");
}

TEST_CASE("whole numbers have bounds and one spelling", "[text][negative]") {
  CHECK(*File("v: -7")["v"].integer() == -7);
  CHECK(*File("v: 9007199254740991")["v"].integer() == limits::integer_max);
  CHECK(*File("v: 10")["v"].integer(1, 10) == 10);
  CHECK(detail(File("v: 11")["v"].integer(1, 10)) ==
        "policy.yaml:1:4: expected a whole number from 1 to 10, found \"11\"");
  CHECK(detail(File("v: 0")["v"].integer(1)) ==
        "policy.yaml:1:4: expected a whole number of at least 1, found \"0\"");
  for (const char* text : {"9007199254740992", "-9007199254740992", "99999999999999999999", "1.0",
                           "1e3", "0x10", "0o7", "07", "+7", "-0", "1_000", "' 1'", "1 2", "one"}) {
    CAPTURE(text);
    CHECK(detail(File("v: "s + text)["v"].integer())
              .starts_with("policy.yaml:1:4: expected a whole number, found"));
  }
}

TEST_CASE("dates and times are UTC", "[text][negative]") {
  CHECK(*File("v: 1970-01-02")["v"].instant_ms() == 86'400'000);
  CHECK(*File("v: 1970-01-01T00:00:05Z")["v"].instant_ms() == 5000);
  CHECK(detail(File("v: 1969-12-31")["v"].instant_ms()) ==
        "policy.yaml:1:4: no time before 1970 can be sent");
  for (const char* text : {"2026-02-30", "tomorrow", "25.11.2026", "2026-11-25T10:04:05+01:00"}) {
    CAPTURE(text);
    CHECK(detail(File("v: "s + text)["v"].instant_ms())
              .starts_with("policy.yaml:1:4: expected a time"));
  }
}

TEST_CASE("text has a length limit and is quoted short and on one line", "[text][negative]") {
  CHECK(*File("v: ''")["v"].text() == "");
  CHECK(*File("v: Apt 12")["v"].text() == "Apt 12");
  CHECK(detail(File("v: abcd")["v"].text(3)) ==
        "policy.yaml:1:4: expected text of at most 3 bytes, found \"abcd\"");
  const std::string characters(100, 'x');
  CHECK(detail(File("v: " + characters)["v"].boolean()) ==
        "policy.yaml:1:4: expected true or false, found \"" + characters.substr(0, 40) + "...\"");
  CHECK(detail(File("v: \"a\\n\\x1b[31m\"")["v"].boolean()) ==
        "policy.yaml:1:4: expected true or false, found \"a  [31m\"");
}

TEST_CASE("rules of the caller's own sound like the others", "[text]") {
  const File file("a:\n  b: 5");
  const YamlReader b = file["a"].field("b");
  CHECK(b.refuse("b is not declared").error().detail == "policy.yaml:2:6: b is not declared");
  CHECK(b.expected("a fact").error().detail == "policy.yaml:2:6: expected a fact, found \"5\"");
  CHECK(b.refuse("x").error().code == ErrorCode::policy_invalid);
}
