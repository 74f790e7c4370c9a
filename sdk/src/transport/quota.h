#pragma once
// So much in all and so much for one place, of anything that is held for a while: connections,
// waiting requests, bytes of bodies. What a place does not use costs nothing, so the table is never
// larger than what is held.

#include "transport/network.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace entente::http {

class Quota {
 public:
  Quota(std::size_t in_all_max, std::size_t per_place_max)
      : in_all_max_(in_all_max), per_place_max_(per_place_max) {}

  // Nobody's place counts in all only. False, and nothing is taken, if it would be too much.
  bool take(std::optional<Place> place, std::size_t amount);
  void give(std::optional<Place> place, std::size_t amount);

  std::size_t in_all_max() const { return in_all_max_; }

 private:
  const std::size_t in_all_max_;
  const std::size_t per_place_max_;
  std::mutex mutex_;
  std::size_t in_all_ = 0;
  std::unordered_map<Place, std::size_t> places_;
};

// What one connection holds of a quota, given back when dropped.
class Share {
 public:
  Share(Quota& quota, std::optional<Place> place) : quota_(&quota), place_(place) {}
  Share(Share&& other) noexcept
      : quota_(other.quota_), place_(other.place_), amount_(std::exchange(other.amount_, 0)) {}
  Share& operator=(Share&&) = delete;
  ~Share() {
    if (amount_ > 0) quota_->give(place_, amount_);
  }

  bool grow(std::size_t amount) {
    if (!quota_->take(place_, amount)) return false;
    amount_ += amount;
    return true;
  }
  std::size_t amount() const { return amount_; }

 private:
  Quota* quota_;
  std::optional<Place> place_;
  std::size_t amount_ = 0;
};

}  // namespace entente::http
