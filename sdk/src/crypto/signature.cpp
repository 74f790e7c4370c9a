#include <entente/core/clock.h>
#include <entente/crypto/signature.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "sodium.h"

namespace entente {

namespace {

// Keys found valid before: the same few sign again and again, and the question costs nearly as much
// as a signature. Only what this thread has asked itself; a place is found by the key's own bytes.
class ValidKeys {
 public:
  bool holds(const PublicKey& key) const { return keys_[place_of(key)] == key; }
  void add(const PublicKey& key) { keys_[place_of(key)] = key; }

 private:
  static constexpr std::size_t keys_max = 1024;
  static std::size_t place_of(const PublicKey& key) {
    return std::hash<PublicKey>()(key) % keys_max;
  }
  std::vector<std::optional<PublicKey>> keys_{keys_max};
};

}  // namespace

Status check_key(const PublicKey& key) {
  thread_local ValidKeys valid;
  if (valid.holds(key)) return {};
  start_sodium();
  // Refuses small order, mixed order and non-canonical encodings alike.
  if (crypto_core_ed25519_is_valid_point(key.bytes.data()) != 1) {
    return fail(ErrorCode::key_invalid);
  }
  valid.add(key);
  return {};
}

bool verify(const PublicKey& key, ByteView message, ByteView signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.bytes.data()) == 0;
}

struct KeyPair::Secret {
  PublicKey public_key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> bytes{};
  ~Secret() { sodium_memzero(bytes.data(), bytes.size()); }
};

KeyPair::KeyPair(std::unique_ptr<Secret> secret) : secret_(std::move(secret)) {}
KeyPair::KeyPair(KeyPair&&) noexcept = default;
KeyPair& KeyPair::operator=(KeyPair&&) noexcept = default;
KeyPair::~KeyPair() = default;

KeyPair KeyPair::generate(Entropy& entropy) {
  std::array<std::uint8_t, crypto_sign_SEEDBYTES> seed{};
  entropy.fill(seed);
  auto pair = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return std::move(*pair);
}

Result<KeyPair> KeyPair::from_seed(ByteView seed) {
  if (seed.size() != crypto_sign_SEEDBYTES) {
    return fail(ErrorCode::malformed, "a secret seed has 32 bytes");
  }
  start_sodium();
  auto secret = std::make_unique<Secret>();
  crypto_sign_seed_keypair(secret->public_key.bytes.data(), secret->bytes.data(), seed.data());
  return KeyPair(std::move(secret));
}

const PublicKey& KeyPair::public_key() const { return secret_->public_key; }

Result<Signature> KeyPair::sign(ByteView message) const {
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       secret_->bytes.data());
  return signature;
}

Bytes KeyPair::secret_seed() const {
  return {secret_->bytes.begin(), secret_->bytes.begin() + crypto_sign_SEEDBYTES};
}

}  // namespace entente
