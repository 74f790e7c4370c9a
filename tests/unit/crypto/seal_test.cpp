#include <entente/core/clock.h>
#include <entente/crypto/seal.h>

#include "catch.h"

using namespace entente;

namespace {

// Counts, so that every call gives other bytes and every run the same.
class CountingEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

}  // namespace

TEST_CASE("what was sealed opens under the same key and context", "[crypto][seal]") {
  CountingEntropy entropy;
  const SecretKey key = generate_secret_key(entropy);
  for (const std::size_t size : {0u, 1u, 16u, 63u, 64u, 65u, 4096u}) {
    for (const char* context : {"", "case 1"}) {
      const Bytes plain(size, 7);
      const Bytes sealed = seal(key, plain, view(context), entropy);
      CHECK(sealed.size() == 24 + size + 16);
      CHECK(open(key, sealed, view(context)) == plain);
    }
  }
}

TEST_CASE("sealing twice never gives the same bytes", "[crypto][seal]") {
  CountingEntropy entropy;
  const SecretKey key = generate_secret_key(entropy);
  const Bytes first = seal(key, view("address"), {}, entropy);
  const Bytes second = seal(key, view("address"), {}, entropy);
  CHECK_FALSE(equal(ByteView(first).first(24), ByteView(second).first(24)));
  CHECK_FALSE(equal(ByteView(first).subspan(24), ByteView(second).subspan(24)));
}

TEST_CASE("sealed bytes cannot be moved, changed, cut or opened with another key",
          "[crypto][seal][negative]") {
  CountingEntropy entropy;
  const SecretKey key = generate_secret_key(entropy);
  const Bytes sealed = seal(key, view("address"), view("case 1"), entropy);
  REQUIRE(open(key, sealed, view("case 1")));
  const auto refused = [&](const SecretKey& with, ByteView bytes, std::string_view context) {
    const auto opened = open(with, bytes, view(context));
    return !opened && opened.error().code == ErrorCode::store_corrupt;
  };
  for (const char* context : {"", "case 2", "case 1 ", "case ", "Case 1"}) {
    CHECK(refused(key, sealed, context));
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes changed = sealed;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ (1 << bit));
      CHECK(refused(key, changed, "case 1"));
    }
    CHECK(refused(key, ByteView(sealed).first(i), "case 1"));
  }
  Bytes longer = sealed;
  longer.push_back(0);
  CHECK(refused(key, longer, "case 1"));
  for (std::size_t i = 0; i < key.size(); ++i) {
    SecretKey other = key;
    other[i] ^= 1;
    CHECK(refused(other, sealed, "case 1"));
  }
}

TEST_CASE("the context is not part of the content", "[crypto][seal][negative]") {
  CountingEntropy entropy;
  const SecretKey key = generate_secret_key(entropy);
  const Bytes sealed = seal(key, view("bc"), view("a"), entropy);
  CHECK_FALSE(open(key, sealed, view("ab")));
  CHECK(to_text(*open(key, sealed, view("a"))) == "bc");
}
