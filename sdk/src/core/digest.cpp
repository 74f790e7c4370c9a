#include <entente/core/digest.h>

#include <algorithm>

namespace entente {

Result<Digest> to_digest(ByteView bytes) {
  Digest digest;
  if (bytes.size() != digest.bytes.size()) {
    return fail(ErrorCode::malformed, "a digest has 32 bytes");
  }
  std::ranges::copy(bytes, digest.bytes.begin());
  return digest;
}

std::string short_hex(const Digest& digest) { return to_hex(digest).substr(0, 8); }

}  // namespace entente
