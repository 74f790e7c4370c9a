#include <entente/core/bytes.h>

#include <algorithm>
#include <array>

namespace entente {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of each character, or -1.
constexpr std::array<std::int8_t, 256> values_of(std::string_view digits) {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr auto hex_values = values_of(hex_digits);
constexpr auto base64_values = values_of(base64_digits);

int value_in(const std::array<std::int8_t, 256>& values, char digit) {
  return values[static_cast<unsigned char>(digit)];
}

}  // namespace

ByteView view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

std::string to_text(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

void append(Bytes& to, std::string_view text) { append(to, view(text)); }

bool equal(ByteView a, ByteView b) {
  return std::equal(a.data(), a.data() + a.size(), b.data(), b.data() + b.size());
}

std::string to_hex(ByteView bytes) {
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = hex_digits[bytes[i] >> 4];
    text[2 * i + 1] = hex_digits[bytes[i] & 15];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::malformed, "hex of odd length");
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = value_in(hex_values, text[2 * i]);
    const int low = value_in(hex_values, text[2 * i + 1]);
    if (high < 0 || low < 0) return fail(ErrorCode::malformed, "not lower-case hex");
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (left > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (left > 2) group |= bytes[i + 2];
    text += base64_digits[group >> 18];
    text += base64_digits[(group >> 12) & 63];
    text += left > 1 ? base64_digits[(group >> 6) & 63] : '=';
    text += left > 2 ? base64_digits[group & 63] : '=';
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  const std::string_view digits = text.substr(0, text.find('='));
  std::uint32_t held = 0;
  int bits = 0;
  for (const char digit : digits) {
    const int value = value_in(base64_values, digit);
    if (value < 0) return fail(ErrorCode::malformed, "not base64");
    held = (held << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>(held >> bits));
    }
  }
  // One spelling per byte string: padding and the unused low bits are checked by writing it again.
  if (to_base64(bytes) != text) return fail(ErrorCode::malformed, "not padded base64");
  return bytes;
}

void append_u16(Bytes& to, std::uint16_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}

void append_u64(Bytes& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

}  // namespace entente
