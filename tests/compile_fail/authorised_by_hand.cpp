// expect: private within this context
#include <entente/protocol/message.h>
#include <entente/protocol/trust.h>

// A good signature is not yet a right to say it: only the authority makes an Authorised<Message>.
const entente::Message& take(const entente::Verified<entente::Message>& verified) {
#ifdef MISUSE
  static const auto authorised = entente::Authorised<entente::Message>(verified, false, true);
  return *authorised;
#else
  return *verified;
#endif
}
