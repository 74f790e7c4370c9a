#include "transport/address_filter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>
#include <string>

#include "catch.h"

using namespace entente;

namespace {

bool is_public(const std::string& text) {
  sockaddr_storage storage{};
  auto& generic = reinterpret_cast<sockaddr&>(storage);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&storage, &v4, sizeof v4);
  } else {
    REQUIRE(inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1);
    v6.sin6_family = AF_INET6;
    std::memcpy(&storage, &v6, sizeof v6);
  }
  return http::is_public(generic);
}

}  // namespace

TEST_CASE("public addresses may be connected to, up to the edge of each special block",
          "[transport]") {
  for (const char* address :
       {"1.1.1.1",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",       "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",      "191.255.255.255",
        "192.0.1.0",       "192.0.3.0",       "192.167.255.255", "192.169.0.0",
        "198.17.255.255",  "198.20.0.0",      "198.51.99.255",   "198.51.101.0",
        "203.0.112.255",   "203.0.114.0",     "223.255.255.255", "2001:200::1",
        "2001:4860::8888", "2606:4700::1111", "2a00::1",         "3ffe::1",
        "2001:db7::1",     "2001:db9::1",     "2003::1",         "::ffff:1.1.1.1",
        "64:ff9b::8.8.8.8"}) {
    CAPTURE(address);
    CHECK(is_public(address));
  }
}

TEST_CASE("special addresses are refused, first and last of each block", "[transport][negative]") {
  for (const char* address : {"0.0.0.0",
                              "0.255.255.255",
                              "10.0.0.0",
                              "10.255.255.255",
                              "100.64.0.0",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.0.0",
                              "169.254.169.254",
                              "172.16.0.0",
                              "172.31.255.255",
                              "192.0.0.0",
                              "192.0.0.170",
                              "192.0.2.1",
                              "192.31.196.1",
                              "192.52.193.1",
                              "192.88.99.1",
                              "192.168.0.0",
                              "192.168.255.255",
                              "192.175.48.1",
                              "198.18.0.0",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.7",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.0",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "::8.8.8.8",
                              "::ffff:127.0.0.1",
                              "::ffff:10.1.2.3",
                              "::ffff:169.254.169.254",
                              "64:ff9b::127.0.0.1",
                              "64:ff9b::10.0.0.1",
                              "64:ff9b:0:0:1::8.8.8.8",
                              "64:ff9b:1::1",
                              "100::1",
                              "2001::1",
                              "2001:1ff:ffff::1",
                              "2001:db8::1",
                              "2002:7f00:1::",
                              "2002:0808:0808::1",
                              "2620:4f:8000::1",
                              "3fff::1",
                              "3fff:fff::1",
                              "4000::1",
                              "5f00::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "ff0e::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public(address));
  }
}

TEST_CASE("an address of another family is never public", "[transport][negative]") {
  sockaddr_storage storage{};
  for (const int family : {AF_UNSPEC, AF_UNIX, AF_NETLINK, AF_PACKET}) {
    storage.ss_family = static_cast<sa_family_t>(family);
    CHECK_FALSE(http::is_public(reinterpret_cast<const sockaddr&>(storage)));
  }
}
