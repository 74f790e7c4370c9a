#pragma once
// Content at rest: XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under a 32-byte key. Destroying
// the key is how the log forgets.

#include <entente/core/bytes.h>

#include <array>

namespace entente {

class Entropy;

using SecretKey = std::array<std::uint8_t, 32>;

SecretKey generate_secret_key(Entropy& entropy);

// nonce[24] || ciphertext || tag[16]. `context` is authenticated, not stored: opening needs the
// same one, so sealed bytes cannot be moved to another place.
Bytes seal(const SecretKey& key, ByteView plain, ByteView context, Entropy& entropy);
// Fails with store_corrupt.
Result<Bytes> open(const SecretKey& key, ByteView sealed, ByteView context);

}  // namespace entente
