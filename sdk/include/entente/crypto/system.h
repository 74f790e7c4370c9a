#pragma once
// The operating system's chance and time, for programs; tests and replay bring their own.

#include <entente/core/clock.h>

namespace entente {

class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

class SystemClock final : public Clock {
 public:
  std::int64_t now_ms() override;
};

// How long the machine has been up, sleep included. Nobody can set it.
class SystemUptime final : public Clock {
 public:
  std::int64_t now_ms() override;
};

}  // namespace entente
