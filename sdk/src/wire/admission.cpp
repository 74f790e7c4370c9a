#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/wire/admission.h>

namespace entente {
namespace {

// The key that the content says must have signed it; null where the content names none.
const PublicKey* find_named_key(const Message& message) { return &message.author.key; }
const PublicKey* find_named_key(const Card& card) { return &card.root_key; }
const PublicKey* find_named_key(const Mandate& mandate) { return &mandate.principal; }
const PublicKey* find_named_key(const Read& read) { return &read.key; }
const PublicKey* find_named_key(const ErasureNotice& notice) { return &notice.key; }
const PublicKey* find_named_key(const ErasureAck& ack) { return &ack.key; }
const PublicKey* find_named_key(const Approval&) { return nullptr; }
const PublicKey* find_named_key(const Refusal&) { return nullptr; }

struct Opened {
  Bytes payload;
  Digest id;
  PublicKey signer;
};

Result<Opened> open_envelope(ByteView bytes, std::string_view type) {
  ENTENTE_LET(envelope, decode<Envelope>(bytes));
  if (envelope.payload_type != type) {
    return fail(ErrorCode::unknown_type, "not an envelope of " + std::string(type));
  }
  ENTENTE_LET(signer, to_public_key(envelope.keyid));
  ENTENTE_TRY(check_key(signer));
  const Bytes pae = pre_authentication_encoding(type, envelope.payload);
  if (!verify(signer, pae, envelope.signature)) return fail(ErrorCode::signature_invalid);
  return Opened{std::move(envelope.payload), sha256(pae), signer};
}

}  // namespace

template <class T>
Result<Verified<T>> Admission::admit(ByteView envelope) {
  ENTENTE_LET(opened, open_envelope(envelope, payload_type_of<T>()));
  ENTENTE_LET(value, decode<T>(opened.payload));
  const PublicKey* named = find_named_key(value);
  if (named && *named != opened.signer) {
    return fail(ErrorCode::signature_invalid, "signed by another key than the content names");
  }
  return Verified<T>(typename Verified<T>::Held{std::move(value), opened.id, opened.signer,
                                                Bytes(envelope.begin(), envelope.end())});
}

template <class T>
Result<Verified<T>> Admission::sign(const T& value, const Signer& signer) {
  const Bytes payload = encode(value);
  const PublicKey* named = find_named_key(value);
  if (named && *named != signer.public_key()) {
    return fail(ErrorCode::signature_invalid, "signed by another key than the content names");
  }
  ENTENTE_LET(read_back, decode<T>(payload));
  const Bytes pae = pre_authentication_encoding(payload_type_of<T>(), payload);
  ENTENTE_LET(signature, signer.sign(pae));
  const bool trusted = dynamic_cast<const KeyPair*>(&signer) != nullptr;
  if (!trusted && !verify(signer.public_key(), pae, signature)) {
    return fail(ErrorCode::signature_invalid, "the signer made no valid signature");
  }
  const ByteView key = signer.public_key();
  Bytes envelope = encode(Envelope{.payload_type = std::string(payload_type_of<T>()),
                                   .payload = payload,
                                   .keyid = Bytes(key.begin(), key.end()),
                                   .signature = Bytes(signature.begin(), signature.end())});
  if (envelope.size() > limits::envelope_bytes_max) {
    return fail(ErrorCode::too_large, "more bytes than an envelope may have");
  }
  return Verified<T>(typename Verified<T>::Held{std::move(read_back), sha256(pae),
                                                signer.public_key(), std::move(envelope)});
}

template Result<Verified<Message>> Admission::admit<Message>(ByteView);
template Result<Verified<Card>> Admission::admit<Card>(ByteView);
template Result<Verified<Mandate>> Admission::admit<Mandate>(ByteView);
template Result<Verified<Approval>> Admission::admit<Approval>(ByteView);
template Result<Verified<Read>> Admission::admit<Read>(ByteView);
template Result<Verified<Refusal>> Admission::admit<Refusal>(ByteView);
template Result<Verified<ErasureNotice>> Admission::admit<ErasureNotice>(ByteView);
template Result<Verified<ErasureAck>> Admission::admit<ErasureAck>(ByteView);
template Result<Verified<Message>> Admission::sign<Message>(const Message&, const Signer&);
template Result<Verified<Refusal>> Admission::sign<Refusal>(const Refusal&, const Signer&);

Result<std::string> unverified_payload_type(ByteView envelope) {
  ENTENTE_LET(decoded, decode<Envelope>(envelope));
  return std::move(decoded.payload_type);
}

}  // namespace entente
