#include <entente/crypto/hash.h>
#include <entente/wire/envelope.h>

namespace entente {

Bytes pre_authentication_encoding(std::string_view type, ByteView payload) {
  Bytes pae;
  pae.reserve(32 + type.size() + payload.size());
  append(pae, "DSSEv1 ");
  append(pae, std::to_string(type.size()));
  append(pae, " ");
  append(pae, type);
  append(pae, " ");
  append(pae, std::to_string(payload.size()));
  append(pae, " ");
  append(pae, payload);
  return pae;
}

template <>
std::string_view payload_type_of<Message>() {
  return payload_type::message;
}
template <>
std::string_view payload_type_of<Card>() {
  return payload_type::card;
}
template <>
std::string_view payload_type_of<Mandate>() {
  return payload_type::mandate;
}
template <>
std::string_view payload_type_of<Approval>() {
  return payload_type::approval;
}
template <>
std::string_view payload_type_of<Read>() {
  return payload_type::read;
}
template <>
std::string_view payload_type_of<Refusal>() {
  return payload_type::refusal;
}
template <>
std::string_view payload_type_of<ErasureNotice>() {
  return payload_type::erasure_notice;
}
template <>
std::string_view payload_type_of<ErasureAck>() {
  return payload_type::erasure_ack;
}

Result<Bytes> sign_payload(std::string_view type, ByteView payload, const Signer& signer) {
  ENTENTE_LET(signature, signer.sign(pre_authentication_encoding(type, payload)));
  const ByteView key = signer.public_key();
  return encode(Envelope{.payload_type = std::string(type),
                         .payload = Bytes(payload.begin(), payload.end()),
                         .keyid = Bytes(key.begin(), key.end()),
                         .signature = Bytes(signature.begin(), signature.end())});
}

Digest id_of(std::string_view type, ByteView payload) {
  return sha256(pre_authentication_encoding(type, payload));
}

}  // namespace entente
