// Every bit of many envelopes turned, and every length cut: nothing of it may be admitted.
#include <entente/wire/admission.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

template <class T>
void check_no_flip_is_admitted(Bytes bytes) {
  REQUIRE(Admission::admit<T>(bytes).has_value());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto flip = static_cast<std::uint8_t>(1u << (bit % 8));
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ flip);
    if (Admission::admit<T>(bytes)) FAIL("bit " << bit << " does not count");
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ flip);
  }
}

template <class T>
void check_no_cut_is_admitted(ByteView bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (Admission::admit<T>(bytes.first(size))) FAIL("cut to " << size);
    if (Admission::admit<T>(bytes.last(size))) FAIL("the last " << size);
  }
}

template <class T>
void check(const T& value, std::uint8_t key) {
  const Bytes bytes = *sign(value, samples::key(key));
  check_no_flip_is_admitted<T>(bytes);
  check_no_cut_is_admitted<T>(bytes);
}

}  // namespace

TEST_CASE("no turned bit and no cut of any message is admitted", "[wire]") {
  const auto messages = samples::messages();
  REQUIRE(messages.size() >= 50);
  for (const Message& message : messages) check(message, samples::signer_of(message));
}

TEST_CASE("no turned bit and no cut of any other kind is admitted", "[wire]") {
  check(samples::card(), samples::root_key);
  check(samples::mandate(), samples::principal_key);
  check(samples::approval(), samples::principal_key);
  check(samples::read(), samples::assistant_key);
  check(samples::refusal(), samples::brand_key);
}
