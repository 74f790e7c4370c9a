#pragma once
// Which keys belong to which case, as I/O threads may ask while the writer writes: who is a member
// is owed a signed no, a stranger is not. Bounded; once it had to leave one out, it says so.

#include <entente/casefile/case.h>
#include <entente/core/clock.h>
#include <entente/core/key.h>

#include <boost/unordered/unordered_flat_set.hpp>
#include <shared_mutex>

namespace entente {

class Members {
 public:
  Members(Entropy& entropy, std::size_t pairs_max) : pairs_max_(pairs_max) {
    entropy.fill(secret_);
  }

  void add(const CaseId& case_id, const PublicKey& key);
  bool has(const CaseId& case_id, const PublicKey& key) const;
  // False: who is not found here may still be a member.
  bool is_complete() const;

 private:
  std::uint64_t mark_of(const CaseId& case_id, const PublicKey& key) const;

  std::array<std::uint8_t, 32> secret_{};  // so that nobody can make two pairs that look the same
  const std::size_t pairs_max_;
  mutable std::shared_mutex mutex_;
  boost::unordered_flat_set<std::uint64_t> pairs_;  // of closed cases, too: a few bytes for each
  bool complete_ = true;
};

}  // namespace entente
