// What other implementers learned to test: Project Wycheproof, C2SP's CCTV, and the cases of
// "Taming the many EdDSAs" (speccheck). Our verdicts are in conformance/verdicts/.
#include <entente/crypto/seal.h>
#include <entente/crypto/signature.h>
#include <entente/text/json.h>

#include <algorithm>

#include "catch.h"
#include "shared_data.h"
#include "verdicts.h"

using namespace entente;
using namespace entente::tests;

namespace {

Json read_json(const std::filesystem::path& file) {
  return *parse_json(read_file(file), {.bytes_max = 1024 * 1024});
}

Bytes get_hex(const Json& json, const JsonPath& path) { return *from_hex(*json.get_text(path)); }

// What a verifier of the protocol does with a key it meets and a signature of it.
std::string_view say(ByteView key_bytes, ByteView message, ByteView signature) {
  const auto key = to_public_key(key_bytes);
  if (!key) return word_of(key);
  if (const Status sound = check_key(*key); !sound) return word_of(sound);
  return verify(*key, message, signature) ? "ok" : name(ErrorCode::signature_invalid);
}

Theirs result_of(const Json& test) {
  return test.get_text("result") == "valid" ? Theirs::good : Theirs::bad;
}

// A nonce of another size has no place in our form.
std::string_view say_to_sealed(const Json& group, const Json& test) {
  if (group.get_integer("ivSize") != 192) return "outside";
  SecretKey key{};
  std::ranges::copy(get_hex(test, "key"), key.begin());
  Bytes sealed = get_hex(test, "iv");
  append(sealed, ByteView(get_hex(test, "ct")));
  append(sealed, ByteView(get_hex(test, "tag")));
  const auto opened = open(key, sealed, get_hex(test, "aad"));
  if (opened) CHECK(*opened == get_hex(test, "msg"));
  return word_of(opened);
}

}  // namespace

TEST_CASE("Wycheproof's Ed25519 signatures get the verdicts listed", "[crypto][vectors]") {
  auto list = Verdicts::find("wycheproof-ed25519");
  if (!list) return;
  const Json vectors = read_json(list->data());
  for (const Json& group : vectors.find("testGroups")->items()) {
    const Bytes key = get_hex(group, {"publicKey", "pk"});
    for (const Json& test : group.find("tests")->items()) {
      list->meet(*test.get_integer("tcId"), result_of(test),
                 say(key, get_hex(test, "msg"), get_hex(test, "sig")));
    }
  }
  CHECK(list->complaints() == "");
}

TEST_CASE("CCTV's edge cases get the verdicts listed", "[crypto][vectors]") {
  auto list = Verdicts::find("cctv-ed25519");
  if (!list) return;
  const Json vectors = read_json(list->data());
  for (const Json& test : vectors.items()) {
    // Without a flag a signature has no defect; the others are left to the implementation.
    const bool clean = test.find("flags")->items().empty();
    list->meet(*test.get_integer("number"), clean ? Theirs::good : Theirs::open,
               say(get_hex(test, "key"), view(*test.get_text("msg")), get_hex(test, "sig")));
  }
  CHECK(list->complaints() == "");
}

TEST_CASE("the cases that Ed25519 verifiers disagree about get the verdicts listed",
          "[crypto][vectors]") {
  auto list = Verdicts::find("ed25519-speccheck");
  if (!list) return;
  std::int64_t number = 0;
  const Json vectors = read_json(list->data());
  for (const Json& test : vectors.items()) {
    list->meet(number++, Theirs::open,
               say(get_hex(test, "pub_key"), get_hex(test, "message"), get_hex(test, "signature")));
  }
  CHECK(list->complaints() == "");
}

TEST_CASE("Wycheproof's XChaCha20-Poly1305 texts get the verdicts listed", "[crypto][vectors]") {
  auto list = Verdicts::find("wycheproof-xchacha20-poly1305");
  if (!list) return;
  const Json vectors = read_json(list->data());
  for (const Json& group : vectors.find("testGroups")->items()) {
    for (const Json& test : group.find("tests")->items()) {
      CAPTURE(*test.get_integer("tcId"));
      list->meet(*test.get_integer("tcId"), result_of(test), say_to_sealed(group, test));
    }
  }
  CHECK(list->complaints() == "");
}
