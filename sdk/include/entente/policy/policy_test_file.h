#pragma once
// Tests of a policy, written by those who wrote the policy: facts, a claim, what the consumer
// counters with, and the verdict expected. `entente policy test` runs them.
//
//     ENTENTE_LET(outcomes, run_policy_tests(policy, text, "kettle.test.yaml"));
//
// The format is in docs/reference/policy-yaml.md.

#include <entente/policy/policy.h>

namespace entente {

struct TestOutcome {
  std::string name;
  std::string where;  // "kettle.test.yaml:12:5"
  bool passed = false;
  std::string expected;  // "offer repair by entitlement.goods_nonconformity.defective"
  std::string found;
  bool operator==(const TestOutcome&) const = default;
};

// Fails with policy_invalid if the test file itself is wrong, yaml_invalid, too_large.
Result<std::vector<TestOutcome>> run_policy_tests(const Policy& policy, std::string_view text,
                                                  std::string_view file_name);

}  // namespace entente
