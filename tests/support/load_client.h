#pragma once
// Many HTTP connections from one thread, each with at most one request under way. It is here so
// that a core can keep a server busy and still verify what comes back: a client library takes more
// time per request than the server does.
//
//     LoadClient client({.port = port, .ca_file = ca}, 64);
//     client.send(0, request_bytes);
//     client.run([&](std::size_t connection, Answer answer) { ... });
//
// Throws std::runtime_error where the server does not do its part.

#include <entente/core/bytes.h>
#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace entente::tests {

struct Target {
  std::uint16_t port = 0;  // on loopback
  std::string ca_file;     // PEM; empty: plain HTTP
  std::string host = "kettle.example";
};

struct Answer {
  int status = 0;
  Bytes body;
};

// "POST path" or "GET path" with everything HTTP wants.
std::string http_post(const Target& target, const std::string& path, std::string_view type,
                      ByteView body);
std::string http_get(const Target& target, const std::string& path, const std::string& fields);

class LoadClient {
 public:
  using OnAnswer = std::function<void(std::size_t connection, Answer answer)>;

  // Connects all, with their handshakes.
  LoadClient(const Target& target, std::size_t connections);
  ~LoadClient();

  std::size_t size() const { return connections_.size(); }
  std::size_t waiting() const { return waiting_; }
  bool is_waiting(std::size_t connection) const;

  // Requires that no request is under way on this connection.
  void send(std::size_t index, const std::string& request);
  // Waits until something arrives, and handles it. False if nothing did within `timeout_ms`.
  bool poll(int timeout_ms, const OnAnswer& on_answer);
  // Until no request is under way. `on_answer` may send the next.
  void run(const OnAnswer& on_answer);

 private:
  struct Connection;
  struct ContextFree {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  void connect_one(const Target& target, Connection& connection);
  bool read(Connection& connection);
  std::size_t receive(Connection& connection, std::span<std::uint8_t> into);

  std::unique_ptr<SSL_CTX, ContextFree> context_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::size_t waiting_ = 0;
  int epoll_ = -1;
};

}  // namespace entente::tests
