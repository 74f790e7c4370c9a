#include "transport/gate.h"

#include <arpa/inet.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

namespace entente::http {
namespace {

// Every connection is a descriptor; the store, the log and the client need some too.
std::size_t connections_by_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return std::max<std::size_t>(8, limit.rlim_cur / 4 * 3);
}

}  // namespace

HttpServerStats Counters::read() const {
  return {.accepted = accepted,
          .refused = refused,
          .accept_failures = accept_failures,
          .handshake_failures = handshake_failures,
          .requests = requests,
          .bad_requests = bad_requests,
          .handler_failures = handler_failures,
          .expired = expired,
          .peers_gone = peers_gone,
          .open = open,
          .parked = parked};
}

Gate::Gate(const HttpLimits& limits)
    : connections_max_(std::min(limits.connections_max, connections_by_descriptors())),
      per_address_max_(limits.connections_per_address_max),
      bytes_max_(limits.bodies_bytes_max) {}

std::optional<Gate::Ticket> Gate::enter(const std::string& address) {
  auto place = place_of(address);
  const std::lock_guard lock(mutex_);
  if (connections_ >= connections_max_) return std::nullopt;
  auto& here = places_[place];
  if (here >= per_address_max_) {
    if (here == 0) places_.erase(place);
    return std::nullopt;
  }
  ++here;
  ++connections_;
  return std::make_optional<Ticket>(*this, std::move(place));
}

void Gate::leave(const std::string& place) {
  const std::lock_guard lock(mutex_);
  --connections_;
  const auto found = places_.find(place);
  if (found != places_.end() && --found->second == 0) places_.erase(found);
}

bool Gate::take_bytes(std::size_t bytes) {
  if (bytes_.fetch_add(bytes) + bytes <= bytes_max_) return true;
  bytes_.fetch_sub(bytes);
  return false;
}

void Gate::give_bytes(std::size_t bytes) { bytes_.fetch_sub(bytes); }

std::string place_of(const std::string& address) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), bytes.data()) != 1) {
    return address;
  }
  constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) {
    std::array<char, INET_ADDRSTRLEN> text{};
    inet_ntop(AF_INET, bytes.data() + mapped.size(), text.data(), text.size());
    return text.data();
  }
  return to_hex(std::span(bytes).first(8));
}

}  // namespace entente::http
