// expect: private within this context
#include <entente/protocol/message.h>
#include <entente/protocol/trust.h>

// Only admission makes a Verified<Message>: whoever holds one knows that the signature was checked.
entente::Verified<entente::Message> believe(entente::Message message,
                                            const entente::Verified<entente::Message>& checked) {
#ifdef MISUSE
  return entente::Verified<entente::Message>({std::move(message), {}, {}, {}});
#else
  static_cast<void>(message);
  return checked;
#endif
}
