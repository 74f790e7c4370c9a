#include <entente/core/clock.h>
#include <entente/crypto/seal.h>

#include "sodium.h"

namespace entente {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

}  // namespace

SecretKey generate_secret_key(Entropy& entropy) {
  SecretKey key{};
  entropy.fill(key);
  return key;
}

Bytes seal(const SecretKey& key, ByteView plain, ByteView context, Entropy& entropy) {
  start_sodium();
  Bytes sealed(nonce_bytes + plain.size() + tag_bytes);
  entropy.fill(std::span(sealed).first(nonce_bytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + nonce_bytes, nullptr, plain.data(),
                                             plain.size(), context.data(), context.size(), nullptr,
                                             sealed.data(), key.data());
  return sealed;
}

Result<Bytes> open(const SecretKey& key, ByteView sealed, ByteView context) {
  start_sodium();
  if (sealed.size() < nonce_bytes + tag_bytes) {
    return fail(ErrorCode::store_corrupt, "sealed content is too short");
  }
  Bytes plain(sealed.size() - nonce_bytes - tag_bytes);
  const int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
      plain.data(), nullptr, nullptr, sealed.data() + nonce_bytes, sealed.size() - nonce_bytes,
      context.data(), context.size(), sealed.data(), key.data());
  if (opened != 0) return fail(ErrorCode::store_corrupt, "sealed content does not open");
  return plain;
}

}  // namespace entente
