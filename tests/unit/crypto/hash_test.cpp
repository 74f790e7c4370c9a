#include <entente/crypto/hash.h>
#include <entente/crypto/mac.h>

#include "catch.h"

using namespace entente;

TEST_CASE("SHA-256 gives the known answers of FIPS 180", "[crypto][hash]") {
  const std::pair<std::string, const char*> answers[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
       "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}};
  for (const auto& [text, digest] : answers) {
    CHECK(to_hex(sha256(view(text))) == digest);
    Sha256 hash;
    for (const char character : text) hash.update(view(std::string_view(&character, 1)));
    CHECK(to_hex(hash.finish()) == digest);
  }
}

TEST_CASE("a digest does not depend on how the bytes are cut", "[crypto][hash]") {
  Bytes bytes(300);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  const Digest whole = sha256(bytes);
  const ByteView all(bytes);
  Sha256 hash;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CHECK(sha256({all.first(cut), all.subspan(cut)}) == whole);
    hash.update(all.first(cut));
    hash.update(all.subspan(cut));
    CHECK(hash.finish() == whole);
  }
}

TEST_CASE("a finished hash starts anew, and one that moved goes on", "[crypto][hash]") {
  Sha256 hash;
  hash.update(view("abc"));
  hash.finish();
  CHECK(hash.finish() == sha256(ByteView{}));
  hash.update(view("ab"));
  Sha256 moved = std::move(hash);
  moved.update(view("c"));
  CHECK(moved.finish() == sha256(view("abc")));
}

TEST_CASE("a digest inside a digest does not disturb it", "[crypto][hash]") {
  const Digest inner = sha256(view("inner"));
  CHECK(sha256({ByteView(sha256(view("inner"))), view("x")}) ==
        sha256({ByteView(inner), view("x")}));
}

TEST_CASE("HMAC-SHA-256 gives the known answers of RFC 4231", "[crypto][hash]") {
  CHECK(to_hex(hmac_sha256(Bytes(20, 0x0b), view("Hi There"))) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256(view("Jefe"), view("what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(Bytes(131, 0xaa),
                           view("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
