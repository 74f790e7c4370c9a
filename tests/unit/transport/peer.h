#pragma once
// A peer without manners: raw bytes to a port on loopback, and what came back.

#include <string>
#include <string_view>

namespace entente::test {

class Peer {
 public:
  explicit Peer(std::uint16_t port);
  ~Peer() { close(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(std::string_view bytes) const;
  // Until the server closes or `wait_ms` pass without a byte.
  std::string read_all(int wait_ms = 5'000);
  // Until `bytes` has arrived, at most `wait_ms`; everything so far.
  std::string read_until(std::string_view bytes, int wait_ms = 5'000);
  // Whether the server has closed within that time.
  bool is_closed(int wait_ms = 5'000);
  void end_sending() const;
  // Ends with a reset instead of an orderly close.
  void reset();
  void close();

 private:
  bool read_some(int wait_ms);

  int descriptor_;
  std::string received_;
  bool is_ended_ = false;
};

// The status of the first answer in these bytes; 0 if there is none.
int status_in(std::string_view answer);
// How many answers stand there.
int answers_in(std::string_view answers);

// Waits up to five seconds for something that other threads bring about.
template <class Condition>
bool eventually(Condition condition);

}  // namespace entente::test

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace entente::test {

inline Peer::Peer(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    is_ended_ = true;
  }
}

inline void Peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

inline bool Peer::read_some(int wait_ms) {
  pollfd ready{descriptor_, POLLIN, 0};
  if (is_ended_ || ::poll(&ready, 1, wait_ms) <= 0) return false;
  std::array<char, 16'384> buffer;
  const auto size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (size <= 0) {
    is_ended_ = true;
    return false;
  }
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

inline std::string Peer::read_all(int wait_ms) {
  while (read_some(wait_ms)) {
  }
  return received_;
}

inline std::string Peer::read_until(std::string_view bytes, int wait_ms) {
  while (received_.find(bytes) == std::string::npos && read_some(wait_ms)) {
  }
  return received_;
}

inline bool Peer::is_closed(int wait_ms) {
  read_all(wait_ms);
  return is_ended_;
}

inline void Peer::end_sending() const { ::shutdown(descriptor_, SHUT_WR); }

inline void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

inline void Peer::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  is_ended_ = true;
}

inline int status_in(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.substr(9, 3).data()) : 0;
}

inline int answers_in(std::string_view answers) {
  int count = 0;
  for (auto at = answers.find("HTTP/1.1 "); at != std::string_view::npos;
       at = answers.find("HTTP/1.1 ", at + 1)) {
    ++count;
  }
  return count;
}

template <class Condition>
bool eventually(Condition condition) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(5);
  while (!condition() && Clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return condition();
}

}  // namespace entente::test
