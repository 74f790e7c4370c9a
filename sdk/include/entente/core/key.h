#pragma once
// Public keys as values. Signing and verifying live in entente/crypto/.

#include <entente/core/bytes.h>

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>

namespace entente {

// An Ed25519 public key (RFC 8032). Holding one says nothing about its quality: see
// check_key() in entente/crypto/signature.h, which is asked when a key is registered.
struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};

  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
  bool is_zero() const { return *this == PublicKey{}; }
  operator ByteView() const { return bytes; }
};

// Fails with malformed unless there are 32 bytes.
Result<PublicKey> to_public_key(ByteView bytes);

// did:key of an Ed25519 key: multicodec 0xed 0x01, base58btc ("did:key:z6Mk...").
std::string to_did_key(const PublicKey& key);
// Fails with malformed.
Result<PublicKey> from_did_key(std::string_view did);

}  // namespace entente

template <>
struct std::hash<entente::PublicKey> {
  std::size_t operator()(const entente::PublicKey& key) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, key.bytes.data(), sizeof value);
    return value;
  }
};
