#pragma once
// A server without manners, for clients under test: each connection is a script's. It ends with the
// client, or after a bounded number of bytes.

#include <entente/transport/client.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "catch.h"

namespace entente::tests {

// False once the client is gone.
inline bool send_all(int peer, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Until the client leaves, at most `wait_ms`.
inline void wait_until_gone(int peer, int wait_ms = 10'000) {
  std::array<char, 4'096> ignored;
  pollfd ready{peer, POLLIN, 0};
  while (::poll(&ready, 1, wait_ms) > 0) {
    if (::recv(peer, ignored.data(), ignored.size(), 0) <= 0) return;
  }
}

// The same bytes again and again, with a pause between; at most `times`.
inline void drip(int peer, std::string_view bytes, int times, int pause_ms) {
  for (int i = 0; i < times && send_all(peer, bytes); ++i) {
    pollfd ready{peer, POLLIN, 0};
    char gone = 0;
    if (::poll(&ready, 1, pause_ms) > 0 && ::recv(peer, &gone, 1, MSG_PEEK) <= 0) return;
  }
}

class RawServer {
 public:
  using Script = std::function<void(int peer)>;  // the request is read; the caller closes

  explicit RawServer(Script script, const char* host = "127.0.0.1", std::uint16_t port = 0,
                     bool reads_first = true)
      : script_(std::move(script)), reads_first_(reads_first) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, host, &address.sin_addr) == 1);
    socklen_t size = sizeof address;
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 16) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  // The same bytes to everyone.
  explicit RawServer(std::string answer)
      : RawServer([answer = std::move(answer)](int peer) { send_all(peer, answer); }) {}
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
  int accepted() const { return accepted_; }

 private:
  void serve() {
    while (true) {
      const int peer = ::accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      ++accepted_;
      std::array<char, 4'096> request;
      if (reads_first_) static_cast<void>(::recv(peer, request.data(), request.size(), 0));
      script_(peer);
      ::close(peer);
    }
  }

  Script script_;
  bool reads_first_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

inline HttpClientOptions plain_options() { return {.allow_plain = true, .allow_private = true}; }

}  // namespace entente::tests
