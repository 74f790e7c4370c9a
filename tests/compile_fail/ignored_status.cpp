// expect: declared with attribute
#include <entente/crypto/signature.h>

void register_key(const entente::PublicKey& key) {
#ifdef MISUSE
  entente::check_key(key);
#else
  if (!entente::check_key(key)) return;
#endif
}
