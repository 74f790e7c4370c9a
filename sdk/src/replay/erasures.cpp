#include "erasures.h"

#include <entente/wire/retention.h>

namespace entente {

bool Erasures::take(std::uint64_t entry, ByteView content) {
  auto record = decode<ErasureRecord>(content);
  if (!record) return false;
  known_.push_back({entry, std::move(*record)});
  return true;
}

std::optional<std::string> Erasures::after(std::uint64_t entry, std::string_view of_class) const {
  for (const auto& [erasure, record] : known_) {
    if (erasure <= entry || !covers(record, of_class)) continue;
    return "erased (entry " + std::to_string(erasure) + ", " + record.reason + ")";
  }
  return std::nullopt;
}

std::optional<std::string> Erasures::of(std::string_view of_class) const {
  for (const auto& [erasure, record] : known_) {
    if (covers(record, of_class)) return after(erasure - 1, of_class);
  }
  return std::nullopt;
}

}  // namespace entente
