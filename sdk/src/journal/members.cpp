#include "members.h"

#include <entente/crypto/hash.h>

#include <mutex>

namespace entente {

std::uint64_t Members::mark_of(const CaseId& case_id, const PublicKey& key) const {
  const Digest both = sha256({ByteView(secret_), ByteView(case_id), ByteView(key)});
  return std::hash<Digest>{}(both);
}

void Members::add(const CaseId& case_id, const PublicKey& key) {
  const std::uint64_t mark = mark_of(case_id, key);
  const std::unique_lock lock(mutex_);
  if (pairs_.contains(mark)) return;
  complete_ = complete_ && pairs_.size() < pairs_max_;
  if (pairs_.size() < pairs_max_) pairs_.insert(mark);
}

bool Members::has(const CaseId& case_id, const PublicKey& key) const {
  const std::uint64_t mark = mark_of(case_id, key);
  const std::shared_lock lock(mutex_);
  return pairs_.contains(mark);
}

bool Members::is_complete() const {
  const std::shared_lock lock(mutex_);
  return complete_;
}

}  // namespace entente
