#include <entente/transport/certificate.h>

#include "catch.h"

using namespace entente;

TEST_CASE("an authority and its leaf come as PEM, new each time", "[transport]") {
  const auto first = make_test_authority({"kettle.example", "127.0.0.1", "::1", "*.example"}, 0);
  const auto second = make_test_authority({"kettle.example"}, 0);
  REQUIRE(first);
  REQUIRE(second);
  for (const auto& pem : {first->ca_pem, first->certificate_pem}) {
    CHECK(pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
    CHECK(pem.ends_with("-----END CERTIFICATE-----\n"));
  }
  CHECK(first->key_pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
  CHECK(first->ca_pem != first->certificate_pem);
  CHECK(first->ca_pem != second->ca_pem);
  CHECK(first->key_pem != second->key_pem);
}

TEST_CASE("a name that would say something else in a certificate is refused",
          "[transport][negative]") {
  using Names = std::vector<std::string>;
  for (const Names& names :
       {Names{}, Names{""}, Names{"a,DNS:b"}, Names{"a b"}, Names{"a\n"}, Names{"dirName:x"},
        Names{"good.example", "user@bad"}, Names{std::string(254, 'a')}}) {
    CHECK(make_test_authority(names, 0).error().code == ErrorCode::wrong_use);
  }
}
