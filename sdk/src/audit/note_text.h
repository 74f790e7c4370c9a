#pragma once
// What notes and proofs have in common as text: lines, decimals, and the characters allowed.

#include <entente/core/result.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace entente {

// Takes the next line, without its newline, off the front; nothing if no newline is left.
std::optional<std::string_view> take_line(std::string_view& text);

// No sign, no leading zero. Fails with malformed.
Result<std::uint64_t> parse_decimal(std::string_view text);

// Whether this is UTF-8 (RFC 3629) without control characters other than newline.
bool is_note_text(std::string_view text);
// Whether this is UTF-8, not empty, and without spaces of any script, '+' and control characters.
bool is_key_name(std::string_view text);

}  // namespace entente
