#pragma once
// From bytes of a stranger to something that a known key signed. The only maker of Verified<T>.
//
//     ENTENTE_LET(message, Admission::admit<Message>(bytes));   // Verified<Message>
//
// In this order, cheapest first: size, envelope, type, exactly one signature over the received
// bytes, decoding, encode(decode(bytes)) == bytes, the signer is the key that the content names.
// What the key may say is not asked here: see entente/identity/authority.h.

#include <entente/protocol/trust.h>
#include <entente/wire/envelope.h>

namespace entente {

class Admission {
 public:
  // T: Message, Card, Mandate, Approval, Read, Refusal.
  // The signer must be author.key, root_key, principal or key; an Approval and a Refusal name no
  // key, and their callers compare signer() with the key they expect.
  // Fails with too_large, malformed, unknown_type, signature_invalid, key_invalid and the codes of
  // decode().
  template <class T>
  static Result<Verified<T>> admit(ByteView envelope);
};

extern template Result<Verified<Message>> Admission::admit<Message>(ByteView);
extern template Result<Verified<Card>> Admission::admit<Card>(ByteView);
extern template Result<Verified<Mandate>> Admission::admit<Mandate>(ByteView);
extern template Result<Verified<Approval>> Admission::admit<Approval>(ByteView);
extern template Result<Verified<Read>> Admission::admit<Read>(ByteView);
extern template Result<Verified<Refusal>> Admission::admit<Refusal>(ByteView);

// The type an envelope claims, for sorting a parcel; says nothing about its signature.
Result<std::string> unverified_payload_type(ByteView envelope);

}  // namespace entente
