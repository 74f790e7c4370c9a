#pragma once
// Ed25519 (RFC 8032), with the strict verdict every verifier of the protocol must reach:
// S < L, canonical A and R, no small order, the cofactorless equation, and A in the prime-order
// subgroup, which is asked once when a key is registered. Never batch verification, which accepts
// signatures that this rule refuses.

#include <entente/core/key.h>
#include <entente/core/result.h>

#include <array>
#include <memory>

namespace entente {

class Entropy;

using Signature = std::array<std::uint8_t, 64>;

// Asked of every key before it is believed in: a card's, a mandate's, a principal's.
// Fails with key_invalid.
Status check_key(const PublicKey& key);

// True if `signature` over `message` is of `key`. Requires a key that passed check_key().
bool verify(const PublicKey& key, ByteView message, ByteView signature);

// Whoever can sign: a key in memory, a device's keystore, a host's callback.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual const PublicKey& public_key() const = 0;
  // Fails with what the keystore says; a key in memory never fails.
  virtual Result<Signature> sign(ByteView message) const = 0;
};

// A secret key in memory, wiped when dropped.
class KeyPair final : public Signer {
 public:
  static KeyPair generate(Entropy& entropy);
  // The RFC 8032 secret seed. Fails with malformed unless it has 32 bytes.
  static Result<KeyPair> from_seed(ByteView seed);

  KeyPair(KeyPair&&) noexcept;
  KeyPair& operator=(KeyPair&&) noexcept;
  ~KeyPair() override;

  const PublicKey& public_key() const override;
  Result<Signature> sign(ByteView message) const override;
  // For writing a key file and nothing else.
  Bytes secret_seed() const;

 private:
  struct Secret;
  explicit KeyPair(std::unique_ptr<Secret> secret);
  std::unique_ptr<Secret> secret_;
};

}  // namespace entente
