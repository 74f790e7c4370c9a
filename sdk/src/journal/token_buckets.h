#pragma once
// Token buckets by key. A bucket that has filled up again is as good as none and is let go of, so
// that the table holds those who spend. Its size is bounded: then the longest unused bucket is
// forgotten, which forgives a debt and never makes one.

#include <entente/journal/load.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <unordered_map>

namespace entente {

template <class Key>
class TokenBuckets {
 public:
  TokenBuckets(Rate rate, std::size_t buckets_max) : rate_(rate), buckets_max_(buckets_max) {}

  // Takes `price` tokens and returns 0, or takes none and returns in how many ms they are there.
  std::int64_t take(const Key& key, std::int64_t price, std::int64_t now_ms) {
    if (rate_.per_minute == 0 || price == 0) return 0;
    const std::scoped_lock lock(mutex_);
    Bucket& bucket = find(key, now_ms);
    const std::int64_t missing = price * unit - bucket.units;
    if (missing > 0) return missing / rate_.per_minute + 1;
    bucket.units -= price * unit;
    return 0;
  }

  // Without taking any.
  bool is_empty(const Key& key, std::int64_t now_ms) {
    if (rate_.per_minute == 0) return false;
    const std::scoped_lock lock(mutex_);
    return find(key, now_ms).units < unit;
  }

  std::size_t size() const {
    const std::scoped_lock lock(mutex_);
    return buckets_.size();
  }

 private:
  static constexpr std::int64_t unit = 60'000;  // per_minute of them trickle in each millisecond

  struct Bucket {
    Key key;
    std::int64_t units = 0;
    std::int64_t filled_ms = 0;
  };

  Bucket& find(const Key& key, std::int64_t now_ms) {
    const auto known = index_.find(key);
    if (known != index_.end()) {
      buckets_.splice(buckets_.begin(), buckets_, known->second);
    } else {
      make_room(now_ms);
      buckets_.push_front({key, rate_.burst * unit, now_ms});
      index_[key] = buckets_.begin();
    }
    Bucket& bucket = buckets_.front();
    bucket.units = units_of(bucket, now_ms);
    bucket.filled_ms = now_ms;
    return bucket;
  }

  std::int64_t units_of(const Bucket& bucket, std::int64_t now_ms) const {
    constexpr std::int64_t longest_ms = 3'600'000;  // after it every bucket is full
    const std::int64_t passed_ms =
        std::clamp<std::int64_t>(now_ms - bucket.filled_ms, 0, longest_ms);
    return std::min(rate_.burst * unit, bucket.units + passed_ms * rate_.per_minute);
  }

  // Before one more is added: two at most, so that the table shrinks and nobody waits for it.
  void make_room(std::int64_t now_ms) {
    for (int i = 0; i < 2 && !buckets_.empty(); ++i) {
      const bool full = units_of(buckets_.back(), now_ms) == rate_.burst * unit;
      if (!full && buckets_.size() < buckets_max_) return;
      index_.erase(buckets_.back().key);
      buckets_.pop_back();
    }
  }

  const Rate rate_;
  const std::size_t buckets_max_;
  mutable std::mutex mutex_;
  std::list<Bucket> buckets_;  // the last used first
  std::unordered_map<Key, typename std::list<Bucket>::iterator> index_;
};

}  // namespace entente
