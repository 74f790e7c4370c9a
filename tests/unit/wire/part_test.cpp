#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/wire/part.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

Part sample_part(std::string_view content) {
  SeededEntropy entropy(1);
  return make_part(PartClass::prose, "text/plain", view(content), entropy);
}

}  // namespace

TEST_CASE("a part's digest is the formula of the specification", "[wire]") {
  const Part part = sample_part("It stopped heating.");
  Bytes hashed = to_bytes(std::string_view("entente/part/v1\0", 16));
  append(hashed, part.salt);
  append_u64(hashed, 19);
  append_u16(hashed, 10);
  append(hashed, "text/plain");
  append(hashed, "It stopped heating.");
  CHECK(part_digest(part) == sha256(hashed));
}

TEST_CASE("whatever changes in a part changes its digest", "[wire]") {
  const Part part = sample_part("abc");
  Part other = part;
  other.content[0] ^= 1;
  CHECK(part_digest(other) != part_digest(part));
  other = part;
  other.salt[31] ^= 1;
  CHECK(part_digest(other) != part_digest(part));
  other = part;
  other.media_type = "text/plaim";
  CHECK(part_digest(other) != part_digest(part));
  // Content cannot pass for the end of the media type.
  other = part;
  other.media_type += "a";
  other.content.erase(other.content.begin());
  CHECK(part_digest(other) != part_digest(part));
}

TEST_CASE("equal content has another digest under another salt", "[wire]") {
  SeededEntropy entropy(2);
  const Part one = make_part(PartClass::prose, "text/plain", view("yes"), entropy);
  const Part two = make_part(PartClass::prose, "text/plain", view("yes"), entropy);
  CHECK(part_digest(one) != part_digest(two));
}

TEST_CASE("a part is found by everything its reference says", "[wire]") {
  const std::vector<Part> parts = {sample_part("one"), sample_part("two")};
  const PartRef ref = reference(parts[1]);
  CHECK(find_part(parts, ref) == &parts[1]);
  PartRef wrong = ref;
  wrong.part_class = PartClass::special;
  CHECK(find_part(parts, wrong) == nullptr);
  wrong = ref;
  wrong.bytes += 1;
  CHECK(find_part(parts, wrong) == nullptr);
  wrong = ref;
  wrong.media_type = "text/html";
  CHECK(find_part(parts, wrong) == nullptr);
  wrong = ref;
  wrong.digest = samples::digest(1);
  CHECK(find_part(parts, wrong) == nullptr);
}

TEST_CASE("a part that no message names is refused", "[wire]") {
  const Part named = sample_part("named");
  Message message = samples::message(Inform{.text = 0});
  message.parts = {reference(named)};
  CHECK(check_parts(message, {}).has_value());
  CHECK(check_parts(message, std::vector{named}).has_value());
  Part altered = named;
  altered.content.push_back('!');
  for (const Part& bad : {sample_part("stray"), altered}) {
    const auto status = check_parts(message, std::vector{named, bad});
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().code == ErrorCode::part_mismatch);
  }
  Part huge = named;
  huge.content.resize(limits::part_bytes_max + 1);
  CHECK(check_parts(message, std::vector{huge}).error().code == ErrorCode::too_large);
}

TEST_CASE("derived digests are kept apart by their labels and inputs", "[wire]") {
  const Digest source = samples::digest(1);
  const Digest other = samples::digest(2);
  CHECK(perform_key(source, 1) != perform_key(source, 2));
  CHECK(perform_key(source, 1) != perform_key(other, 1));
  CHECK(perform_key(source, 256) != perform_key(source, 1));
  CHECK(commitment(source, other) != commitment(other, source));
  CHECK(commitment(source, other) != blind_case(source, other));
  CHECK(to_hex(perform_key(Digest{}, 1)) ==
        "9229c491623adc66277412d30b93cffca75f94559c81e86e16c30784f8e853ee");
  CHECK(to_hex(commitment(Digest{}, view("x"))) ==
        "04b449d8c539bf36ca17fedbb44e028dca1df1bfeb5b93eefd26bfee5b447943");
  CHECK(to_hex(blind_case(view("secret"), Digest{})) ==
        "e000039cd7f944d5b642c19430ae09b1aa189ea74a0a480585d28feaa7ea618d");
}
