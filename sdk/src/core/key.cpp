#include <entente/core/key.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::string_view base58_digits =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::string_view did_key_prefix = "did:key:z";
constexpr std::array<std::uint8_t, 2> ed25519_multicodec = {0xed, 0x01};
constexpr std::size_t did_text_max = 80;

// Five digits are worked out at once: 58 to the fifth, times a byte, fits 64 bits with ease.
std::string to_base58(ByteView bytes) {
  constexpr std::uint64_t five_digits = 58ull * 58 * 58 * 58 * 58;
  std::vector<std::uint32_t> fives;  // least significant first
  for (const std::uint8_t byte : bytes) {
    std::uint64_t carry = byte;
    for (std::uint32_t& five : fives) {
      carry += std::uint64_t{five} << 8;
      five = static_cast<std::uint32_t>(carry % five_digits);
      carry /= five_digits;
    }
    if (carry > 0) fives.push_back(static_cast<std::uint32_t>(carry));
  }
  std::string text;  // least significant first until the end
  for (std::uint32_t five : fives) {
    for (int i = 0; i < 5; ++i, five /= 58) text += base58_digits[five % 58];
  }
  while (!text.empty() && text.back() == base58_digits[0]) text.pop_back();
  for (std::size_t i = 0; i < bytes.size() && bytes[i] == 0; ++i) text += base58_digits[0];
  std::ranges::reverse(text);
  return text;
}

Result<Bytes> from_base58(std::string_view text) {
  Bytes bytes;  // least significant first until the end
  for (const char digit : text) {
    const auto value = base58_digits.find(digit);
    if (value == std::string_view::npos) return fail(ErrorCode::malformed, "not base58");
    auto carry = static_cast<std::uint32_t>(value);
    for (std::uint8_t& byte : bytes) {
      carry += std::uint32_t{byte} * 58;
      byte = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    for (; carry > 0; carry >>= 8) bytes.push_back(static_cast<std::uint8_t>(carry));
  }
  for (std::size_t i = 0; i < text.size() && text[i] == base58_digits[0]; ++i) bytes.push_back(0);
  std::ranges::reverse(bytes);
  return bytes;
}

}  // namespace

Result<PublicKey> to_public_key(ByteView bytes) {
  PublicKey key;
  if (bytes.size() != key.bytes.size()) return fail(ErrorCode::malformed, "a key has 32 bytes");
  std::ranges::copy(bytes, key.bytes.begin());
  return key;
}

std::string to_did_key(const PublicKey& key) {
  Bytes bytes(ed25519_multicodec.begin(), ed25519_multicodec.end());
  append(bytes, ByteView(key));
  return std::string(did_key_prefix) + to_base58(bytes);
}

Result<PublicKey> from_did_key(std::string_view did) {
  if (!did.starts_with(did_key_prefix) || did.size() > did_text_max) {
    return fail(ErrorCode::malformed, "not a did:key");
  }
  ENTENTE_LET(bytes, from_base58(did.substr(did_key_prefix.size())));
  if (bytes.size() != 34 || !equal(ByteView(bytes).first(2), ed25519_multicodec)) {
    return fail(ErrorCode::malformed, "not a did:key of an Ed25519 key");
  }
  return to_public_key(ByteView(bytes).subspan(2));
}

}  // namespace entente
