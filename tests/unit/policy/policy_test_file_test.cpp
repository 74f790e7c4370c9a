#include <entente/policy/policy_test_file.h>

#include "catch.h"
#include "policy_samples.h"

using namespace entente;
using namespace entente::tests;
using namespace std::string_literals;

namespace {

// A policy of one request whose only condition is under test.
Policy policy_with(const std::string& check) {
  return value_of(Policy::parse(
      "entente: policy/1\nname: one\nenvironment: sandbox\nanswer_within: 10s\n"
      "facts:\n"
      "  code: {type: code, values: [a, b, c]}\n  code2: {type: code, values: [a, b, c]}\n"
      "  flag: {type: bool}\n  flag2: {type: bool}\n  count: {type: count}\n"
      "  count2: {type: count}\n  money: {type: money}\n  money2: {type: money}\n"
      "  duration: {type: duration}\n  duration2: {type: duration}\n"
      "  instant: {type: instant}\n  instant2: {type: instant}\n"
      "  ref: {type: ref}\n  ref2: {type: ref}\n"
      "  rows: {type: list, of: {ok: bool, kind: {type: code, values: [a, b]}, n: count}}\n"
      "requests:\n  - for: record.address\n    require: [" +
          check +
          "]\n    offer: {ground: entitlement, basis: b, as: asked}\n"
          "otherwise: handoff\noffers: {valid_for: 1h}\n"
          "close: {contest_for: 1d, reopen_for: 1d}\nreasons: {no: {en: \"No.\"}}\n",
      "one.yaml"));
}

// What the policy says with these facts: "offer ...", "refused no ...", "person unknown_fact ...".
std::string verdict(const std::string& check, const std::string& facts) {
  const auto outcomes = value_of(
      run_policy_tests(policy_with(check),
                       "entente: policy-test/1\ntests:\n  - name: t\n    now: 2026-11-22\n    "
                       "want: {claim: other.other, "
                       "remedy: correction_of_record, record: {field: address}}\n    facts: {" +
                           facts + "}\n    expect: {nothing: true}\n",
                       "t.yaml"));
  const std::string& found = outcomes.at(0).found;
  return found.substr(0, found.find(' '));
}

}  // namespace

TEST_CASE("every operator judges every type it takes", "[policy]") {
  struct Row {
    const char* check;
    const char* holds;
    const char* fails;
  };
  const std::vector<Row> rows = {
      {"fact: code, is: a", "code: a", "code: b"},
      {"fact: flag, is: true", "flag: true", "flag: false"},
      {"fact: flag, is: false", "flag: false", "flag: true"},
      {"fact: count, is: 3", "count: 3", "count: 4"},
      {"fact: money, is: {cur: EUR, amt: 5}", "money: {cur: EUR, amt: 5}",
       "money: {cur: EUR, amt: 6}"},
      {"fact: duration, is: 3d", "duration: 72h", "duration: 71h"},
      {"fact: instant, is: 2026-01-02", "instant: 2026-01-02", "instant: 2026-01-03"},
      {"fact: ref, is: card_1", "ref: card_1", "ref: card_2"},
      {"fact: code, in: [a, b]", "code: b", "code: c"},
      {"fact: count, in: [1, 2]", "count: 2", "count: 3"},
      {"fact: ref, in: [x, y]", "ref: y", "ref: z"},
      {"fact: count, at_least: 3", "count: 3", "count: 2"},
      {"fact: count, at_most: 3", "count: 3", "count: 4"},
      {"fact: money, at_least: {cur: EUR, amt: 5}", "money: {cur: EUR, amt: 5}",
       "money: {cur: EUR, amt: 4}"},
      {"fact: money, at_most: {cur: EUR, amt: 5}", "money: {cur: EUR, amt: 5}",
       "money: {cur: EUR, amt: 6}"},
      {"fact: duration, at_least: 3d", "duration: 3d", "duration: 2d"},
      {"fact: duration, at_most: 3d", "duration: 3d", "duration: 4d"},
      {"fact: instant, at_least: 2026-01-02", "instant: 2026-01-02", "instant: 2026-01-01"},
      {"fact: instant, at_most: 2026-01-02", "instant: 2026-01-02", "instant: 2026-01-03"},
      {"fact: instant, within: 7d", "instant: 2026-11-15", "instant: 2026-11-14"},
      {"fact: instant, within: 7d", "instant: 2026-11-22", "instant: 2026-11-23"},
      {"fact: code, same_as: {fact: code2}", "code: a, code2: a", "code: a, code2: b"},
      {"fact: flag, same_as: {fact: flag2}", "flag: true, flag2: true", "flag: true, flag2: false"},
      {"fact: count, same_as: {fact: count2}", "count: 1, count2: 1", "count: 1, count2: 2"},
      {"fact: ref, same_as: {fact: ref2}", "ref: x, ref2: x", "ref: x, ref2: y"},
      {"fact: ref, not_same_as: {fact: ref2}", "ref: x, ref2: y", "ref: x, ref2: x"},
      {"fact: money, not_same_as: {fact: money2}",
       "money: {cur: EUR, amt: 1}, money2: {cur: EUR, amt: 2}",
       "money: {cur: EUR, amt: 1}, money2: {cur: EUR, amt: 1}"},
      {"fact: money, at_least: {fact: money2}",
       "money: {cur: EUR, amt: 2}, money2: {cur: EUR, amt: 2}",
       "money: {cur: EUR, amt: 1}, money2: {cur: EUR, amt: 2}"},
      {"fact: count, at_most: {fact: count2}", "count: 2, count2: 2", "count: 3, count2: 2"},
      {"fact: duration, at_most: {fact: duration2}", "duration: 2d, duration2: 2d",
       "duration: 3d, duration2: 2d"},
      {"fact: instant, at_least: {fact: instant2}", "instant: 2026-01-02, instant2: 2026-01-02",
       "instant: 2026-01-01, instant2: 2026-01-02"},
      {"every: rows, fact: ok, is: true", "rows: [{ok: true}, {ok: true}]",
       "rows: [{ok: true}, {ok: false}]"},
      {"every: rows, fact: ok, is: true", "rows: []", "rows: [{ok: false}]"},
      {"every: rows, fact: n, at_least: 2", "rows: [{n: 2}, {n: 3}]", "rows: [{n: 2}, {n: 1}]"},
      {"every: rows, fact: kind, in: [a]", "rows: [{kind: a}]", "rows: [{kind: b}]"},
      {"every: rows, fact: n, at_most: {fact: count}", "rows: [{n: 2}], count: 2",
       "rows: [{n: 3}], count: 2"},
      {"any: [{fact: flag, is: true}, {fact: count, is: 1}]", "flag: false, count: 1",
       "flag: false, count: 2"},
      {"any: [{fact: flag, is: true}, {fact: count, is: 1}]", "flag: true",
       "flag: false, count: 0"},
      {"when: [{fact: flag, is: true}], fact: count, is: 1", "flag: false", "flag: true, count: 2"},
      {"when: [{fact: flag, is: true}, {fact: flag2, is: true}], fact: count, is: 1",
       "flag: true, flag2: false", "flag: true, flag2: true, count: 2"}};
  for (const Row& row : rows) {
    CAPTURE(row.check, row.holds, row.fails);
    const std::string check = "{"s + row.check + ", else: no}";
    CHECK(verdict(check, row.holds) == "offer");
    CHECK(verdict(check, row.fails) == "refused");
    CHECK(verdict(check, "") == "person");
  }
}

TEST_CASE("what is not known never becomes a yes", "[policy][negative]") {
  struct Row {
    const char* check;
    const char* facts;
    const char* verdict;
  };
  const std::vector<Row> rows = {
      {"fact: flag, is: true", "flag: ", "person"},
      {"fact: money, at_least: {cur: EUR, amt: 5}", "money: {cur: USD, amt: 500}", "person"},
      {"fact: money, is: {cur: EUR, amt: 5}", "money: {cur: USD, amt: 5}", "person"},
      {"fact: money, at_least: {fact: money2}", "money: {cur: EUR, amt: 5}", "person"},
      {"fact: ref, not_same_as: {fact: ref2}", "ref: x", "person"},
      {"fact: ref, not_same_as: {fact: ref2}", "ref2: x", "person"},
      {"every: rows, fact: ok, is: true", "rows: [{ok: true}, {n: 3}]", "person"},
      {"every: rows, fact: ok, is: true", "rows: [{ok: false}, {n: 3}]", "refused"},
      {"any: [{fact: flag, is: true}, {fact: count, is: 1}]", "flag: false", "person"},
      {"any: [{fact: flag, is: true}, {fact: count, is: 1}]", "count: 1", "offer"},
      {"when: [{fact: flag, is: true}], fact: count, is: 1", "count: 1", "person"},
      {"when: [{fact: flag, is: true}, {fact: flag2, is: true}], fact: count, is: 1",
       "flag: false, count: 2", "offer"}};
  for (const Row& row : rows) {
    CAPTURE(row.check, row.facts);
    CHECK(verdict("{"s + row.check + ", else: no}", row.facts) == row.verdict);
  }
}

TEST_CASE("the first condition that fails gives the reason, also before an unknown one",
          "[policy]") {
  const std::string two = "{fact: flag, is: true, else: no}, {fact: count, is: 1, else: no}";
  CHECK(verdict(two, "flag: false") == "refused");
  CHECK(verdict(two, "count: 2") == "person");
  CHECK(verdict(two, "flag: true, count: 1") == "offer");
}

TEST_CASE("the example policies pass their own tests", "[policy]") {
  for (const char* name : {"kettle", "retail"}) {
    const std::string file = name + ".test.yaml"s;
    const auto outcomes =
        value_of(run_policy_tests(example_policy(name), read_example(file), file));
    CHECK(outcomes.size() >= 14);
    for (const TestOutcome& outcome : outcomes) {
      INFO(outcome.where << " " << outcome.name << "\nexpected " << outcome.expected
                         << "\nfound    " << outcome.found);
      CHECK(outcome.passed);
    }
  }
}

TEST_CASE("a test that expects another verdict fails and says what came", "[policy][negative]") {
  const auto outcome = [](const std::string& expect) {
    return value_of(run_policy_tests(
                        policy_with("{fact: flag, is: true, else: no}"),
                        "entente: policy-test/1\ntests:\n  - name: t\n    want: {claim: "
                        "other.other, remedy: correction_of_record, record: {field: address}}\n"
                        "    facts: {flag: true}\n    expect: " +
                            expect + "\n",
                        "t.yaml"))
        .at(0);
  };
  CHECK(outcome("{offer: {correction_of_record: }}").passed);
  CHECK(outcome("{offer: {correction_of_record: }, rule: request.record.address}").passed);
  const TestOutcome wrong = outcome("{refused: no, rule: request.record.address}");
  CHECK_FALSE(wrong.passed);
  CHECK(wrong.name == "t");
  CHECK(wrong.where == "t.yaml:3:5");
  CHECK(wrong.expected == "refused no by request.record.address");
  CHECK(wrong.found == "offer correction_of_record by request.record.address");
  for (const char* expect :
       {"{offer: {refund_full: }}", "{offer: {correction_of_record: {cur: EUR, amt: 1}}}",
        "{offer: {correction_of_record: , refund_full: }}", "{nothing: true}",
        "{person: unknown_fact}", "{declined: policy}",
        "{offer: {correction_of_record: }, rule: request.record.name}"}) {
    CAPTURE(expect);
    CHECK_FALSE(outcome(expect).passed);
  }
}

TEST_CASE("a test file is held to its own schema", "[policy][negative]") {
  const Policy policy = policy_with("{fact: flag, is: true, else: no}");
  const std::string want = "    want: {claim: other.other, remedy: explanation}\n";
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"tests: []", "expected the key \"entente\""},
           {"entente: policy-test/1\ntests: []\n", "t.yaml:2:8: expected at least one test"},
           {"entente: policy-test/1\ntests:\n  - nmae: t\n", "found \"nmae\""},
           {"entente: policy-test/1\ntests:\n  - name: t\n" + want, "expected the key \"expect\""},
           {"entente: policy-test/1\ntests:\n  - name: t\n" + want + "    expect: {}\n",
            "expected a verdict"},
           {"entente: policy-test/1\ntests:\n  - name: t\n" + want +
                "    expect: {nothing: true, person: x}\n",
            "found a second"},
           {"entente: policy-test/1\ntests:\n  - name: t\n" + want +
                "    facts: {flg: true}\n    expect: {nothing: true}\n",
            "did you mean \"flag\""},
           {"entente: policy-test/1\ntests:\n  - name: t\n" + want +
                "    facts: {flag: 3}\n    expect: {nothing: true}\n",
            "expected true or false"}}) {
    CAPTURE(text);
    const auto outcomes = run_policy_tests(policy, text, "t.yaml");
    REQUIRE_FALSE(outcomes);
    CHECK(outcomes.error().code == ErrorCode::policy_invalid);
    CHECK(outcomes.error().detail.find(message) != std::string::npos);
    CAPTURE(outcomes.error().detail);
  }
}
