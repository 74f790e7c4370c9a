#pragma once
// Who may come in, and how much they may make us hold: the quotas and rates that all I/O threads
// share, and the counters. A request without a body that is answered at once touches atomics only.

#include "transport/quota.h"
#include "transport/rate_table.h"

#include <entente/transport/server.h>

#include <atomic>

namespace entente::http {

struct Counters {
  std::atomic<std::uint64_t> accepted{0}, refused{0}, accept_failures{0}, handshake_failures{0},
      requests{0}, bad_requests{0}, throttled{0}, handler_failures{0}, expired{0}, peers_gone{0},
      open{0}, parked{0};

  HttpServerStats read() const;
};

class Gate {
 public:
  using Instant = RateTable::Instant;

  explicit Gate(const HttpLimits& limits);

  // Leave to be connected, until it is dropped; nothing if there are too many, or they come too
  // fast. A trusted proxy has no place: it speaks for many, who are counted by their requests.
  std::optional<Share> enter(std::optional<Place> place, Instant now);
  // 0, or the seconds after which to come back.
  std::int64_t take_request(Place place, Instant now);
  // Leave to wait long for a reply, until it is dropped.
  std::optional<Share> park(Place place);
  // Room for the bytes of a body; it grows as they arrive.
  Share body(Place place) { return {bodies_, place}; }

 private:
  Quota connections_;
  Quota parked_;
  Quota bodies_;
  RateTable connections_rate_;
  RateTable requests_rate_;
};

}  // namespace entente::http
