#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace entente::tests {
namespace {

constexpr int stuck_s = 20;  // no test waits longer for one byte

sockaddr_in on_loopback(const char* address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  inet_pton(AF_INET, address, &result.sin_addr);
  return result;
}

// TLS writes to a socket that the server may have reset.
void block_sigpipe() {
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

// Whatever a client may be: old versions and weak ciphers included, certificates not looked at.
SSL_CTX* careless_client() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(made, 0);
    SSL_CTX_set_min_proto_version(made, 0);
    SSL_CTX_clear_options(made, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    SSL_CTX_clear_mode(made, SSL_MODE_AUTO_RETRY);  // a ticket is no byte: go on waiting by poll
    return made;
  }();
  return context;
}

}  // namespace

bool connect_from(int descriptor, const char* from, std::uint16_t port) {
  const auto near = on_loopback(from, 0);
  const auto far = on_loopback("127.0.0.1", port);
  const timeval stuck{stuck_s, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &stuck, sizeof stuck);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &stuck, sizeof stuck);
  return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&near), sizeof near) == 0 &&
         ::connect(descriptor, reinterpret_cast<const sockaddr*>(&far), sizeof far) == 0;
}

Peer::Peer(std::uint16_t port, const PeerOptions& options)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  is_ended_ = !connect_from(descriptor_, options.from, port);
  if (!is_ended_ && options.tls) shake_hands(options);
}

void Peer::shake_hands(const PeerOptions& options) {
  block_sigpipe();
  ssl_.reset(SSL_new(careless_client()));
  SSL_set_fd(ssl_.get(), descriptor_);
  if (options.adjust) options.adjust(ssl_.get());
  ERR_clear_error();
  note_tls(SSL_connect(ssl_.get()));
}

void Peer::note_tls(int returned) {
  if (returned > 0 || !tls_failure_.empty()) return;
  const auto error = ERR_peek_last_error();
  const char* reason = ERR_reason_error_string(error);
  // Ending without a farewell is what a server does to strangers, and no alert.
  const bool was_closed =
      reason == nullptr || ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  tls_failure_ = was_closed ? "closed" : reason;
}

void Peer::send(std::string_view bytes) {
  if (!ssl_) return send_raw(bytes);
  ERR_clear_error();
  if (tls_failure_.empty() && !bytes.empty()) {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  }
}

void Peer::send_raw(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Peer::read_some(int wait_ms) {
  block_sigpipe();  // who reads need not be who connected
  std::array<char, 16'384> buffer;
  while (!is_ended_) {
    pollfd ready{descriptor_, POLLIN, 0};
    const bool is_buffered = ssl_ && SSL_pending(ssl_.get()) > 0;
    if (!is_buffered && ::poll(&ready, 1, wait_ms) <= 0) return false;
    ERR_clear_error();
    const auto size = ssl_ ? SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))
                           : ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (size > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(size));
      return true;
    }
    const int why = ssl_ ? SSL_get_error(ssl_.get(), static_cast<int>(size)) : SSL_ERROR_NONE;
    if (why == SSL_ERROR_SSL) note_tls(-1);
    is_ended_ = why != SSL_ERROR_WANT_READ;
  }
  return false;
}

std::string Peer::read_all(int wait_ms) {
  while (read_some(wait_ms)) {
  }
  return received_;
}

std::string Peer::read_until(std::string_view bytes, int wait_ms) {
  while (received_.find(bytes) == std::string::npos && read_some(wait_ms)) {
  }
  return received_;
}

bool Peer::is_closed(int wait_ms) {
  read_all(wait_ms);
  return is_ended_;
}

void Peer::end_sending() {
  if (ssl_ && tls_failure_.empty()) SSL_shutdown(ssl_.get());
  ::shutdown(descriptor_, SHUT_WR);
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Peer::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  is_ended_ = true;
}

int status_in(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(std::string(answer.substr(9, 3)).c_str()) : 0;
}

std::string statuses_in(std::string_view answers) {
  constexpr std::string_view start = "HTTP/1.1 ";
  std::string statuses;
  for (auto at = answers.find(start); at != std::string_view::npos;
       at = answers.find(start, at + 1)) {
    statuses += (statuses.empty() ? "" : " ") + std::string(answers.substr(at + start.size(), 3));
  }
  return statuses;
}

int answers_in(std::string_view answers) {
  return static_cast<int>((statuses_in(answers).size() + 1) / 4);
}

}  // namespace entente::tests
