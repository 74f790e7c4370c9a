#include "quote.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace entente {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Letters and marks that stand upright on their own: no controls, no spaces but the ASCII one, no
// combining or invisible marks, no right-to-left letters, no marks that look like quotes.
constexpr std::array plain = {
    Range{0x20, 0x21},     Range{0x23, 0x5b},     Range{0x5d, 0x7e},     Range{0xa1, 0xa7},
    Range{0xa9, 0xaa},     Range{0xae, 0xae},     Range{0xb0, 0xb3},     Range{0xb5, 0xb7},
    Range{0xb9, 0xba},     Range{0xbc, 0x24f},    Range{0x386, 0x38a},   Range{0x38c, 0x38c},
    Range{0x38e, 0x3a1},   Range{0x3a3, 0x3ff},   Range{0x400, 0x481},   Range{0x48a, 0x52f},
    Range{0x1e00, 0x1eff}, Range{0x2013, 0x2014}, Range{0x20ac, 0x20ac}, Range{0x2122, 0x2122},
    Range{0x3041, 0x3096}, Range{0x30a1, 0x30fa}, Range{0x30fc, 0x30fc}, Range{0x4e00, 0x9fff},
    Range{0xac00, 0xd7a3},
};
constexpr char32_t double_guillemet = 0xbb;

bool is_plain(char32_t c) {
  return c != double_guillemet && std::ranges::any_of(plain, [c](const Range& range) {
           return c >= range.first && c <= range.last;
         });
}

std::string hex(std::uint32_t value, std::size_t digits_min) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (; value > 0 || text.size() < digits_min; value /= 16) text += digits[value % 16];
  std::ranges::reverse(text);
  return text;
}

struct Read {
  char32_t character;
  std::size_t bytes;  // 0: not UTF-8 here
};

// The shortest form only, no surrogates, nothing past U+10FFFF.
Read read_utf8(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {0, 0};
  char32_t value = lead & (0x7fU >> size);
  for (const char byte : text.substr(1, size - 1)) {
    const auto next = static_cast<std::uint8_t>(byte);
    if ((next & 0xc0) != 0x80) return {0, 0};
    value = (value << 6) | (next & 0x3fU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least.at(size) || surrogate || value > 0x10ffff) return {0, 0};
  return {value, size};
}

}  // namespace

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const Read read = read_utf8(text);
    const std::size_t taken = std::max<std::size_t>(read.bytes, 1);
    if (read.bytes == 0) {
      quoted += "\\x" + hex(static_cast<std::uint8_t>(text[0]), 2);
    } else if (is_plain(read.character)) {
      quoted += text.substr(0, taken);
    } else {
      quoted += "\\u{" + hex(read.character, 2) + "}";
    }
    text.remove_prefix(taken);
  }
  return quoted + "\"";
}

}  // namespace entente
