#include "transport/quota.h"

namespace entente::http {

bool Quota::take(std::optional<Place> place, std::size_t amount) {
  const std::lock_guard lock(mutex_);
  if (amount > in_all_max_ - in_all_) return false;
  if (place) {
    const auto found = places_.find(*place);
    const auto held = found == places_.end() ? 0 : found->second;
    if (held > per_place_max_ || amount > per_place_max_ - held) return false;
    places_[*place] = held + amount;
  }
  in_all_ += amount;
  return true;
}

void Quota::give(std::optional<Place> place, std::size_t amount) {
  const std::lock_guard lock(mutex_);
  in_all_ -= amount;
  if (!place) return;
  const auto found = places_.find(*place);
  if (found == places_.end()) return;
  found->second -= amount;
  if (found->second == 0) places_.erase(found);
}

}  // namespace entente::http
