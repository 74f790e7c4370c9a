#include <entente/policy/policy.h>

#include "catch.h"
#include "shared_data.h"

using namespace entente;

TEST_CASE("the example policies are read", "[policy]") {
  for (const char* name : {"kettle", "retail"}) {
    CAPTURE(name);
    const auto path = std::filesystem::path(ENTENTE_SOURCE_DIR) / "examples/policies" /
                      (std::string(name) + ".policy.yaml");
    const auto policy = Policy::parse(tests::read_file(path), path.filename().string());
    if (!policy) FAIL(describe(policy.error()));
    CHECK(policy->environment() == Environment::sandbox);
  }
}
