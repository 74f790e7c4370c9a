#pragma once
// libsodium, started exactly once.

#include <sodium.h>

#include <cstdlib>

namespace entente {

inline void start_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) std::abort();  // no entropy source: nothing can be signed or sealed
}

}  // namespace entente
