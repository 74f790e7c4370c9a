// A program outside the tree: it sees the installed headers and one library, nothing else.

#include <entente/crypto/hash.h>
#include <entente/crypto/signature.h>
#include <entente/crypto/system.h>

#include <cstdio>

using namespace entente;

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  ++failures;
}

// FIPS 180-4, the one-block example.
void hash_a_text() {
  expect(to_hex(sha256(view("abc"))) ==
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
         "sha256(\"abc\")");
}

void sign_and_verify() {
  SystemEntropy entropy;
  const KeyPair key = KeyPair::generate(entropy);
  const auto signature = key.sign(view("refund 49.90 EUR"));
  expect(signature.has_value(), "a key in memory signs");
  if (!signature) return;
  expect(verify(key.public_key(), view("refund 49.90 EUR"), *signature), "the signed text");
  expect(!verify(key.public_key(), view("refund 490.0 EUR"), *signature), "another text");
}

// The type of an object made inside the library is known outside it.
void cross_the_border_by_type() {
  SystemEntropy entropy;
  const KeyPair key = KeyPair::generate(entropy);
  const Signer& signer = key;
  expect(dynamic_cast<const KeyPair*>(&signer) != nullptr, "type information is exported");
}

}  // namespace

int main() {
  hash_a_text();
  sign_and_verify();
  cross_the_border_by_type();
  return failures == 0 ? 0 : 1;
}
