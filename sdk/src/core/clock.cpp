#include <entente/core/clock.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace entente {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::sys_days;
using std::chrono::sys_time;
using std::chrono::year_month_day;

struct Parts {
  int year;
  unsigned month, day, hour, minute, second, millisecond;
};

Parts split(std::int64_t at_ms) {
  const sys_time<milliseconds> at{milliseconds(at_ms)};
  const sys_days day = floor<days>(at);
  const year_month_day date{day};
  const auto rest = static_cast<unsigned>((at - day).count());
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          rest / 3'600'000,
          rest / 60'000 % 60,
          rest / 1000 % 60,
          rest % 1000};
}

template <class... Values>
std::string print(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

// Digits at [from, from+count) of the text, or -1.
int number_at(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  for (const char digit : text.substr(from, count)) {
    if (digit < '0' || digit > '9') return -1;
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

std::string format_utc_minute(std::int64_t at_ms) {
  const Parts p = split(at_ms);
  return print("%04d-%02u-%02u %02u:%02u UTC", p.year, p.month, p.day, p.hour, p.minute);
}

std::string format_utc_date(std::int64_t at_ms) {
  const Parts p = split(at_ms);
  return print("%04d-%02u-%02u", p.year, p.month, p.day);
}

std::string format_rfc3339(std::int64_t at_ms) {
  const Parts p = split(at_ms);
  return print("%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", p.year, p.month, p.day, p.hour, p.minute,
               p.second, p.millisecond);
}

Result<std::int64_t> parse_instant_ms(std::string_view text) {
  const auto bad = [] { return fail(ErrorCode::malformed, "expected a date or an RFC 3339 time"); };
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return bad();
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  const year_month_day date{std::chrono::year(year), std::chrono::month(month < 0 ? 0 : month),
                            std::chrono::day(day < 0 ? 0 : day)};
  if (year < 0 || !date.ok()) return bad();
  const std::int64_t midnight_ms =
      std::chrono::duration_cast<milliseconds>(sys_days(date).time_since_epoch()).count();
  if (text.size() == 10) return midnight_ms;
  const bool with_ms = text.size() == 24 && text[19] == '.';
  if (!(text.size() == 20 || with_ms) || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text.back() != 'Z') {
    return bad();
  }
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  const int ms = with_ms ? number_at(text, 20, 3) : 0;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || ms < 0) {
    return bad();
  }
  return midnight_ms + ((hour * 60LL + minute) * 60 + second) * 1000 + ms;
}

}  // namespace entente
