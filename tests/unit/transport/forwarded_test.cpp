#include "transport/forwarded.h"

#include "catch.h"

using namespace entente;
using namespace entente::http;

namespace {

const std::string proxy = "10.0.0.1";
const std::string stranger = "203.0.113.9";

std::string client_of(const HttpHeaders& fields, const std::string& peer = proxy) {
  const auto proxies = TrustedProxies::make({"10.0.0.0/8", "2001:db8:ffff::/48"});
  REQUIRE(proxies);
  const auto client = proxies->client_of(fields, parse_address(peer).value());
  return client ? write_address(*client) : std::to_string(client.error().status);
}

std::string by_list(const std::string& value, const std::string& peer = proxy) {
  return client_of({{"x-forwarded-for", value}}, peer);
}

std::string by_elements(const std::string& value, const std::string& peer = proxy) {
  return client_of({{"forwarded", value}}, peer);
}

}  // namespace

TEST_CASE("behind a trusted proxy the client is who the proxy says", "[transport]") {
  CHECK(by_list("192.0.2.7") == "192.0.2.7");
  CHECK(by_list("192.0.2.7:4711") == "192.0.2.7");
  CHECK(by_list("2001:db8::7") == "2001:db8::7");
  CHECK(by_list("[2001:db8::7]") == "2001:db8::7");
  CHECK(by_list("[2001:db8::7]:4711") == "2001:db8::7");
  CHECK(by_list("192.0.2.7", "2001:db8:ffff::1") == "192.0.2.7");
  CHECK(by_elements("for=192.0.2.7") == "192.0.2.7");
  CHECK(by_elements("For=\"192.0.2.7:4711\";proto=https;by=10.0.0.1") == "192.0.2.7");
  CHECK(by_elements("proto=https;for=\"[2001:db8::7]:4711\"") == "2001:db8::7");
  CHECK(by_elements("for=\"192.0.2.7\";host=\"a,b;for=192.0.2.8\"") == "192.0.2.7");
}

TEST_CASE("what a stranger says of himself is not believed", "[transport][negative]") {
  CHECK(by_list("192.0.2.7", stranger) == stranger);
  CHECK(by_elements("for=192.0.2.7", stranger) == stranger);
  CHECK(by_list("10.0.0.1, 192.0.2.7", stranger) == stranger);
  CHECK(client_of({{"x-forwarded-for", "a"}, {"forwarded", "b"}}, stranger) == stranger);
  CHECK(client_of({{"x-real-ip", "192.0.2.7"}, {"client-ip", "192.0.2.7"}}) == proxy);
}

TEST_CASE("of several entries the rightmost that is no proxy counts", "[transport][negative]") {
  const std::vector<std::string> lists = {
      "192.0.2.66, 203.0.113.9",                // the stranger invented the first
      "192.0.2.66,203.0.113.9,10.0.0.2",        // two proxies
      "10.0.0.7, 203.0.113.9, 10.0.0.2",        // he claims to be one of ours
      "unknown, 203.0.113.9",                   //
      "\", 203.0.113.9",                        // an open quote
      ",,, ,203.0.113.9",                       //
      "203.0.113.9, 10.0.0.3 , 10.0.0.2",       //
      "192.0.2.66, ::ffff:203.0.113.9",         // another spelling
      "::ffff:10.0.0.7, 203.0.113.9:80",        //
      std::string(2'000, ',') + "203.0.113.9",  //
  };
  for (const auto& list : lists) {
    CAPTURE(list);
    CHECK(by_list(list) == stranger);
  }
  CHECK(by_elements("for=192.0.2.66, for=203.0.113.9") == stranger);
  CHECK(by_elements("for=192.0.2.66, for=203.0.113.9;proto=https, for=10.0.0.2") == stranger);
  CHECK(by_elements("for=\", for=203.0.113.9") == stranger);
  CHECK(by_elements("for=\", for=\"203.0.113.9:80\"") == stranger);
  CHECK(by_elements("x=\"\\\", for=203.0.113.9;host=\"a,\\\"b\"") == stranger);
  CHECK(client_of({{"x-forwarded-for", "192.0.2.66"}, {"x-forwarded-for", "203.0.113.9"}}) ==
        stranger);
}

TEST_CASE("where an entry names nobody, the proxy that wrote it stands for its clients",
          "[transport][negative]") {
  CHECK(client_of({}) == proxy);
  for (const char* value : {"", "unknown", "_hidden", "localhost", "192.0.2.7, unknown", "192.0.2",
                            "192.0.2.7,", "[2001:db8::7", "1.2.3.4:5:6"}) {
    CAPTURE(value);
    CHECK(by_list(value) == proxy);
  }
  for (const char* value : {"", "for=unknown", "for=_hidden", "proto=https", "192.0.2.7", "for=",
                            "for", "xfor=192.0.2.7", "for=\"192.0.2.7", "for=192.0.2.7, proto=x"}) {
    CAPTURE(value);
    CHECK(by_elements(value) == proxy);
  }
  CHECK(by_list("unknown, 10.0.0.2") == "10.0.0.2");
  CHECK(by_list("10.0.0.3, 10.0.0.2") == "10.0.0.3");  // one of ours asks itself
}

TEST_CASE("a request with both fields is refused: one of them came from outside",
          "[transport][negative]") {
  CHECK(client_of({{"x-forwarded-for", "192.0.2.7"}, {"forwarded", "for=192.0.2.7"}}) == "400");
}

TEST_CASE("a trusted proxy must be an address or a block of them", "[transport][negative]") {
  for (const char* text : {"", "localhost", "10.0.0.0/33", "10.0.0.0-10.0.0.9", "*"}) {
    CAPTURE(text);
    CHECK(TrustedProxies::make({text}).error().code == ErrorCode::config_invalid);
  }
  CHECK(TrustedProxies::make({}));
}
