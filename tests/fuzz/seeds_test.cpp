// Every target runs over its seeds, and over bent ones, in the ordinary build: so that what was
// found stays found, and that a target still says something. libFuzzer goes further.
#include <cstdlib>
#include <random>

#include "catch.h"
#include "seeds.h"
#include "shared_data.h"

using namespace entente;

namespace {

class Bender {
 public:
  explicit Bender(std::uint32_t seed) : random_(seed) {}

  // A few bytes turned, cut out or doubled.
  Bytes bend(Bytes bytes) {
    for (std::size_t changes = 1 + below(4); changes > 0 && bytes.size() > 2; --changes) {
      const auto at = static_cast<std::ptrdiff_t>(below(bytes.size() - 1));
      const auto count = static_cast<std::ptrdiff_t>(1 + below(8));
      const auto end = std::min(bytes.end(), bytes.begin() + at + count);
      switch (below(4)) {
        case 0:
          bytes.erase(bytes.begin() + at, end);
          break;
        case 1: {
          const Bytes doubled(bytes.begin() + at, end);
          bytes.insert(bytes.begin() + at, doubled.begin(), doubled.end());
          break;
        }
        default:
          bytes[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1u << below(8));
      }
    }
    return bytes;
  }

 private:
  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  std::mt19937 random_;
};

std::size_t bent_per_seed(std::string_view target) {
  const char* full = std::getenv("ENTENTE_FULL");
  if (full != nullptr && std::string_view(full) == "1") return 10;
  return target == "audit" || target == "casefile" ? 1 : 4;
}

void run(const fuzz::Target& target, const Bytes& bytes) {
  try {
    target.run(bytes);
  } catch (const std::exception& broken) {
    FAIL(target.name << ": " << broken.what() << "\n" << to_base64(bytes));
  }
}

}  // namespace

TEST_CASE("every fuzz target comes back from each of its seeds, and from bent ones", "[fuzz]") {
  Bender bender(1);
  // Those of our own, and many more where others' data is there.
  const std::size_t least = tests::find_shared("vectors") ? 20 : 5;
  for (const fuzz::Target& target : fuzz::targets) {
    CAPTURE(target.name);
    const auto seeds = fuzz::seeds_of(target.name);
    CHECK(seeds.size() >= least);
    for (const Bytes& seed : seeds) {
      run(target, seed);
      for (std::size_t i = bent_per_seed(target.name); i > 0; --i) run(target, bender.bend(seed));
    }
  }
}
