// A signed busy proves that its message was presented: an accept told to come back is judged, as
// far as time goes, by the instant it first came, if it returns when it was told to.

#include <entente/casefile/presented.h>
#include <entente/protocol/parcel.h>

#include <algorithm>

#include "state.h"

namespace entente {

void Case::note_busy(const Refusal& busy) {
  if (busy.code != name(ErrorCode::busy) || busy.unlogged) return;
  Presented told{busy.at_ms, busy_until_ms(busy)};
  auto& known = state_->presented[busy.message];
  // Whichever is heard first: what meets it becomes one with it.
  std::erase_if(known, [&](const Presented& each) {
    if (each.until_ms < told.first_ms || told.until_ms < each.first_ms) return false;
    told = {std::min(told.first_ms, each.first_ms), std::max(told.until_ms, each.until_ms)};
    return true;
  });
  known.push_back(told);
}

std::int64_t busy_until_ms(const Refusal& busy) {
  return busy.at_ms + std::max<std::int64_t>(0, busy.retry_after_ms) + limits::offer_grace_ms;
}

std::int64_t Case::judged_at_ms(const Verified<Message>& message, std::int64_t now_ms) const {
  return judged_at(*state_, message, now_ms);
}

// However often it is put off, an offer is not held open for longer than a message may travel.
std::int64_t judged_at(const CaseState& state, const Verified<Message>& message,
                       std::int64_t now_ms) {
  if (message->verb() != Verb::accept || message->author.party != Party::consumer) return now_ms;
  const auto known = state.presented.find(message.id());
  if (known == state.presented.end()) return now_ms;
  for (const auto& [first_ms, until_ms] : known->second) {
    const std::int64_t last_ms = std::min(until_ms, first_ms + limits::admit_window_ms);
    if (first_ms <= now_ms && now_ms <= last_ms) return first_ms;
  }
  return now_ms;
}

}  // namespace entente
