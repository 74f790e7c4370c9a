#pragma once
// Who may come in, and how much they may make us hold: the caps that all I/O threads share, and the
// counters. The busiest path touches atomics only; the per-address table is asked once a
// connection.

#include <entente/transport/server.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace entente::http {

struct Counters {
  std::atomic<std::uint64_t> accepted{0}, refused{0}, accept_failures{0}, handshake_failures{0},
      requests{0}, bad_requests{0}, handler_failures{0}, expired{0}, peers_gone{0}, open{0},
      parked{0};

  HttpServerStats read() const;
};

class Gate {
 public:
  explicit Gate(const HttpLimits& limits);

  // Leave to be connected, until it is destroyed.
  class Ticket {
   public:
    Ticket(Gate& gate, std::string place) : gate_(&gate), place_(std::move(place)) {}
    Ticket(Ticket&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), place_(std::move(other.place_)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (gate_ != nullptr) gate_->leave(place_);
    }

   private:
    Gate* gate_;
    std::string place_;
  };

  // Nothing if a cap is reached. `address` is numeric.
  std::optional<Ticket> enter(const std::string& address);

  // Room for body bytes held in memory; what was taken is given back.
  bool take_bytes(std::size_t bytes);
  void give_bytes(std::size_t bytes);

 private:
  void leave(const std::string& place);

  const std::size_t connections_max_;
  const std::size_t per_address_max_;
  const std::size_t bytes_max_;
  std::atomic<std::size_t> bytes_{0};
  std::mutex mutex_;
  std::size_t connections_ = 0;
  std::unordered_map<std::string, std::size_t> places_;
};

// The network one subscriber usually holds: an IPv4 address, an IPv6 /64.
std::string place_of(const std::string& address);

}  // namespace entente::http
