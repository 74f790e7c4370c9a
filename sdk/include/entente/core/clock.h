#pragma once
// Time and chance are given to the SDK, never taken: rules that get `now_ms` as a parameter can be
// replayed years later, and a simulated year takes a second.
//
// Instants are Unix milliseconds (int64, UTC, no leap seconds), named with the suffix _ms.

#include <entente/core/bytes.h>

#include <cstdint>
#include <string>

namespace entente {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() = 0;
};

class Entropy {
 public:
  virtual ~Entropy() = default;
  // Fills `out` with bytes nobody can guess.
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

// "2026-11-25 10:04 UTC"; what people read. Pure.
std::string format_utc_minute(std::int64_t at_ms);
// "2026-11-25"; for dates. Pure.
std::string format_utc_date(std::int64_t at_ms);
// "2026-11-25T10:04:05.123Z"; RFC 3339. Pure.
std::string format_rfc3339(std::int64_t at_ms);
// Reads RFC 3339 in UTC ("...Z") or a date alone (its midnight). Fails with malformed.
Result<std::int64_t> parse_instant_ms(std::string_view text);

}  // namespace entente
