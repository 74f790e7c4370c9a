#pragma once
// Where a reply given on any thread meets the connection that waits for it on its own.

#include <entente/transport/http.h>

#include <mutex>

namespace entente::http {

class ReplySlot {
 public:
  // From any thread. Wakes the connection if it has parked; does nothing once it was abandoned.
  void deliver(HttpResponse response);

  // The connection: the answer, if it is there.
  std::optional<HttpResponse> take();
  // The connection: from now on call `wake`, under the lock, once an answer comes. False if one is
  // there already.
  bool park(std::function<void()> wake);
  // The connection: nobody waits any more. After this no wake runs.
  void abandon();

  const std::atomic<bool>& gone() const { return gone_; }

 private:
  std::mutex mutex_;
  std::optional<HttpResponse> response_;
  std::function<void()> wake_;
  std::atomic<bool> gone_{false};
};

// A reply whose answer goes to `slot`.
HttpReply make_reply(const std::shared_ptr<ReplySlot>& slot);

}  // namespace entente::http
