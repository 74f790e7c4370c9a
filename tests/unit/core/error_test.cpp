#include <entente/core/error.h>

#include <set>

#include "catch.h"

using namespace entente;

TEST_CASE("every error code is found again by its name", "[core]") {
  std::set<std::string_view> names;
  for (const ErrorCode code : error_codes()) {
    CAPTURE(name(code));
    CHECK(find_error_code(name(code)) == code);
    CHECK(meaning(code).ends_with('.'));
    CHECK(names.insert(name(code)).second);
  }
  CHECK_FALSE(find_error_code("no_such_code").has_value());
}

TEST_CASE("an error reads as its code and what went wrong", "[core]") {
  CHECK(describe({ErrorCode::stale_head, "head is 3"}) == "stale_head: head is 3");
  CHECK(describe({ErrorCode::stale_head, ""}) == "stale_head");
}
