#pragma once
// The second gate: from Verified to Authorised, for one case at one moment. Live journals and
// replay pass the same messages through it and must get the same verdicts.
//
//     ENTENTE_LET(message, pass_gate(authority, casefile, verified, {.now_ms = t, .index = i}));

#include <entente/casefile/case.h>
#include <entente/identity/authority.h>

namespace entente {

struct GateTime {
  std::int64_t now_ms = 0;
  std::uint64_t index = 0;  // in the brand's log
};

// Finds what the message refers to in the case, admits the approval nested in it, and asks the
// authority. Fails as Authority::authorise does.
Result<Authorised<Message>> pass_gate(const Authority& authority, const Case& casefile,
                                      const Verified<Message>& message, GateTime time);

// After a message took its place: a `revoke` ends its mandate from this log index on.
void take_back_mandate(Authority& authority, const Message& message, std::uint64_t index);

// True of a `revoke` that ends the mandate it names, wherever it may stand: signed by that
// mandate's principal. False where the mandate is not known.
bool is_principals_revoke(const Authority& authority, const Message& message);

// The approval envelope nested in an act; empty if the act has none or carries none.
ByteView nested_approval(const Body& body);

// The DID of the consumer who opened the case: its principal's did:key.
std::string consumer_did(const Authority& authority, const Message& opening);

}  // namespace entente
