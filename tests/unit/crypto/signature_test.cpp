#include <entente/crypto/signature.h>
#include <entente/crypto/system.h>

#include "catch.h"

using namespace entente;

namespace {

PublicKey key_of(std::string_view hex) { return *to_public_key(*from_hex(hex)); }

// L, the order of the prime-order group, little-endian.
constexpr std::string_view group_order =
    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

}  // namespace

TEST_CASE("Ed25519 gives the signatures of RFC 8032", "[crypto][signature]") {
  struct Answer {
    const char* seed;
    const char* key;
    const char* message;
    const char* signature;
  };
  const Answer answers[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
       "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
       "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
       "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
      {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
       "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
       "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
       "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"}};
  for (const Answer& answer : answers) {
    CAPTURE(answer.seed);
    const auto pair = KeyPair::from_seed(*from_hex(answer.seed));
    REQUIRE(pair);
    const Bytes message = *from_hex(answer.message);
    CHECK(to_hex(pair->public_key()) == answer.key);
    CHECK(to_hex(*pair->sign(message)) == answer.signature);
    CHECK(to_hex(pair->secret_seed()) == answer.seed);
    CHECK(check_key(pair->public_key()));
    CHECK(verify(pair->public_key(), message, *from_hex(answer.signature)));
  }
}

TEST_CASE("a signature is of these bytes, of this key, and of 64 bytes",
          "[crypto][signature][negative]") {
  const auto pair = *KeyPair::from_seed(Bytes(32, 1));
  const auto other = *KeyPair::from_seed(Bytes(32, 2));
  const Bytes message = to_bytes("refund 14.99 EUR");
  const Signature signature = *pair.sign(message);
  const auto holds = [&](ByteView bytes, ByteView by) {
    return verify(pair.public_key(), bytes, by);
  };
  REQUIRE(holds(message, signature));
  CHECK_FALSE(verify(other.public_key(), message, signature));
  for (std::size_t i = 0; i < 8 * signature.size(); ++i) {
    Signature changed = signature;
    changed[i / 8] = static_cast<std::uint8_t>(changed[i / 8] ^ (1 << i % 8));
    CHECK_FALSE(holds(message, changed));
  }
  for (std::size_t i = 0; i < 8 * message.size(); ++i) {
    Bytes changed = message;
    changed[i / 8] = static_cast<std::uint8_t>(changed[i / 8] ^ (1 << i % 8));
    CHECK_FALSE(holds(changed, signature));
  }
  Bytes longer(signature.begin(), signature.end());
  longer.push_back(0);
  CHECK_FALSE(holds(message, longer));
  for (std::size_t size = 0; size < signature.size(); ++size) {
    CHECK_FALSE(holds(message, ByteView(signature).first(size)));
  }
}

TEST_CASE("a signature has one spelling: S + L is refused", "[crypto][signature][negative]") {
  const auto pair = *KeyPair::from_seed(Bytes(32, 1));
  const Bytes order = *from_hex(group_order);
  for (std::uint8_t i = 0; i < 16; ++i) {
    const Bytes message(1, i);
    Signature signature = *pair.sign(message);
    unsigned carry = 0;
    for (std::size_t byte = 0; byte < 32; ++byte) {
      carry += signature[32 + byte] + order[byte];
      signature[32 + byte] = static_cast<std::uint8_t>(carry);
      carry >>= 8;
    }
    REQUIRE(carry == 0);
    CHECK_FALSE(verify(pair.public_key(), message, signature));
  }
}

TEST_CASE("keys of small or mixed order and other spellings of points are refused",
          "[crypto][signature][negative]") {
  for (const char* key : {// The eight points of small order.
                          "0000000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000080",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                          // Their spellings that are not canonical.
                          "0100000000000000000000000000000000000000000000000000000000000080",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                          // Not on the curve.
                          "0200000000000000000000000000000000000000000000000000000000000000"}) {
    CAPTURE(key);
    CHECK(check_key(key_of(key)).error().code == ErrorCode::key_invalid);
  }
}

TEST_CASE("a generated key signs, and is the key of its seed", "[crypto][signature]") {
  SystemEntropy entropy;
  const KeyPair first = KeyPair::generate(entropy);
  KeyPair second = KeyPair::generate(entropy);
  CHECK(first.public_key() != second.public_key());
  const auto again = KeyPair::from_seed(first.secret_seed());
  REQUIRE(again);
  CHECK(again->public_key() == first.public_key());
  CHECK(check_key(first.public_key()));
  const PublicKey key = second.public_key();
  const KeyPair moved = std::move(second);
  CHECK(verify(key, view("x"), *moved.sign(view("x"))));
}

TEST_CASE("a seed has 32 bytes", "[crypto][signature][negative]") {
  for (const std::size_t size : {0u, 31u, 33u, 64u}) {
    CHECK(KeyPair::from_seed(Bytes(size)).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("a key gets the same verdict however often it is asked about", "[crypto][signature]") {
  // Zero is a point of small order; it must not pass for a place that nothing was kept in.
  const PublicKey zero;
  const PublicKey good = KeyPair::from_seed(Bytes(32, 4))->public_key();
  // As many as are remembered, and more: each displaces another.
  std::vector<PublicKey> others;
  for (int i = 0; i < 3000; ++i) {
    Bytes seed(32, static_cast<std::uint8_t>(i));
    seed[0] = static_cast<std::uint8_t>(i >> 8);
    others.push_back(KeyPair::from_seed(seed)->public_key());
  }
  for (int round = 0; round < 3; ++round) {
    CHECK(check_key(zero).error().code == ErrorCode::key_invalid);
    CHECK(check_key(good));
    // The same place as the good key, by its first bytes.
    PublicKey bad = good;
    bad.bytes[31] ^= 0x40;
    CHECK(check_key(bad).error().code == ErrorCode::key_invalid);
    for (const PublicKey& other : others) {
      if (!check_key(other)) FAIL("a good key was refused");
    }
  }
}
