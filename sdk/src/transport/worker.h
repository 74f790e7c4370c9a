#pragma once
// One I/O thread of the server: its own event loop, its own listening socket, its own connections.

#include "transport/site.h"

namespace entente::http {

struct Listening {
  std::string address;
  std::uint16_t port = 0;          // 0 takes a free one
  bool shared = false;             // several workers bind the same port
  std::optional<int> socket = {};  // bound and listening already: taken as it is, and owned
};

class Worker {
 public:
  explicit Worker(Site& site);
  ~Worker();  // after drain() and join(), if it was started

  // The port bound. Fails with config_invalid.
  Result<std::uint16_t> listen(const Listening& where);
  // Another descriptor of the listening socket, the caller's; none if the system has none.
  std::optional<int> copy_listener() const;
  void start();
  // Stops accepting and ends connections within the drain limit; join() waits for that.
  void drain();
  void join();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

// Whether nobody listens there yet: shared ports do not notice. Fails with config_invalid.
Status require_free(const Listening& where);

}  // namespace entente::http
