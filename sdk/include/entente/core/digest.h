#pragma once
// A SHA-256 digest as a value: the identity of messages, parts, cards, mandates and log leaves.
// Computing one is the business of entente/crypto/hash.h.

#include <entente/core/bytes.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>

namespace entente {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  friend auto operator<=>(const Digest&, const Digest&) = default;
  bool is_zero() const { return *this == Digest{}; }
  operator ByteView() const { return bytes; }
};

// The digest whose bytes these are. Fails with malformed unless there are 32.
Result<Digest> to_digest(ByteView bytes);

// The first eight hex digits: for people, never compared.
std::string short_hex(const Digest& digest);

}  // namespace entente

template <>
struct std::hash<entente::Digest> {
  std::size_t operator()(const entente::Digest& digest) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, digest.bytes.data(), sizeof value);
    return value;
  }
};
