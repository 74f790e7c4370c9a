#include "trace_context.h"

#include <entente/core/bytes.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::size_t trace_digits = 32;
constexpr std::size_t span_digits = 16;
// "00-" trace "-" span "-" flags
constexpr std::size_t header_bytes = 3 + trace_digits + 1 + span_digits + 1 + 2;

bool is_id(std::string_view text) {
  return from_hex(text).has_value() && text.find_first_not_of('0') != std::string_view::npos;
}

std::string random_id(std::size_t digits, Entropy& entropy) {
  Bytes bytes(digits / 2);
  entropy.fill(bytes);
  if (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; })) bytes[0] = 1;
  return to_hex(bytes);
}

}  // namespace

TraceContext continue_trace(std::optional<std::string_view> header, Entropy& entropy) {
  TraceContext context{.span_id = random_id(span_digits, entropy)};
  const std::string_view text = header.value_or("");
  if (text.size() == header_bytes && text.starts_with("00-") && text[3 + trace_digits] == '-' &&
      text[header_bytes - 3] == '-') {
    const std::string_view trace = text.substr(3, trace_digits);
    const std::string_view parent = text.substr(4 + trace_digits, span_digits);
    if (is_id(trace) && is_id(parent) && from_hex(text.substr(header_bytes - 2))) {
      context.trace_id = trace;
      context.parent_id = parent;
      return context;
    }
  }
  context.trace_id = random_id(trace_digits, entropy);
  return context;
}

}  // namespace entente
