#include "code_limit.h"

namespace entente {

bool CodeLimit::take(const std::string& account, std::int64_t now_ms) {
  const std::scoped_lock lock(mutex_);
  forget(now_ms);
  auto& sent = sent_ms_[account];
  while (!sent.empty() && sent.front() + period_ms <= now_ms) sent.pop_front();
  if (sent.size() >= codes_max) return false;
  sent.push_back(now_ms);
  return true;
}

// Now and then, so that the table holds those of one period.
void CodeLimit::forget(std::int64_t now_ms) {
  if (now_ms - forgotten_ms_ < period_ms / 24) return;
  forgotten_ms_ = now_ms;
  std::erase_if(sent_ms_, [&](const auto& account) {
    return account.second.empty() || account.second.back() + period_ms <= now_ms;
  });
}

}  // namespace entente
