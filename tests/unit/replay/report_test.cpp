#include <entente/replay/finding.h>
#include <entente/text/json.h>

#include <set>

#include "catch.h"

using namespace entente;

namespace {

Finding finding(Rule rule, Judgement judgement, std::uint64_t entry) {
  return {.rule = rule,
          .judgement = judgement,
          .at_fault = Party::brand,
          .log = Party::brand,
          .entries = {entry},
          .sentence = "entry " + std::to_string(entry)};
}

}  // namespace

TEST_CASE("every rule has an id of its own and is found by it", "[replay]") {
  std::set<std::string_view> ids;
  for (const Rule rule : replay_rules()) {
    CHECK(ids.insert(name(rule)).second);
    CHECK(find_rule(name(rule)) == rule);
    CHECK(meaning(rule).ends_with("."));
  }
  CHECK(ids.size() == rule_count);
  CHECK(!find_rule("log.invented"));
  CHECK(!find_rule(""));
}

TEST_CASE("what is broken is told, and so is what holds if it has a sentence", "[replay]") {
  for (const Judgement judgement :
       {Judgement::holds, Judgement::broken, Judgement::not_checkable, Judgement::not_applicable}) {
    Report report;
    report.add(finding(Rule::log_root, judgement, 1));
    const bool told = judgement != Judgement::not_applicable;
    CHECK(report.findings.size() == (told ? 1 : 0));
    CHECK(report.count_of(Rule::log_root, judgement) == 1);
    CHECK(report.broken() == (judgement == Judgement::broken ? 1 : 0));
  }
  Report report;
  report.count(Rule::log_root, Judgement::holds);
  CHECK(report.findings.empty());
  Finding unsaid = finding(Rule::log_root, Judgement::holds, 1);
  unsaid.sentence.clear();
  report.add(unsaid);
  CHECK(report.findings.empty());
  report.add(finding(Rule::log_root, Judgement::holds, 1));
  report.add(finding(Rule::log_time, Judgement::not_checkable, 2));
  report.sort();
  CHECK(report.findings.front().judgement == Judgement::not_checkable);
}

TEST_CASE("a report renders the same whatever the order it was found in", "[replay]") {
  Report one;
  Report other;
  for (int i = 0; i < 9; ++i) {
    const auto make = [](int n) {
      return finding(n % 2 == 0 ? Rule::case_effect : Rule::log_root,
                     n % 3 == 0 ? Judgement::broken : Judgement::not_checkable,
                     static_cast<std::uint64_t>(n));
    };
    one.add(make(i));
    other.add(make(8 - i));
  }
  CHECK(to_json(one) != to_json(other));
  one.sort();
  other.sort();
  CHECK(to_json(one) == to_json(other));
  CHECK(to_text(one) == to_text(other));
}

TEST_CASE("a report is canonical JSON with one line", "[replay]") {
  Report report;
  report.add(finding(Rule::handoff_acknowledged, Judgement::broken, 7));
  std::string text = to_json(report);
  REQUIRE(text.ends_with("\n"));
  text.pop_back();
  const auto json = parse_canonical_json(text);
  REQUIRE(json);
  CHECK(json->get_integer("broken") == 1);
  CHECK(json->get_text({"findings", 0, "rule"}) == "handoff.acknowledged");
  CHECK(json->get_integer({"rules", "handoff.acknowledged", "broken"}) == 1);
}

TEST_CASE("findings without end are counted and left out", "[replay]") {
  Report report;
  for (std::uint64_t i = 0; i < replay_findings_max + 5; ++i) {
    report.add(finding(Rule::log_time, Judgement::broken, i));
  }
  CHECK(report.findings.size() == replay_findings_max);
  CHECK(report.left_out == 5);
  CHECK(report.broken() == replay_findings_max + 5);
  CHECK(to_text(report).find("5 more findings are left out") != std::string::npos);
}
