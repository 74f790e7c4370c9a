// expect: could not convert
#include <entente/core/key.h>

entente::PublicKey read_key(entente::ByteView bytes) {
#ifdef MISUSE
  return entente::to_public_key(bytes);
#else
  const auto key = entente::to_public_key(bytes);
  return key ? *key : entente::PublicKey{};
#endif
}
