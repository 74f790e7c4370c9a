#pragma once
// Bytes over a non-blocking socket, plain or TLS, one attempt at a time. Knows nothing of event
// loops: whoever calls waits for what the attempt says it needs.

#include "transport/tls.h"

#include <cstdint>
#include <span>

namespace entente::http {

enum class Progress : std::uint8_t {
  done,        // some bytes moved, or the handshake is complete
  want_read,   // try again once the socket is readable
  want_write,  // try again once it is writable
  ended,       // the peer ended its side in good order
  failed,      // nothing more will come or go
};

struct Attempt {
  Progress progress = Progress::failed;
  std::size_t bytes = 0;
};

// Does not own the descriptor, which must stay open as long as this lives. SIGPIPE must be blocked
// on the calling thread.
class Channel {
 public:
  // Plain if `ssl` is null.
  Channel(int descriptor, SslPtr ssl);

  bool is_plain() const { return ssl_ == nullptr; }
  // Whether a read may find bytes that the socket will not tell of: they were read ahead.
  bool has_pending() const;
  Attempt handshake();
  Attempt read(std::span<std::uint8_t> into);
  Attempt write(std::span<const std::uint8_t> from);
  // Says that nothing more will be written, as far as that goes without waiting.
  void end_writing();

 private:
  Attempt judge(int returned);

  int descriptor_;
  SslPtr ssl_;
  bool broken_ = false;  // after a fatal TLS error the session must not be used, not even to end it
};

}  // namespace entente::http
