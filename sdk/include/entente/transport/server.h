#pragma once
// The public door of an endpoint: an HTTPS server that assumes every peer is hostile until a
// handler sees a complete, well-formed request.
//
//     HttpServer server({.port = 443, .certificate_file = "chain.pem", .key_file = "key.pem"},
//                       [](HttpRequest request, HttpReply reply) { reply.send({.status = 204}); });
//     ENTENTE_TRY(server.start());
//
// A strict subset of HTTP/1.1: keep-alive, but no chunked bodies, no upgrades, no pipelined answers
// out of order. protocol/spec/11-transport.md.

#include <entente/core/limits.h>
#include <entente/transport/http.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace entente {

// So many at once, and so many a second after that. 0 a second sets no limit.
struct HttpRate {
  std::size_t per_s = 0;
  std::size_t burst = 0;
};

// What a stranger may make the server hold, and for how long. Times are total, not since the last
// byte: dripping does not extend them.
struct HttpLimits {
  std::size_t head_bytes_max = std::size_t{8} * 1024;     // 431 beyond
  std::size_t fields_max = 64;                            // 431 beyond
  std::size_t target_bytes_max = std::size_t{2} * 1024;   // 414 beyond
  std::size_t body_bytes_max = limits::parcel_bytes_max;  // 413 beyond
  // Of requests and of answers that wait to be read: of all connections; 503 beyond.
  std::size_t bodies_bytes_max = std::size_t{256} * 1024 * 1024;
  std::size_t bodies_per_address_bytes_max = std::size_t{64} * 1024 * 1024;  // of one; 503 beyond

  std::int64_t handshake_ms = 5'000;
  std::int64_t idle_ms = 15'000;                       // between two requests
  std::int64_t request_ms = 10'000;                    // head and body
  std::int64_t write_ms = 10'000;                      // an answer
  std::int64_t wait_ms = limits::wait_ms_max + 5'000;  // for the handler's reply; 503 beyond
  std::int64_t drain_ms = 5'000;                       // for requests in flight, in stop()
  // A large body extends request_ms or write_ms by what it takes at this speed.
  std::size_t bytes_per_s_min = std::size_t{256} * 1024;

  std::size_t connections_max = 10'000;  // also held to three quarters of the descriptor limit
  std::size_t connections_per_address_max = 256;  // an IPv6 address counts as its /64
  std::size_t requests_per_connection_max = 1'000;
  std::int64_t connection_age_ms_max = 300'000;

  // Requests whose reply is still to come. Once there are so many, in all or of one address, a
  // further one waits no longer than wait_crowded_ms: enough for an answer that is being worked
  // on, not for a long poll.
  std::size_t parked_max = 7'500;  // also held to three quarters of the connections
  std::size_t parked_per_address_max = 128;
  std::int64_t wait_crowded_ms = 1'000;

  // One address may be a great many people behind one router, or a cloud of assistants. A
  // connection beyond is closed at once; a request beyond gets 429 before its body is read.
  HttpRate connections_per_address = {.per_s = 100, .burst = 1'000};
  HttpRate requests_per_address = {.per_s = 200, .burst = 2'000};
  std::size_t address_slots = std::size_t{64} * 1024;  // of each rate; 16 bytes each
};

// The sockets of a server that is about to stop, listening on for the next one: who connects in
// between waits, and is not refused. A server that is started with it takes them.
class HeldPort {
 public:
  explicit HeldPort(std::vector<int> sockets) : sockets_(std::move(sockets)) {}
  ~HeldPort();
  HeldPort(const HeldPort&) = delete;
  HeldPort& operator=(const HeldPort&) = delete;
  // One of them, the caller's from now on; none if none is left.
  std::optional<int> take();

 private:
  std::vector<int> sockets_;  // descriptors, owned
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  std::uint16_t port = 0;             // 0 takes a free one
  std::string certificate_file;       // PEM, leaf first; empty serves plain HTTP
  std::string key_file;               // PEM
  bool allow_plain = false;           // plain HTTP on other than loopback, behind a proxy of yours
  std::vector<std::string> allowed_hosts;  // "kettle.example" (any port) or "kettle.example:8443";
                                           // others get 421; empty allows any
  // "10.0.0.0/8": behind these, the client's address is what they say in X-Forwarded-For or
  // Forwarded. Nobody else is believed.
  std::vector<std::string> trusted_proxies;
  std::size_t threads = 1;
  HttpLimits limits;
  std::shared_ptr<HeldPort> held_port;  // of a server of this address and as many threads
};

struct HttpServerStats {
  std::uint64_t accepted = 0;         // connections
  std::uint64_t refused = 0;          // connections over a cap or a rate
  std::uint64_t accept_failures = 0;  // the system had no descriptor or memory
  std::uint64_t handshake_failures = 0;
  std::uint64_t requests = 0;          // handed to the handler
  std::uint64_t bad_requests = 0;      // refused before the handler
  std::uint64_t throttled = 0;         // of those, over the rate of their address
  std::uint64_t handler_failures = 0;  // it threw, or answered what HTTP cannot carry
  std::uint64_t expired = 0;           // a deadline passed
  std::uint64_t peers_gone = 0;        // left while the handler was working
  std::uint64_t open = 0;              // connections now
  std::uint64_t parked = 0;            // requests waiting for their reply now
};

class HttpServer {
 public:
  HttpServer(HttpServerOptions options, HttpHandler handler);
  ~HttpServer();  // stops
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;

  // Fails with config_invalid (address, port taken, plain HTTP in public, a trusted proxy that is
  // no address), file_missing or file_invalid (certificate and key), wrong_use (started before).
  Status start();
  // Takes no new connections, lets requests in flight finish for drain_ms, closes everything. Not
  // from a handler.
  void stop();
  // Keeps the port for the next server, while this one runs. Fails with wrong_use (not started).
  Result<std::shared_ptr<HeldPort>> hold_port() const;
  // Reads certificate and key again, for connections from now on; on failure the old ones stay.
  // Fails with file_missing, file_invalid, wrong_use (not started, or plain).
  Status reload();

  // The port bound, once started.
  std::uint16_t port() const;
  HttpServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace entente
