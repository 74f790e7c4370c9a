// What other implementers learned to test: Project Wycheproof, C2SP's CCTV, and the cases of
// "Taming the many EdDSAs" (speccheck).
#include <entente/crypto/seal.h>
#include <entente/crypto/signature.h>
#include <entente/text/json.h>

#include <algorithm>

#include "catch.h"
#include "shared_data.h"

using namespace entente;
using namespace entente::tests;

namespace {

Json read_json(const std::filesystem::path& file) {
  return *parse_json(read_file(file), {.bytes_max = 1024 * 1024});
}

Bytes get_hex(const Json& json, const JsonPath& path) { return *from_hex(*json.get_text(path)); }

// What a verifier of the protocol does with a key it meets and a signature of it.
bool accepts(ByteView key_bytes, ByteView message, ByteView signature) {
  const auto key = to_public_key(key_bytes);
  return key && check_key(*key) && verify(*key, message, signature);
}

}  // namespace

TEST_CASE("Wycheproof's Ed25519 signatures get the verdict they ask for", "[crypto][vectors]") {
  const auto file = find_shared("vectors/wycheproof/ed25519_test.json");
  if (!file) return;
  const Json vectors = read_json(*file);
  std::size_t valid = 0;
  std::size_t invalid = 0;
  for (const Json& group : vectors.find("testGroups")->items()) {
    const Bytes key = get_hex(group, {"publicKey", "pk"});
    for (const Json& test : group.find("tests")->items()) {
      CAPTURE(*test.get_integer("tcId"), *test.get_text("comment"));
      const bool wanted = test.get_text("result") == "valid";
      CHECK(accepts(key, get_hex(test, "msg"), get_hex(test, "sig")) == wanted);
      ++(wanted ? valid : invalid);
    }
  }
  CHECK(valid == 88);
  CHECK(invalid == 63);
}

TEST_CASE("of CCTV's 914 edge cases exactly the one without any defect is accepted",
          "[crypto][vectors]") {
  const auto file = find_shared("vectors/cctv-ed25519/ed25519vectors.json");
  if (!file) return;
  const Json vectors = read_json(*file);
  CHECK(vectors.items().size() == 914);
  std::vector<std::int64_t> accepted;
  for (const Json& test : vectors.items()) {
    const auto number = *test.get_integer("number");
    const bool clean = test.find("flags")->items().empty();
    const bool good =
        accepts(get_hex(test, "key"), view(*test.get_text("msg")), get_hex(test, "sig"));
    CAPTURE(number);
    CHECK(good == clean);
    if (good) accepted.push_back(number);
  }
  CHECK(accepted.size() == 1);
}

TEST_CASE("no case of speccheck, all of which verifiers disagree about, is accepted",
          "[crypto][vectors]") {
  const auto file = find_shared("vectors/ed25519-speccheck/cases.json");
  if (!file) return;
  const Json vectors = read_json(*file);
  CHECK(vectors.items().size() == 12);
  for (const Json& test : vectors.items()) {
    CAPTURE(*test.get_text("message"));
    CHECK_FALSE(
        accepts(get_hex(test, "pub_key"), get_hex(test, "message"), get_hex(test, "signature")));
  }
}

TEST_CASE("Wycheproof's XChaCha20-Poly1305 texts open if and only if they should",
          "[crypto][vectors]") {
  const auto file = find_shared("vectors/wycheproof/xchacha20_poly1305_test.json");
  if (!file) return;
  const Json vectors = read_json(*file);
  std::size_t opened_count = 0;
  std::size_t refused_count = 0;
  for (const Json& group : vectors.find("testGroups")->items()) {
    // A nonce of another size has no place in our form.
    if (group.get_integer("ivSize") != 192) continue;
    for (const Json& test : group.find("tests")->items()) {
      CAPTURE(*test.get_integer("tcId"), *test.get_text("comment"));
      SecretKey key{};
      std::ranges::copy(get_hex(test, "key"), key.begin());
      Bytes sealed = get_hex(test, "iv");
      append(sealed, ByteView(get_hex(test, "ct")));
      append(sealed, ByteView(get_hex(test, "tag")));
      const auto opened = open(key, sealed, get_hex(test, "aad"));
      if (test.get_text("result") == "valid") {
        CHECK(opened == get_hex(test, "msg"));
        ++opened_count;
      } else {
        CHECK(opened.error().code == ErrorCode::store_corrupt);
        ++refused_count;
      }
    }
  }
  CHECK(opened_count > 200);
  CHECK(refused_count > 50);
}
