#include "agent/sorted_spool.h"

#include <algorithm>

#include "catch.h"

using namespace entente;

namespace {

std::vector<std::string> read_back(SortedSpool& spool) {
  std::vector<std::string> records;
  REQUIRE(spool.each([&](std::string_view record) { records.emplace_back(record); }));
  return records;
}

// Of every length up to a hundred, with any byte in it, in no order.
std::string some_record(std::uint64_t number) {
  const std::uint64_t mixed = number * 0x9E3779B97F4A7C15u;
  std::string record;
  for (std::uint64_t i = 0; i < mixed % 101; ++i) {
    record += static_cast<char>(mixed >> (i % 8 * 8) ^ i);
  }
  return record;
}

}  // namespace

TEST_CASE("a spool gives back in order what it was given, held or on the disk", "[agent]") {
  constexpr std::size_t record_bytes = sizeof(std::string);
  constexpr std::size_t more_than_three_runs = 4 * SortedSpool::memory_bytes_max / record_bytes;
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, more_than_three_runs}) {
    INFO(count);
    SortedSpool spool;
    std::vector<std::string> due;
    for (std::uint64_t i = 0; i < count; ++i) {
      due.push_back(some_record(i));
      REQUIRE(spool.add(due.back()));
    }
    std::ranges::sort(due);
    CHECK(read_back(spool) == due);
  }
}

TEST_CASE("a spool takes records longer than what it reads at once, and longer than it holds",
          "[agent]") {
  SortedSpool spool;
  const std::vector<std::string> due = {"a", std::string(SortedSpool::memory_bytes_max + 1, 'b'),
                                        std::string(100'000, 'c')};
  for (const std::size_t at : {2u, 1u, 0u}) REQUIRE(spool.add(due[at]));
  CHECK(read_back(spool) == due);
}
