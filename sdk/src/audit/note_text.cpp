#include "note_text.h"

#include <algorithm>
#include <charconv>

namespace entente {
namespace {

// Takes one character off the front; nothing if it is not the shortest UTF-8 of a scalar value.
std::optional<char32_t> take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t value = first & (0x7fu >> length);
  for (const char next : text.substr(1, length - 1)) {
    const auto byte = static_cast<unsigned char>(next);
    if ((byte & 0xc0) != 0x80) return {};
    value = (value << 6) | (byte & 0x3f);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[length] || value > 0x10ffff || surrogate) return {};
  text.remove_prefix(length);
  return value;
}

// The property White_Space of Unicode 15.
bool is_space(char32_t value) {
  if (value > 0x20 && value < 0x80) return false;
  return (value >= 0x09 && value <= 0x0d) || value == 0x20 || value == 0x85 || value == 0xa0 ||
         value == 0x1680 || (value >= 0x2000 && value <= 0x200a) || value == 0x2028 ||
         value == 0x2029 || value == 0x202f || value == 0x205f || value == 0x3000;
}

bool all_characters(std::string_view text, bool (*allowed)(char32_t)) {
  while (!text.empty()) {
    const auto character = take_character(text);
    if (!character || !allowed(*character)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || (text.size() > 1 && text.front() == '0')) {
    return fail(ErrorCode::malformed, "not a decimal number");
  }
  return value;
}

bool is_note_text(std::string_view text) {
  return all_characters(text, [](char32_t c) { return c >= 0x20 || c == '\n'; });
}

bool is_key_name(std::string_view text) {
  return !text.empty() &&
         all_characters(text, [](char32_t c) { return c >= 0x20 && c != '+' && !is_space(c); });
}

}  // namespace entente
