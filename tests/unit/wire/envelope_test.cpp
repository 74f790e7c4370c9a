#include <entente/crypto/hash.h>
#include <entente/wire/envelope.h>

#include <fstream>
#include <sstream>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

TEST_CASE("the pre-authentication encoding is that of DSSE", "[wire]") {
  // The example of the DSSE protocol page.
  const Bytes pae =
      pre_authentication_encoding("http://example.com/HelloWorld", view("hello world"));
  CHECK(to_text(pae) == "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  CHECK(to_text(pre_authentication_encoding("", {})) == "DSSEv1 0  0 ");
}

TEST_CASE("no two type and payload pairs share an encoding", "[wire]") {
  CHECK(pre_authentication_encoding("a 1 b", view("c")) !=
        pre_authentication_encoding("a", view("b 1 c")));
  CHECK(pre_authentication_encoding("a", view(" ")) != pre_authentication_encoding("a ", {}));
}

TEST_CASE("an identity is of what was said, not of who signed it", "[wire]") {
  const Mandate mandate = samples::mandate();
  const auto one = sign(mandate, samples::key(1));
  const auto two = sign(mandate, samples::key(2));
  REQUIRE((one && two));
  CHECK(*one != *two);
  const auto payload_of = [](ByteView bytes) { return decode<Envelope>(bytes)->payload; };
  CHECK(payload_of(*one) == payload_of(*two));
  CHECK(id_of(mandate) == id_of(payload_type::mandate, payload_of(*one)));
  CHECK(id_of(mandate) ==
        sha256(pre_authentication_encoding(payload_type::mandate, encode(mandate))));
}

TEST_CASE("the kind is part of the identity", "[wire]") {
  const Bytes payload = encode(samples::mandate());
  CHECK(id_of(payload_type::mandate, payload) != id_of(payload_type::card, payload));
}

TEST_CASE("a signer's refusal is passed on", "[wire]") {
  class Locked final : public Signer {
   public:
    const PublicKey& public_key() const override { return key_; }
    Result<Signature> sign(ByteView) const override { return fail(ErrorCode::wrong_use, "locked"); }

   private:
    PublicKey key_;
  };
  const auto bytes = sign(samples::mandate(), Locked());
  REQUIRE_FALSE(bytes.has_value());
  CHECK(bytes.error().code == ErrorCode::wrong_use);
}
