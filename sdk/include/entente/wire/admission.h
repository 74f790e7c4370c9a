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
  // T: Message, Card, Mandate, Approval, Read, Refusal, ErasureNotice, ErasureAck.
  // The signer must be author.key, root_key, principal or `key`; an Approval and a Refusal name no
  // key, and their callers compare signer() with the key they expect.
  // Fails with too_large, malformed, unknown_type, signature_invalid, key_invalid and the codes of
  // decode().
  template <class T>
  static Result<Verified<T>> admit(ByteView envelope);

  // What this process says itself: signed, and verified by having been. The value must read back as
  // it was written, like any other; and a signer that is not a key in memory is not taken at its
  // word. Fails with the codes of decode(), signature_invalid, and what the signer says.
  template <class T>
  static Result<Verified<T>> sign(const T& value, const Signer& signer);
};

extern template Result<Verified<Message>> Admission::admit<Message>(ByteView);
extern template Result<Verified<Card>> Admission::admit<Card>(ByteView);
extern template Result<Verified<Mandate>> Admission::admit<Mandate>(ByteView);
extern template Result<Verified<Approval>> Admission::admit<Approval>(ByteView);
extern template Result<Verified<Read>> Admission::admit<Read>(ByteView);
extern template Result<Verified<Refusal>> Admission::admit<Refusal>(ByteView);
extern template Result<Verified<ErasureNotice>> Admission::admit<ErasureNotice>(ByteView);
extern template Result<Verified<ErasureAck>> Admission::admit<ErasureAck>(ByteView);
extern template Result<Verified<Message>> Admission::sign<Message>(const Message&, const Signer&);
extern template Result<Verified<Refusal>> Admission::sign<Refusal>(const Refusal&, const Signer&);

// The type an envelope claims, for sorting a parcel; says nothing about its signature.
Result<std::string> unverified_payload_type(ByteView envelope);

}  // namespace entente
