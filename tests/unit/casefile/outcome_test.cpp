#include <entente/casefile/outcome.h>

#include "catch.h"

using namespace entente;

TEST_CASE("an outcome is written as it stands in receipts and refusals") {
  CHECK(describe(Outcome::binding()) == "binding");
  CHECK(describe(Outcome::none(ErrorCode::no_offer)) == "none(no_offer)");
  CHECK(describe(Outcome::refused(ErrorCode::stale_head)) == "refused(stale_head)");
}

TEST_CASE("nobody has an outcome before it is judged: unset is a refusal") {
  CHECK(Outcome{}.effect == Effect::refused);
  CHECK_FALSE(Outcome{} == Outcome::binding());
}
