#include <entente/policy/goal.h>
#include <entente/policy/policy_test_file.h>

#include "../commands.h"
#include "../files.h"

namespace entente::cli {
namespace {

Result<Policy> read_policy(const std::string& file) {
  ENTENTE_LET(text, read_text(file));
  return Policy::parse(text, file);
}

Result<ExitCode> run_check(const Arguments& arguments, Console& console) {
  ENTENTE_LET(policy, read_policy(arguments.operand(0)));
  if (arguments.has("json")) {
    Json facts = Json::array();
    for (const FactDeclaration& fact : policy.facts()) {
      facts.push(Json::object({{"name", fact.name}, {"type", name(fact.type)}}));
    }
    console.json(Json::object(
        {{"name", policy.name()}, {"environment", name(policy.environment())}, {"facts", facts}}));
    return ExitCode::ok;
  }
  console.line(arguments.operand(0) + ": " + policy.name() + ", " +
               std::string(name(policy.environment())) + ", " +
               std::to_string(policy.facts().size()) + " facts: it can be used");
  return ExitCode::ok;
}

void show(Console& console, const TestOutcome& outcome) {
  console.line(
      console.paint(outcome.passed ? Ink::good : Ink::bad, outcome.passed ? "passed" : "FAILED") +
      "  " + outcome.name);
  if (outcome.passed) return;
  console.line("  " + outcome.where);
  console.line("  expected  " + outcome.expected);
  console.line("  found     " + outcome.found);
}

Result<ExitCode> run_test(const Arguments& arguments, Console& console) {
  ENTENTE_LET(policy, read_policy(arguments.operand(0)));
  ENTENTE_LET(text, read_text(arguments.operand(1)));
  ENTENTE_LET(outcomes, run_policy_tests(policy, text, arguments.operand(1)));
  std::size_t failed = 0;
  Json tests = Json::array();
  for (const TestOutcome& outcome : outcomes) {
    if (!outcome.passed) ++failed;
    if (!arguments.has("json")) show(console, outcome);
    tests.push(Json::object({{"name", outcome.name},
                             {"where", outcome.where},
                             {"passed", outcome.passed},
                             {"expected", outcome.expected},
                             {"found", outcome.found}}));
  }
  if (arguments.has("json")) {
    console.json(Json::object({{"failed", failed}, {"tests", tests}}));
  } else {
    console.line(std::to_string(outcomes.size() - failed) + " passed, " + std::to_string(failed) +
                 " failed");
  }
  return failed == 0 ? ExitCode::ok : ExitCode::finding;
}

}  // namespace

Verb policy_check() {
  return {.path = "policy check",
          .summary = "say whether a policy can be used, and where not",
          .operands = {{"POLICY", "a policy, as YAML"}},
          .options = {json_option},
          .run = run_check,
          .example = "entente policy check brand/policy.yaml"};
}

Verb policy_test() {
  return {.path = "policy test",
          .summary = "run the tests of a policy",
          .operands = {{"POLICY", "a policy, as YAML"}, {"TESTS", "its tests, as YAML"}},
          .options = {json_option},
          .run = run_test,
          .example = "entente policy test kettle.policy.yaml kettle.test.yaml"};
}

}  // namespace entente::cli
