#include <entente/core/limits.h>
#include <entente/wire/admission.h>
#include <sodium.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

template <class T>
Bytes signed_by(const T& value, std::uint8_t key) {
  return *sign(value, samples::key(key));
}

template <class T>
ErrorCode refusal_of(ByteView bytes) {
  const auto admitted = Admission::admit<T>(bytes);
  REQUIRE_FALSE(admitted.has_value());
  return admitted.error().code;
}

template <class T>
void check_admitted(const T& value, std::uint8_t key) {
  const Bytes bytes = signed_by(value, key);
  const auto verified = Admission::admit<T>(bytes);
  if (!verified) FAIL(describe(verified.error()));
  CHECK(**verified == value);
  CHECK(verified->id() == id_of(value));
  CHECK(verified->signer() == samples::key(key).public_key());
  CHECK(equal(verified->envelope(), bytes));
}

Bytes envelope_of(Bytes payload, std::string_view type = payload_type::message) {
  return *sign_payload(type, payload, samples::key(samples::brand_key));
}

// A device that signs something else than it was asked to, or says it is another.
class FaultySigner final : public Signer {
 public:
  FaultySigner(std::uint8_t number, bool errs) : key_(samples::key(number)), errs_(errs) {}
  const PublicKey& public_key() const override { return key_.public_key(); }
  Result<Signature> sign(ByteView message) const override {
    auto signature = *key_.sign(message);
    if (errs_) signature[10] ^= 1;
    return signature;
  }

 private:
  KeyPair key_;
  bool errs_;
};

struct MixedKey {
  PublicKey key;
  std::array<std::uint8_t, 32> scalar{};
};

// A public key with a component of order two beside the honest one.
MixedKey mixed_order_key() {
  MixedKey mixed;
  std::array<std::uint8_t, 64> wide{};
  SeededEntropy(9).fill(wide);
  crypto_core_ed25519_scalar_reduce(mixed.scalar.data(), wide.data());
  PublicKey honest;
  REQUIRE(crypto_scalarmult_ed25519_base_noclamp(honest.bytes.data(), mixed.scalar.data()) == 0);
  std::array<std::uint8_t, 32> order_two{};  // y = -1
  order_two.fill(0xff);
  order_two[0] = 0xec;
  order_two[31] = 0x7f;
  REQUIRE(crypto_core_ed25519_add(mixed.key.bytes.data(), honest.bytes.data(), order_two.data()) ==
          0);
  return mixed;
}

// A signature that the cofactorless equation takes: the challenge is even, so the extra component
// falls away.
Signature sign_with(const MixedKey& mixed, ByteView message) {
  for (std::uint8_t attempt = 0;; ++attempt) {
    std::array<std::uint8_t, 64> wide{};
    SeededEntropy(100u + attempt).fill(wide);
    std::array<std::uint8_t, 32> nonce{}, challenge{}, product{}, sum{};
    crypto_core_ed25519_scalar_reduce(nonce.data(), wide.data());
    Signature signature{};
    REQUIRE(crypto_scalarmult_ed25519_base_noclamp(signature.data(), nonce.data()) == 0);
    Bytes hashed(signature.begin(), signature.begin() + 32);
    append(hashed, mixed.key);
    append(hashed, message);
    crypto_hash_sha512(wide.data(), hashed.data(), hashed.size());
    crypto_core_ed25519_scalar_reduce(challenge.data(), wide.data());
    if (challenge[0] % 2 != 0) continue;
    crypto_core_ed25519_scalar_mul(product.data(), challenge.data(), mixed.scalar.data());
    crypto_core_ed25519_scalar_add(sum.data(), nonce.data(), product.data());
    std::copy(sum.begin(), sum.end(), signature.begin() + 32);
    return signature;
  }
}

}  // namespace

TEST_CASE("what its own key signed is admitted, of every kind and verb", "[wire]") {
  for (const Message& message : samples::messages()) {
    check_admitted(message, samples::signer_of(message));
  }
  check_admitted(samples::card(), samples::root_key);
  check_admitted(samples::mandate(), samples::principal_key);
  check_admitted(samples::read(), samples::assistant_key);
  check_admitted(samples::approval(), samples::principal_key);
  check_admitted(samples::refusal(), samples::brand_key);
}

TEST_CASE("a valid signature of a key that the content does not name is refused", "[wire]") {
  for (std::uint8_t key = 1; key <= 5; ++key) {
    const auto refused_unless = [&](std::uint8_t named, const auto& value) {
      using T = std::decay_t<decltype(value)>;
      const auto admitted = Admission::admit<T>(signed_by(value, key));
      CHECK(admitted.has_value() == (key == named));
      if (!admitted) CHECK(admitted.error().code == ErrorCode::signature_invalid);
    };
    refused_unless(samples::brand_key, samples::message(Retract{samples::digest(1)}));
    refused_unless(samples::assistant_key, samples::message(Leave{}));
    refused_unless(samples::root_key, samples::card());
    refused_unless(samples::principal_key, samples::mandate());
    refused_unless(samples::assistant_key, samples::read());
  }
}

TEST_CASE("an approval and a refusal say who signed them, whoever it was", "[wire]") {
  for (std::uint8_t key = 1; key <= 5; ++key) {
    const auto approval = Admission::admit<Approval>(signed_by(samples::approval(), key));
    REQUIRE(approval.has_value());
    CHECK(approval->signer() == samples::key(key).public_key());
  }
}

TEST_CASE("an envelope of another kind is refused before its signature is looked at", "[wire]") {
  Bytes payload = encode(samples::mandate());
  CHECK(refusal_of<Message>(signed_by(samples::mandate(), samples::principal_key)) ==
        ErrorCode::unknown_type);
  CHECK(refusal_of<Mandate>(envelope_of(payload, payload_type::card)) == ErrorCode::unknown_type);
  CHECK(refusal_of<Mandate>(envelope_of(payload, "application/json")) == ErrorCode::unknown_type);
}

TEST_CASE("each gate refuses before the next is reached", "[wire]") {
  const Message message = samples::message(Retract{samples::digest(1)});
  Envelope good = *decode<Envelope>(signed_by(message, samples::brand_key));

  CHECK(refusal_of<Message>(Bytes(limits::envelope_bytes_max + 8)) == ErrorCode::too_large);
  CHECK(refusal_of<Message>(view("not an envelope!")) == ErrorCode::malformed);

  // The wrong type hides a broken key, the broken key a broken signature, and that broken content.
  Envelope broken = good;
  broken.payload_type = "application/json";
  broken.keyid.assign(32, 0);
  broken.signature.assign(64, 0);
  broken.payload = {1, 2, 3};
  CHECK(refusal_of<Message>(encode(broken)) == ErrorCode::unknown_type);
  broken.payload_type = good.payload_type;
  CHECK(refusal_of<Message>(encode(broken)) == ErrorCode::key_invalid);
  broken.keyid = good.keyid;
  CHECK(refusal_of<Message>(encode(broken)) == ErrorCode::signature_invalid);
  CHECK(refusal_of<Message>(envelope_of({1, 2, 3})) == ErrorCode::malformed);
}

TEST_CASE("signed bytes that are not the canonical form are refused", "[wire]") {
  Bytes padded = encode(samples::message(Retract{samples::digest(1)}));
  padded.resize(padded.size() + 8);
  CHECK(refusal_of<Message>(envelope_of(padded)) == ErrorCode::not_canonical);
}

TEST_CASE("a key of mixed order is refused although its signature verifies", "[wire]") {
  const MixedKey mixed = mixed_order_key();
  Mandate mandate = samples::mandate();
  mandate.principal = mixed.key;
  const Bytes payload = encode(mandate);
  const Bytes pae = pre_authentication_encoding(payload_type::mandate, payload);
  const Signature signature = sign_with(mixed, pae);
  REQUIRE(verify(mixed.key, pae, signature));
  const Envelope envelope{std::string(payload_type::mandate), payload,
                          Bytes(mixed.key.bytes.begin(), mixed.key.bytes.end()),
                          Bytes(signature.begin(), signature.end())};
  CHECK(refusal_of<Mandate>(encode(envelope)) == ErrorCode::key_invalid);
}

TEST_CASE("keys of small order are refused", "[wire]") {
  for (const std::uint8_t first : Bytes{0x00, 0x01, 0xec}) {
    Envelope envelope = *decode<Envelope>(signed_by(samples::mandate(), samples::principal_key));
    envelope.keyid.assign(32, first == 0xec ? 0xff : 0x00);
    envelope.keyid[0] = first;
    if (first == 0xec) envelope.keyid[31] = 0x7f;
    CHECK(refusal_of<Mandate>(encode(envelope)) == ErrorCode::key_invalid);
  }
}

TEST_CASE("the type an envelope claims can be asked without believing it", "[wire]") {
  const Bytes card = signed_by(samples::card(), samples::root_key);
  CHECK(unverified_payload_type(card) == std::string(payload_type::card));
  CHECK_FALSE(unverified_payload_type(view("noise")).has_value());
}

TEST_CASE("what is signed here is what would be admitted", "[wire][admission]") {
  for (const Message& message : samples::messages()) {
    const std::uint8_t key = samples::signer_of(message);
    const auto made = Admission::sign(message, samples::key(key));
    if (!made) FAIL(describe(made.error()));
    const auto admitted = Admission::admit<Message>(made->envelope());
    REQUIRE(admitted);
    CHECK(**made == **admitted);
    CHECK(made->id() == admitted->id());
    CHECK(made->signer() == admitted->signer());
    CHECK(equal(made->envelope(), signed_by(message, key)));
  }
}

TEST_CASE("nothing is signed that nobody would admit", "[wire][admission][negative]") {
  const Message message = samples::message(samples::bodies().front());
  const std::uint8_t key = samples::signer_of(message);
  SECTION("by another key than the message names") {
    const auto made = Admission::sign(message, samples::key(samples::operator_key));
    CHECK(made.error().code == ErrorCode::signature_invalid);
  }
  SECTION("a value that does not read back") {
    Message broken = message;
    broken.environment = Environment::unset;
    CHECK(Admission::sign(broken, samples::key(key)).error().code == ErrorCode::unset_value);
    broken = message;
    broken.ext.push_back({.id = "x-a:b", .critical = false, .bytes = Bytes(70'000)});
    CHECK(Admission::sign(broken, samples::key(key)).error().code == ErrorCode::too_large);
  }
  SECTION("by a device that errs") {
    CHECK(Admission::sign(message, FaultySigner(key, true)).error().code ==
          ErrorCode::signature_invalid);
    CHECK(Admission::sign(message, FaultySigner(key, false)));
  }
}
