// expect: invalid initialization of reference
#include <entente/protocol/message.h>
#include <entente/protocol/trust.h>

// A case takes what was authorised; what was merely verified does not pass for it.
const entente::Message& apply(const entente::Authorised<entente::Message>& authorised) {
  return *authorised;
}

#ifdef MISUSE
const entente::Message& enter(const entente::Verified<entente::Message>& verified) {
  return apply(verified);
}
#endif
