#include "load_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace entente::tests {
namespace {

constexpr int answer_ms_max = 60'000;
constexpr std::size_t events_max = 256;

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error(why); }

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

SSL_CTX* trusting(const std::string& ca_file) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1) give_up(ca_file);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  return context;
}

// The length of a complete answer, head and body; 0 while it is not complete.
std::size_t complete_at(ByteView bytes, std::size_t& head_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  head_bytes = end + 4;
  constexpr std::string_view field = "ontent-";  // Content-Length or content-length
  std::size_t length = 0;
  for (std::size_t at = text.find(field); at < end; at = text.find(field, at + 1)) {
    const std::string_view rest = text.substr(at + field.size());
    if (!rest.starts_with("Length: ") && !rest.starts_with("length: ")) continue;
    std::from_chars(rest.data() + 8, text.data() + end, length);
  }
  return bytes.size() >= head_bytes + length ? head_bytes + length : 0;
}

}  // namespace

struct LoadClient::Connection {
  int descriptor = -1;
  std::unique_ptr<SSL, SslFree> ssl;
  Bytes input;
  bool waits = false;

  ~Connection() {
    ssl.reset();
    if (descriptor >= 0) close(descriptor);
  }
};

std::string http_post(const Target& target, const std::string& path, std::string_view type,
                      ByteView body) {
  std::string request = "POST " + path + " HTTP/1.1\r\nHost: " + target.host + "\r\nContent-Type: ";
  request.append(type).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  request += "\r\n\r\n";
  request.append(body.begin(), body.end());
  return request;
}

std::string http_get(const Target& target, const std::string& path, const std::string& fields) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + target.host + "\r\n" + fields + "\r\n";
}

LoadClient::LoadClient(const Target& target, std::size_t connections)
    : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!target.ca_file.empty()) context_.reset(trusting(target.ca_file));
  for (std::size_t i = 0; i < connections; ++i) {
    connections_.push_back(std::make_unique<Connection>());
    connect_one(target, *connections_.back());
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back()->descriptor, &event);
  }
}

LoadClient::~LoadClient() {
  connections_.clear();
  close(epoll_);
}

bool LoadClient::is_waiting(std::size_t connection) const {
  return connections_[connection]->waits;
}

// Blocking until the handshake is over, and not after it.
void LoadClient::connect_one(const Target& target, Connection& connection) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  connection.descriptor = descriptor;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    give_up("the server takes no connection");
  }
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (context_) {
    connection.ssl.reset(SSL_new(context_.get()));
    SSL_set_fd(connection.ssl.get(), descriptor);
    SSL_set1_host(connection.ssl.get(), target.host.c_str());
    if (SSL_connect(connection.ssl.get()) != 1) give_up("TLS: the server is not whom it names");
  }
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

void LoadClient::send(std::size_t index, const std::string& request) {
  Connection& connection = *connections_[index];
  connection.waits = true;
  ++waiting_;
  ByteView rest = view(request);
  while (!rest.empty()) {
    const auto sent =
        connection.ssl ? SSL_write(connection.ssl.get(), rest.data(), static_cast<int>(rest.size()))
                       : ::send(connection.descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      rest = rest.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    pollfd writable{.fd = connection.descriptor, .events = POLLOUT, .revents = 0};
    if (::poll(&writable, 1, answer_ms_max) <= 0) give_up("the server does not read");
  }
}

// 0: nothing more for now.
std::size_t LoadClient::receive(Connection& connection, std::span<std::uint8_t> into) {
  if (!connection.ssl) {
    const ssize_t got = recv(connection.descriptor, into.data(), into.size(), 0);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && errno == EAGAIN) return 0;
    give_up("the server closed a connection");
  }
  const int got = SSL_read(connection.ssl.get(), into.data(), static_cast<int>(into.size()));
  if (got > 0) return static_cast<std::size_t>(got);
  if (SSL_get_error(connection.ssl.get(), got) == SSL_ERROR_WANT_READ) return 0;
  give_up("the server closed a connection");
}

bool LoadClient::read(Connection& connection) {
  std::array<std::uint8_t, 16 * 1024> buffer;
  for (std::size_t got = receive(connection, buffer); got > 0; got = receive(connection, buffer)) {
    append(connection.input, std::span(buffer).first(got));
  }
  std::size_t head_bytes = 0;
  return connection.waits && complete_at(connection.input, head_bytes) > 0;
}

bool LoadClient::poll(int timeout_ms, const OnAnswer& on_answer) {
  std::array<epoll_event, events_max> events;
  const int ready = epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
  for (int i = 0; i < ready; ++i) {
    const std::size_t index = events[static_cast<std::size_t>(i)].data.u64;
    Connection& connection = *connections_[index];
    if (!read(connection)) continue;
    std::size_t head_bytes = 0;
    const std::size_t end = complete_at(connection.input, head_bytes);
    Answer answer;
    const auto* text = reinterpret_cast<const char*>(connection.input.data());
    std::from_chars(text + 9, text + 12, answer.status);  // "HTTP/1.1 200"
    answer.body.assign(connection.input.begin() + static_cast<std::ptrdiff_t>(head_bytes),
                       connection.input.begin() + static_cast<std::ptrdiff_t>(end));
    Bytes().swap(connection.input);
    connection.waits = false;
    --waiting_;
    on_answer(index, std::move(answer));
  }
  return ready > 0;
}

void LoadClient::run(const OnAnswer& on_answer) {
  while (waiting_ > 0) {
    if (!poll(answer_ms_max, on_answer)) give_up("the server does not answer");
  }
}

}  // namespace entente::tests
