#include "transport/gate.h"

#include <sys/resource.h>

#include <algorithm>

namespace entente::http {
namespace {

// Every connection is a descriptor; the store, the log and the client need some too.
std::size_t connections_by_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return std::max<std::size_t>(8, limit.rlim_cur / 4 * 3);
}

std::optional<Share> one_of(Quota& quota, std::optional<Place> place) {
  Share share(quota, place);
  if (!share.grow(1)) return std::nullopt;
  return share;
}

}  // namespace

HttpServerStats Counters::read() const {
  return {.accepted = accepted,
          .refused = refused,
          .accept_failures = accept_failures,
          .handshake_failures = handshake_failures,
          .requests = requests,
          .bad_requests = bad_requests,
          .throttled = throttled,
          .handler_failures = handler_failures,
          .expired = expired,
          .peers_gone = peers_gone,
          .open = open,
          .parked = parked};
}

// Polls never take the last connections, which others need to say something.
Gate::Gate(const HttpLimits& limits)
    : connections_(std::min(limits.connections_max, connections_by_descriptors()),
                   limits.connections_per_address_max),
      parked_(std::min(limits.parked_max, connections_.in_all_max() / 4 * 3),
              limits.parked_per_address_max),
      bodies_(limits.bodies_bytes_max, limits.bodies_per_address_bytes_max),
      connections_rate_(limits.connections_per_address, limits.address_slots),
      requests_rate_(limits.requests_per_address, limits.address_slots) {}

std::optional<Share> Gate::enter(std::optional<Place> place, Instant now) {
  if (place && connections_rate_.take(*place, now).count() > 0) return std::nullopt;
  return one_of(connections_, place);
}

std::int64_t Gate::take_request(Place place, Instant now) {
  return std::chrono::ceil<std::chrono::seconds>(requests_rate_.take(place, now)).count();
}

std::optional<Share> Gate::park(Place place) { return one_of(parked_, place); }

}  // namespace entente::http
