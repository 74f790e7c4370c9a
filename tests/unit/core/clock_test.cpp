#include <entente/core/clock.h>

#include "catch.h"

using namespace entente;

TEST_CASE("an instant is printed the way it is read", "[core]") {
  for (const char* text : {"1970-01-01T00:00:00.000Z", "2026-11-22T10:04:05.123Z",
                           "2024-02-29T23:59:59.999Z", "2099-12-31T00:00:00.001Z"}) {
    CAPTURE(text);
    CHECK(format_rfc3339(*parse_instant_ms(text)) == text);
  }
  CHECK(*parse_instant_ms("1970-01-02") == 86'400'000);
  CHECK(format_utc_minute(*parse_instant_ms("2026-11-25T10:04:59Z")) == "2026-11-25 10:04 UTC");
}

TEST_CASE("what is no instant is refused", "[core][negative]") {
  for (const char* text : {"", "2026", "2026-02-30", "2026-13-01", "2026-11-22T10:04", "2026-1-22",
                           "2026-11-22T24:00:00Z", "2026-11-22T10:04:05+01:00",
                           "2026-11-22 10:04:05Z", "2026-11-22T10:60:00Z", "x026-11-22"}) {
    CAPTURE(text);
    CHECK(parse_instant_ms(text).error().code == ErrorCode::malformed);
  }
}
