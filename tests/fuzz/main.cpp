// The door that libFuzzer knows: one executable per target.
#include "fuzz.h"

// NOLINTNEXTLINE(readability-identifier-naming): its name is the interface
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  entente::fuzz::ENTENTE_FUZZ_TARGET({data, size});
  return 0;
}
