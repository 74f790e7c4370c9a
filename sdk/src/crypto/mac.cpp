#include <entente/crypto/mac.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace entente {

Digest hmac_sha256(ByteView key, ByteView message) {
  Digest made;
  unsigned size = 0;
  const unsigned char* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   message.data(), message.size(), made.bytes.data(), &size);
  if (done == nullptr || size != made.bytes.size()) throw std::runtime_error("HMAC failed");
  return made;
}

}  // namespace entente
