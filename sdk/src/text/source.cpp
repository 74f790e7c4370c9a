#include "source.h"

#include <algorithm>

namespace entente::text {
namespace {

constexpr std::size_t quoted_characters_max = 40;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

SourceMap::SourceMap(std::string_view text) : line_starts_{0} {
  characters_before_.reserve(text.size() + 1);
  std::uint32_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    characters_before_.push_back(characters);
    if (i + 1 == text.size() || !is_continuation(text[i + 1])) ++characters;
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
  characters_before_.push_back(characters);
}

Position SourceMap::at(std::size_t offset) const {
  offset = std::min(offset, characters_before_.size() - 1);
  const auto next = std::ranges::upper_bound(line_starts_, offset);
  const std::size_t start = *(next - 1);
  return {static_cast<std::size_t>(next - line_starts_.begin()),
          characters_before_[offset] - characters_before_[start] + 1};
}

std::size_t utf8_length_at(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t i) {
    return offset + i < text.size() ? static_cast<unsigned char>(text[offset + i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte decides whether the sequence is overlong, a surrogate or beyond U+10FFFF.
  const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  }
  return length;
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length_at(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  std::size_t characters = 0;
  for (const char c : text) {
    if (!is_continuation(c) && ++characters > quoted_characters_max) {
      quoted += "...";
      break;
    }
    quoted += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return quoted + '"';
}

}  // namespace entente::text
