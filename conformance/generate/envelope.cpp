// Signed envelopes: each row one defect.
#include <capnp/message.h>
#include <entente/core/limits.h>
#include <entente/wire/admission.h>
#include <parcel.capnp.h>
#include <sodium.h>

#include "samples.h"
#include "vector.h"

using namespace entente;
using namespace entente::tests;
using vectors::Vector;

namespace {

Vector vector(std::string name, std::optional<ErrorCode> expect, std::string comment, Bytes bytes,
              std::string kind = "mandate") {
  return {
      std::move(name), expect, std::move(comment), {{"kind", std::move(kind)}}, std::move(bytes)};
}

Bytes signed_mandate() { return *sign(samples::mandate(), samples::key(samples::principal_key)); }
Envelope honest() { return *decode<Envelope>(signed_mandate()); }

Bytes signature_over(ByteView signed_bytes) {
  const Signature signature = *samples::key(samples::principal_key).sign(signed_bytes);
  return {signature.begin(), signature.end()};
}

// S + L: the same scalar to a sloppy verifier.
void add_order(Bytes& signature) {
  constexpr std::uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += signature[32 + i] + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
}

struct Defect {
  const char* name;
  ErrorCode expect;
  const char* comment;
  void (*spoil)(Envelope& envelope);
};

constexpr Defect defects[] = {
    {"signature_bit", ErrorCode::signature_invalid, "the signature is of these bytes",
     [](Envelope& envelope) { envelope.signature[0] ^= 1; }},
    {"signature_wrong_key", ErrorCode::signature_invalid, "the keyid verifies or nothing does",
     [](Envelope& envelope) {
       const PublicKey other = samples::key(samples::assistant_key).public_key();
       envelope.keyid.assign(other.bytes.begin(), other.bytes.end());
     }},
    {"signature_scalar_not_reduced", ErrorCode::signature_invalid, "S < L",
     [](Envelope& envelope) { add_order(envelope.signature); }},
    {"signature_zero", ErrorCode::signature_invalid, "R is a canonical point of the right order",
     [](Envelope& envelope) { envelope.signature.assign(64, 0); }},
    {"signature_of_payload_alone", ErrorCode::signature_invalid,
     "the signature is over the pre-authentication encoding",
     [](Envelope& envelope) { envelope.signature = signature_over(envelope.payload); }},
    {"signature_of_other_type", ErrorCode::signature_invalid, "the type is signed",
     [](Envelope& envelope) {
       envelope.signature =
           signature_over(pre_authentication_encoding(payload_type::card, envelope.payload));
     }},
    {"signature_short", ErrorCode::malformed, "a signature has 64 bytes",
     [](Envelope& envelope) { envelope.signature.pop_back(); }},
    {"signature_long", ErrorCode::too_large, "a signature has 64 bytes",
     [](Envelope& envelope) { envelope.signature.push_back(0); }},
    {"signature_empty", ErrorCode::malformed, "a signature has 64 bytes",
     [](Envelope& envelope) { envelope.signature.clear(); }},
    {"keyid_short", ErrorCode::malformed, "a keyid is the public key",
     [](Envelope& envelope) { envelope.keyid.pop_back(); }},
    {"keyid_empty", ErrorCode::malformed, "a keyid is the public key",
     [](Envelope& envelope) { envelope.keyid.clear(); }},
    {"key_zero", ErrorCode::key_invalid, "a key is of the prime-order group",
     [](Envelope& envelope) { envelope.keyid.assign(32, 0); }},
    {"key_small_order", ErrorCode::key_invalid, "a key is of the prime-order group",
     [](Envelope& envelope) {
       envelope.keyid.assign(32, 0);
       envelope.keyid[0] = 1;
     }},
    {"key_not_canonical", ErrorCode::key_invalid, "a key's y is below 2^255 - 19",
     [](Envelope& envelope) { envelope.keyid.assign(32, 0xff); }},
    {"payload_bit", ErrorCode::signature_invalid, "the payload is signed",
     [](Envelope& envelope) { envelope.payload[64] ^= 1; }},
    {"payload_empty", ErrorCode::signature_invalid, "the payload is signed",
     [](Envelope& envelope) { envelope.payload.clear(); }},
    {"type_other_kind", ErrorCode::unknown_type, "a card is not a mandate",
     [](Envelope& envelope) { envelope.payload_type = payload_type::card; }},
    {"type_unknown", ErrorCode::unknown_type, "types are a closed list",
     [](Envelope& envelope) { envelope.payload_type = "application/json"; }},
    {"type_empty", ErrorCode::malformed, "an envelope has a type",
     [](Envelope& envelope) { envelope.payload_type.clear(); }},
};

Bytes with_signatures(unsigned count) {
  const Envelope envelope = honest();
  capnp::MallocMessageBuilder builder;
  auto root = builder.initRoot<wire::Envelope>();
  root.setPayloadType(envelope.payload_type.c_str());
  root.setPayload({envelope.payload.data(), envelope.payload.size()});
  if (count > 0) {
    auto signatures = root.initSignatures(count);
    for (unsigned i = 0; i < count; ++i) {
      signatures[i].setKeyid({envelope.keyid.data(), envelope.keyid.size()});
      signatures[i].setSig({envelope.signature.data(), envelope.signature.size()});
    }
  }
  const auto words = capnp::canonicalize(root.asReader());
  return {words.asBytes().begin(), words.asBytes().end()};
}

Bytes sign_bytes(ByteView payload) {
  return *sign_payload(payload_type::mandate, payload, samples::key(samples::principal_key));
}

// A key with a component of order two, and a signature that the cofactorless equation takes.
Bytes signed_by_mixed_order() {
  std::array<std::uint8_t, 64> wide{};
  std::array<std::uint8_t, 32> secret{}, order_two{}, nonce{}, challenge{}, sum{};
  SeededEntropy(9).fill(wide);
  crypto_core_ed25519_scalar_reduce(secret.data(), wide.data());
  PublicKey key;
  crypto_scalarmult_ed25519_base_noclamp(key.bytes.data(), secret.data());
  order_two.fill(0xff);
  order_two[0] = 0xec;
  order_two[31] = 0x7f;
  crypto_core_ed25519_add(key.bytes.data(), key.bytes.data(), order_two.data());
  Mandate mandate = samples::mandate();
  mandate.principal = key;
  Envelope envelope{std::string(payload_type::mandate), encode(mandate),
                    Bytes(key.bytes.begin(), key.bytes.end()), Bytes(64)};
  const Bytes pae = pre_authentication_encoding(payload_type::mandate, envelope.payload);
  for (std::uint8_t attempt = 0;; ++attempt) {
    SeededEntropy(100u + attempt).fill(wide);
    crypto_core_ed25519_scalar_reduce(nonce.data(), wide.data());
    crypto_scalarmult_ed25519_base_noclamp(envelope.signature.data(), nonce.data());
    Bytes hashed(envelope.signature.begin(), envelope.signature.begin() + 32);
    append(hashed, key);
    append(hashed, pae);
    crypto_hash_sha512(wide.data(), hashed.data(), hashed.size());
    crypto_core_ed25519_scalar_reduce(challenge.data(), wide.data());
    if (challenge[0] % 2 == 0) break;  // the component of order two falls away
  }
  crypto_core_ed25519_scalar_mul(sum.data(), challenge.data(), secret.data());
  crypto_core_ed25519_scalar_add(sum.data(), sum.data(), nonce.data());
  std::copy(sum.begin(), sum.end(), envelope.signature.begin() + 32);
  return encode(envelope);
}

void add_good(std::vector<Vector>& all) {
  const auto good = [&](const char* kind, const auto& value, std::uint8_t key) {
    all.push_back(vector("ok_" + std::string(kind), std::nullopt,
                         "canonical, and signed by the key that it names",
                         *sign(value, samples::key(key)), kind));
  };
  good("message", samples::message(Retract{samples::digest(1)}), samples::brand_key);
  good("card", samples::card(), samples::root_key);
  good("mandate", samples::mandate(), samples::principal_key);
  good("approval", samples::approval(), samples::principal_key);
  good("read", samples::read(), samples::assistant_key);
  good("refusal", samples::refusal(), samples::brand_key);
}

void add_shapes(std::vector<Vector>& all) {
  const Bytes good = signed_mandate();
  const auto bad = [&](const char* name, ErrorCode expect, const char* comment, Bytes bytes) {
    all.push_back(vector(name, expect, comment, std::move(bytes)));
  };
  bad("signatures_none", ErrorCode::signature_invalid, "exactly one signature", with_signatures(0));
  bad("signatures_two", ErrorCode::signature_invalid, "exactly one signature", with_signatures(2));
  bad("signer_not_named", ErrorCode::signature_invalid, "the principal signs its mandate",
      *sign(samples::mandate(), samples::key(samples::assistant_key)));
  bad("key_mixed_order", ErrorCode::key_invalid, "a key is of the prime-order group",
      signed_by_mixed_order());
  Bytes padded = encode(samples::mandate());
  padded.resize(padded.size() + 8);
  bad("payload_not_canonical", ErrorCode::not_canonical, "encode(decode(payload)) is the payload",
      sign_bytes(padded));
  bad("payload_not_capnp", ErrorCode::malformed, "the payload is what its type says",
      sign_bytes(view("{\"role\":\"assistant\"}")));
  bad("empty", ErrorCode::malformed, "an envelope has bytes", {});
  bad("not_whole_words", ErrorCode::malformed, "Cap'n Proto comes in words of eight bytes",
      Bytes(good.begin(), good.end() - 1));
  bad("cut", ErrorCode::malformed, "the length is exact", Bytes(good.begin(), good.end() - 8));
  Bytes longer = good;
  longer.resize(longer.size() + 8);
  bad("trailing_word", ErrorCode::not_canonical, "the length is exact", longer);
  Bytes framed(8, 0);
  framed[4] = static_cast<std::uint8_t>(good.size() / 8);
  append(framed, good);
  bad("framed", ErrorCode::malformed, "one segment, without the table of a stream", framed);
  Bytes far = {2, 0, 0, 0, 1, 0, 0, 0};
  append(far, good);
  bad("far_pointer", ErrorCode::malformed, "one segment", far);
  bad("too_large", ErrorCode::too_large, "an envelope has 64 KB",
      Bytes(limits::envelope_bytes_max + 8, 0));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Vector> all;
  add_good(all);
  for (const Defect& defect : defects) {
    Envelope envelope = honest();
    defect.spoil(envelope);
    all.push_back(vector(defect.name, defect.expect, defect.comment, encode(envelope)));
  }
  add_shapes(all);
  return vectors::write_all(all, argc, argv);
}
