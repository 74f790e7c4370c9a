#include "transport/channel.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace entente::http {
namespace {

Attempt judge_plain(ssize_t returned, Progress wanted) {
  if (returned > 0) return {Progress::done, static_cast<std::size_t>(returned)};
  if (returned == 0) return {Progress::ended, 0};
  return {errno == EAGAIN || errno == EWOULDBLOCK ? wanted : Progress::failed, 0};
}

template <class Call>
ssize_t uninterrupted(Call call) {
  ssize_t returned = call();
  while (returned < 0 && errno == EINTR) returned = call();
  return returned;
}

int capped(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

Channel::Channel(int descriptor, SslPtr ssl) : descriptor_(descriptor), ssl_(std::move(ssl)) {}

Attempt Channel::judge(int returned) {
  if (returned > 0) return {Progress::done, static_cast<std::size_t>(returned)};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      return {Progress::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {Progress::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Progress::ended, 0};
    default:
      broken_ = true;
      return {Progress::failed, 0};
  }
}

bool Channel::has_pending() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

Attempt Channel::handshake() {
  ERR_clear_error();  // an old entry in the queue would be taken for an error of this call
  return judge(SSL_accept(ssl_.get()));
}

Attempt Channel::read(std::span<std::uint8_t> into) {
  if (!ssl_) {
    return judge_plain(
        uninterrupted([&] { return ::recv(descriptor_, into.data(), into.size(), 0); }),
        Progress::want_read);
  }
  ERR_clear_error();
  return judge(SSL_read(ssl_.get(), into.data(), capped(into.size())));
}

Attempt Channel::write(std::span<const std::uint8_t> from) {
  if (!ssl_) {
    return judge_plain(
        uninterrupted([&] { return ::send(descriptor_, from.data(), from.size(), MSG_NOSIGNAL); }),
        Progress::want_write);
  }
  ERR_clear_error();
  return judge(SSL_write(ssl_.get(), from.data(), capped(from.size())));
}

void Channel::end_writing() {
  if (ssl_ && !broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  ::shutdown(descriptor_, SHUT_WR);
}

}  // namespace entente::http
