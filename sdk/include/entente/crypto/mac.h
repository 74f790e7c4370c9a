#pragma once
// HMAC-SHA-256 (RFC 2104, FIPS 198-1), by OpenSSL: what only the holder of a secret can make.

#include <entente/core/digest.h>

namespace entente {

Digest hmac_sha256(ByteView key, ByteView message);

}  // namespace entente
