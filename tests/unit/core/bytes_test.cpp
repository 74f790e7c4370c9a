#include <entente/core/bytes.h>

#include "catch.h"

using namespace entente;

TEST_CASE("hex and base64 give back what they were given", "[core]") {
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
    CHECK(*from_hex(to_hex(bytes)) == bytes);
    CHECK(*from_base64(to_base64(bytes)) == bytes);
  }
}

TEST_CASE("a byte string has one spelling only", "[core][negative]") {
  for (const char* text : {"0", "AB", "0g", " 00", "00 "}) {
    CAPTURE(text);
    CHECK(from_hex(text).error().code == ErrorCode::malformed);
  }
  for (const char* text :
       {"A", "AA", "AA=", "AB==", "AAB=", "AA==\n", "A A=", "AA==AA==", "-_8="}) {
    CAPTURE(text);
    CHECK(from_base64(text).error().code == ErrorCode::malformed);
  }
}

TEST_CASE("integers are written with the high byte first", "[core]") {
  Bytes bytes;
  append_u16(bytes, 0x0102);
  append_u64(bytes, 0x0304050607080910);
  CHECK(to_hex(bytes) == "01020304050607080910");
}
