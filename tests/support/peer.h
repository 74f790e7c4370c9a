#pragma once
// A peer without manners: bytes to a port on loopback, in the clear or through TLS, and what came
// back. It may leave in the middle of anything, or put bytes under its own TLS.
//
//     Peer peer(server.port(), {.tls = true, .from = "127.0.0.66"});
//     peer.send("GET / HTTP/1.1\r\n");
//     peer.reset();

#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace entente::tests {

struct PeerOptions {
  bool tls = false;
  const char* from = "127.0.0.1";    // any address of 127.0.0.0/8 is one's own
  std::function<void(SSL*)> adjust;  // versions, names, ciphers; before the handshake
};

class Peer {
 public:
  // Connects, and shakes hands if it speaks TLS.
  explicit Peer(std::uint16_t port, const PeerOptions& options = {});
  ~Peer() { close(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(std::string_view bytes);
  // Past TLS, if there is any.
  void send_raw(std::string_view bytes) const;
  // Whether something arrived within that time.
  bool read_some(int wait_ms);
  // Until the server closes or `wait_ms` pass without a byte.
  std::string read_all(int wait_ms = 5'000);
  // Until `bytes` has arrived, at most `wait_ms`; everything so far.
  std::string read_until(std::string_view bytes, int wait_ms = 5'000);
  // Whether the server has closed within that time.
  bool is_closed(int wait_ms = 5'000);
  void end_sending();
  // Ends with a reset instead of an orderly close.
  void reset();
  void close();

  bool is_gone() const { return descriptor_ < 0; }
  // Why TLS failed, as OpenSSL words it; empty if it did not.
  const std::string& tls_failure() const { return tls_failure_; }
  SSL* ssl() { return ssl_.get(); }
  void note_tls(int returned);

 private:
  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  void shake_hands(const PeerOptions& options);

  int descriptor_;
  std::unique_ptr<SSL, SslFree> ssl_;
  std::string received_;
  std::string tls_failure_;
  bool is_ended_ = false;
};

// Connects a socket of one's own. False if nobody answers.
bool connect_from(int descriptor, const char* from, std::uint16_t port);

// The status of the first answer in these bytes; 0 if there is none.
int status_in(std::string_view answer);
// How many answers stand there.
int answers_in(std::string_view answers);
// Their statuses: "100 200".
std::string statuses_in(std::string_view answers);

// Waits up to ten seconds for something that other threads bring about.
template <class Condition>
bool eventually(Condition condition) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(10);
  while (!condition() && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return condition();
}

}  // namespace entente::tests
