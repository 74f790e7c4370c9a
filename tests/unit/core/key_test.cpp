#include <entente/core/key.h>

#include "catch.h"

using namespace entente;

TEST_CASE("a key and its did:key name each other", "[core]") {
  // did:key specification, Ed25519 example.
  const auto key = from_did_key("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
  REQUIRE(key);
  CHECK(to_hex(*key) == "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29");
  CHECK(to_did_key(*key) == "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp");
}

TEST_CASE("every key comes back from its did:key", "[core]") {
  for (int number = 0; number < 512; ++number) {
    PublicKey key;
    for (std::size_t i = 0; i < key.bytes.size(); ++i) {
      key.bytes[i] = static_cast<std::uint8_t>(number < 256 ? number : number * (i + 1));
    }
    CAPTURE(number);
    CHECK(from_did_key(to_did_key(key)) == key);
  }
}

TEST_CASE("what is no did:key of an Ed25519 key is refused", "[core][negative]") {
  for (const char* did : {"", "did:key:z", "did:web:kettle.example", "did:key:z0",
                          "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooW",
                          "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"}) {
    CAPTURE(did);
    CHECK(from_did_key(did).error().code == ErrorCode::malformed);
  }
}
