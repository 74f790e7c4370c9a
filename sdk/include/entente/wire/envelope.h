#pragma once
// DSSE v1.0.2: the signature covers the pre-authentication encoding (PAE) of type and payload, and
// SHA-256 of the PAE is the identity of what was said, whoever signs it however often.
//
//     ENTENTE_LET(signed_bytes, sign(message, key));      // canonical Envelope bytes
//     MessageId id = id_of(message);
//
// The way back is entente/wire/admission.h. Rules: protocol/spec/02-envelope.md.

#include <entente/crypto/signature.h>
#include <entente/wire/retention.h>

namespace entente {

// "DSSEv1" SP len(type) SP type SP len(payload) SP payload.
Bytes pre_authentication_encoding(std::string_view type, ByteView payload);

// The payload type of each kind of signed thing.
template <class T>
std::string_view payload_type_of();
template <>
std::string_view payload_type_of<Message>();
template <>
std::string_view payload_type_of<Card>();
template <>
std::string_view payload_type_of<Mandate>();
template <>
std::string_view payload_type_of<Approval>();
template <>
std::string_view payload_type_of<Read>();
template <>
std::string_view payload_type_of<Refusal>();
template <>
std::string_view payload_type_of<ErasureNotice>();
template <>
std::string_view payload_type_of<ErasureAck>();

Result<Bytes> sign_payload(std::string_view type, ByteView payload, const Signer& signer);

// Canonical envelope bytes. Fails only if the signer does.
template <class T>
Result<Bytes> sign(const T& value, const Signer& signer) {
  return sign_payload(payload_type_of<T>(), encode(value), signer);
}

Digest id_of(std::string_view type, ByteView payload);
template <class T>
Digest id_of(const T& value) {
  return id_of(payload_type_of<T>(), encode(value));
}

}  // namespace entente
