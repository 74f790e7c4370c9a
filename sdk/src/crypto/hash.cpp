#include <entente/crypto/hash.h>

#include <openssl/evp.h>

#include <cassert>

namespace entente {
namespace {

// Fetched once: a fetch per digest costs as much as hashing a kilobyte.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return method;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(handle); }

  void restart() {
    [[maybe_unused]] const int started = EVP_DigestInit_ex2(handle, sha256_method(), nullptr);
    assert(started == 1);
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) { context_->restart(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size());
}

Digest Sha256::finish() {
  Digest digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->handle, digest.bytes.data(), &size);
  assert(size == digest.bytes.size());
  context_->restart();
  return digest;
}

Digest sha256(std::initializer_list<ByteView> pieces) {
  thread_local Sha256 hash;
  for (const ByteView piece : pieces) hash.update(piece);
  return hash.finish();
}

Digest sha256(ByteView bytes) { return sha256({bytes}); }

}  // namespace entente
