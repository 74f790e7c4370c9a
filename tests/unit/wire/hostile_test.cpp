// Bytes that nobody's encoder wrote.
#include <entente/core/limits.h>
#include <entente/wire/codec.h>
#include <entente/wire/retention.h>

#include "catch.h"
#include "samples.h"

using namespace entente;
using namespace entente::tests;

namespace {

Bytes words(std::initializer_list<std::uint64_t> list) {
  Bytes bytes;
  for (const std::uint64_t word : list) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  return bytes;
}

constexpr std::uint64_t struct_pointer(std::uint32_t offset, std::uint64_t data,
                                       std::uint64_t pointers) {
  return (std::uint64_t{offset} << 2) | (data << 32) | (pointers << 48);
}
constexpr std::uint64_t list_pointer(std::uint32_t offset, std::uint64_t size,
                                     std::uint64_t count) {
  return 1 | (std::uint64_t{offset} << 2) | (size << 32) | (count << 35);
}
constexpr std::uint64_t far_pointer(std::uint64_t offset, std::uint64_t segment, bool twice) {
  return 2 | (twice ? 4u : 0u) | (offset << 3) | (segment << 32);
}

// Refused, whatever it is read as. True if all said so without losing their heads.
bool refused_by_all(ByteView bytes) {
  return !decode<Message>(bytes) && !decode<Card>(bytes) && !decode<Mandate>(bytes) &&
         !decode<Approval>(bytes) && !decode<Read>(bytes) && !decode<Refusal>(bytes) &&
         !decode<Envelope>(bytes) && !decode<Parcel>(bytes) && !decode<LogEntry>(bytes) &&
         !decode<Facts>(bytes) && !decode<DecisionRecord>(bytes) &&
         !decode<PerformanceRecord>(bytes) && !decode<HandoffClockRecord>(bytes) &&
         !decode<FreezeRecord>(bytes) && !decode<ErasureRecord>(bytes) &&
         !decode<HoldRecord>(bytes) && !decode<CheckpointSeenRecord>(bytes);
}

template <class T>
ErrorCode code_of(ByteView bytes) {
  const auto value = decode<T>(bytes);
  REQUIRE_FALSE(value.has_value());
  return value.error().code;
}

}  // namespace

TEST_CASE("nothing, and less than a word, are refused", "[wire]") {
  CHECK(refused_by_all({}));
  for (std::size_t size = 1; size < 8; ++size) CHECK(refused_by_all(Bytes(size, 0)));
  CHECK(refused_by_all(Bytes(8192, 0xff)));
}

TEST_CASE("a list of half a billion nothings is not walked", "[wire]") {
  constexpr std::uint64_t many = (1u << 29) - 1;
  // Void, which takes no bytes, in each of the first pointers of the root.
  for (std::uint64_t place = 0; place < 9; ++place) {
    Bytes bomb = words({struct_pointer(0, 2, 9), 1, 1});
    for (std::uint64_t i = 0; i < 9; ++i) {
      append(bomb, words({i == place ? list_pointer(0, 0, many) : 0}));
    }
    CAPTURE(place);
    CHECK(refused_by_all(bomb));
  }
  // As structs of no size, which Cap'n Proto would let them be.
  const Bytes facts =
      words({struct_pointer(0, 2, 2), 0, 0, 0, list_pointer(0, 7, 0) | 3, many << 2});
  CHECK(refused_by_all(facts));
}

TEST_CASE("pointers that share what they point at are counted each time", "[wire]") {
  // 1,000 rows, each of them the same 1,000 empty rows.
  Bytes bytes = words({struct_pointer(0, 2, 2), 0, 0, 0, list_pointer(0, 6, 1000)});
  for (int i = 0; i < 1000; ++i) append(bytes, words({list_pointer(0, 0, 1u << 28)}));
  CHECK(refused_by_all(bytes));
}

TEST_CASE("a row within a row is refused at once", "[wire]") {
  Facts facts;
  facts.facts = {{"rows", Rows{{Row{{{"inner", Scalar(Unknown{})}}}}}}};
  Bytes bytes = encode(facts);
  REQUIRE(decode<Facts>(bytes).has_value());
  // The discriminant of the inner fact: the only word whose first half-word is `unknown`.
  std::size_t changed = 0;
  for (std::size_t at = bytes.size(); at >= 2 && changed == 0; at -= 2) {
    Bytes altered = bytes;
    if (altered[at - 2] != 1 || altered[at - 1] != 0) continue;
    altered[at - 2] = 9;
    const auto value = decode<Facts>(altered);
    REQUIRE_FALSE(value.has_value());
    if (value.error().code == ErrorCode::malformed) ++changed;
  }
  CHECK(changed == 1);
}

TEST_CASE("far pointers are refused, to this segment and to others", "[wire]") {
  const Bytes good = encode(samples::mandate());
  for (const bool twice : {false, true}) {
    for (const std::uint64_t segment : {0u, 1u, 4'000'000'000u}) {
      for (const std::uint64_t offset : {0u, 1u, 2u, 1u << 28}) {
        Bytes far = words({far_pointer(offset, segment, twice)});
        append(far, good);
        CHECK(refused_by_all(far));
        // Over the root pointer, and over each word after it.
        for (std::size_t at = 0; at + 8 <= good.size(); at += 8) {
          Bytes altered = good;
          const Bytes pointer = words({far_pointer(offset, segment, twice)});
          std::copy(pointer.begin(), pointer.end(), altered.begin() + static_cast<long>(at));
          const auto value = decode<Mandate>(altered);
          CHECK((!value || *value != samples::mandate()));
        }
      }
    }
  }
}

TEST_CASE("a stream frame around the bytes is refused, and so are several segments", "[wire]") {
  const Bytes good = encode(samples::mandate());
  for (const std::uint64_t segments : {1u, 2u, 3u}) {
    Bytes framed = words({(segments - 1) | (static_cast<std::uint64_t>(good.size() / 8) << 32)});
    append(framed, good);
    CHECK(refused_by_all(framed));
  }
}

TEST_CASE("a byte more or less is another message", "[wire]") {
  const Bytes good = encode(samples::card());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(decode<Card>(ByteView(good).first(size)).has_value());
  }
  Bytes longer = good;
  for (int words_more = 0; words_more < 3; ++words_more) {
    longer.resize(longer.size() + 8);
    CHECK(code_of<Card>(longer) == ErrorCode::not_canonical);
  }
}

TEST_CASE("every bit counts: no two byte strings give one value", "[wire]") {
  const Bytes good = encode(samples::refusal());
  std::size_t taken = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes altered = good;
    altered[bit / 8] = static_cast<std::uint8_t>(altered[bit / 8] ^ (1u << (bit % 8)));
    const auto value = decode<Refusal>(altered);
    if (!value) continue;
    ++taken;
    CHECK_FALSE(*value == samples::refusal());
    CHECK(encode(*value) == altered);
  }
  CHECK(taken > 0);  // other digests and times are messages, too
}

TEST_CASE("what is larger than its kind may be is not read", "[wire]") {
  CHECK(code_of<Message>(Bytes(limits::envelope_bytes_max + 8, 0)) == ErrorCode::too_large);
  CHECK(code_of<Parcel>(Bytes(limits::parcel_bytes_max + 8, 0)) == ErrorCode::too_large);
  CHECK(code_of<LogEntry>(Bytes(limits::leaf_bytes_max + 1, 0)) == ErrorCode::too_large);
}

TEST_CASE("noise is refused", "[wire]") {
  SeededEntropy entropy(7);
  for (int round = 0; round < 2000; ++round) {
    Bytes noise(8 * (1 + static_cast<std::size_t>(round) % 60));
    entropy.fill(noise);
    // A root that looks like a struct takes the reader further in.
    const Bytes root = words({struct_pointer(0, 3, 6)});
    if (round % 2 == 0) std::copy(root.begin(), root.end(), noise.begin());
    CHECK(refused_by_all(noise));
  }
}
