#include "transport/reply_slot.h"

#include <utility>

namespace entente::http {

void ReplySlot::deliver(HttpResponse response) {
  const std::lock_guard lock(mutex_);
  if (gone_.load() || response_) return;
  response_ = std::move(response);
  if (wake_) std::exchange(wake_, nullptr)();
}

std::optional<HttpResponse> ReplySlot::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(response_, std::nullopt);
}

bool ReplySlot::park(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (response_) return false;
  wake_ = std::move(wake);
  return true;
}

void ReplySlot::abandon() {
  const std::lock_guard lock(mutex_);
  gone_.store(true);
  wake_ = nullptr;
}

HttpReply make_reply(const std::shared_ptr<ReplySlot>& slot) {
  HttpReply::Gone gone(slot, &slot->gone());
  return HttpReply([slot](HttpResponse response) { slot->deliver(std::move(response)); },
                   std::move(gone));
}

}  // namespace entente::http
