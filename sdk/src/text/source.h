#pragma once
// What the readers share about a text they read: where something stands, and how to quote it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entente::text {

// Both from 1; a column is a character, not a byte.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

// Finds positions fast, however many are asked for. Keeps no view of the text.
class SourceMap {
 public:
  explicit SourceMap(std::string_view text);
  Position at(std::size_t offset) const;

 private:
  std::vector<std::size_t> line_starts_;
  std::vector<std::uint32_t> characters_before_;  // per byte offset
};

// The length of the UTF-8 sequence at this offset, 0 if there is no valid one (RFC 3629).
std::size_t utf8_length_at(std::string_view text, std::size_t offset);
std::optional<std::size_t> find_invalid_utf8(std::string_view text);

// In quotation marks, shortened, on one line: for a message to a person.
std::string quote(std::string_view text);

}  // namespace entente::text
