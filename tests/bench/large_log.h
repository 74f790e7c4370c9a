#pragma once
// Logs as large as years of business make them, for the benchmarks: many customers of one brand
// negotiate at once, and every message is signed, admitted, decided on and logged by the code that
// runs in production.

#include <filesystem>
#include <functional>
#include <vector>

#include "kettle.h"

namespace entente::bench {

struct LargeLog {
  std::filesystem::path store;
  std::string log_key;  // vkey
  std::uint64_t messages = 0;
  std::uint64_t cases = 0;
};

// At least so many messages, below `directory`. `progress` hears how many there are by now.
LargeLog make_large_log(const std::filesystem::path& directory, std::uint64_t messages,
                        const std::function<void(std::uint64_t)>& progress);

// One thing that somebody signed and replay verifies.
struct SignedBytes {
  PublicKey key;
  Bytes bytes;
  Signature signature{};
};
struct LogSignatures {
  std::uint64_t count = 0;  // in the whole log
  std::vector<SignedBytes> first;
};
// The messages, approvals, mandates, cards and checkpoints of the log; the first `most` to verify.
LogSignatures signatures_of(const LargeLog& log, std::size_t most);

}  // namespace entente::bench
