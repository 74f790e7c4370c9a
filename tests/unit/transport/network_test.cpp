#include "transport/network.h"

#include "catch.h"

using namespace entente::http;

namespace {

Place place(std::string_view text) {
  const auto address = parse_address(text);
  REQUIRE(address);
  return place_of(*address);
}

bool holds(std::string_view network, std::string_view address) {
  const auto parsed = parse_network(network);
  REQUIRE(parsed);
  return is_in(parse_address(address).value(), *parsed);
}

}  // namespace

TEST_CASE("an address is written as it was read, and a mapped one as IPv4", "[transport]") {
  for (const char* text : {"192.0.2.7", "127.0.0.1", "2001:db8::7", "::1", "::"}) {
    CHECK(write_address(parse_address(text).value()) == text);
  }
  CHECK(write_address(parse_address("::ffff:192.0.2.7").value()) == "192.0.2.7");
  CHECK(write_address(parse_address("fe80::1%eth0").value()) == "fe80::1");
}

TEST_CASE("what is no address in plain numbers is none", "[transport][negative]") {
  for (const char* text : {"", "localhost", "1", "127.1", "0x7f.0.0.1", "192.0.2.7:80", "192.0.2",
                           "192.0.2.256", "[::1]", "::1::", "2001:db8::g", " ::1", "_hidden"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
}

TEST_CASE("a network holds the addresses that share its first bits", "[transport]") {
  CHECK(holds("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  CHECK(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
  CHECK(holds("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(holds("192.0.2.7", "192.0.2.6"));
  CHECK(holds("0.0.0.0/0", "192.0.2.7"));
  CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::7"));
  CHECK(holds("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(holds("::/0", "2001:db8::7"));
}

TEST_CASE("what is no network is none", "[transport][negative]") {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/+8",
        "2001:db8::/129", "fe80::1%eth0", "a/8", "10.0.0.0/8/8"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_network(text));
  }
}

TEST_CASE("a place is an IPv4 address or an IPv6 /64, in whatever spelling", "[transport]") {
  CHECK(place("192.0.2.7") == place("::ffff:192.0.2.7"));
  CHECK(place("192.0.2.7") != place("192.0.2.8"));
  CHECK(place("2001:db8:0:1::") == place("2001:db8:0:1:ffff:ffff:ffff:ffff"));
  CHECK(place("2001:db8:0:1::1") != place("2001:db8:0:2::1"));
  CHECK(place("::1") != place("127.0.0.1"));
}
