#include <entente/crypto/system.h>

#include <chrono>

#include "sodium.h"

namespace entente {

void SystemEntropy::fill(std::span<std::uint8_t> out) {
  start_sodium();
  randombytes_buf(out.data(), out.size());
}

std::int64_t SystemClock::now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace entente
