// expect: implicitly declared as deleted
#include <entente/crypto/signature.h>

#include <utility>

// A secret key has one owner, who wipes it.
entente::KeyPair hand_over(entente::KeyPair& key) {
#ifdef MISUSE
  return key;
#else
  return std::move(key);
#endif
}
