#pragma once
// Numeric addresses and blocks of them, as 16 bytes: an IPv4 address stands at its place in IPv6,
// ::ffff:0:0/96, so that one rule serves both and no second spelling slips past it.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace entente::http {

using Address = std::array<std::uint8_t, 16>;

// "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", which is the first again. A zone ("%eth0") is
// dropped. Nothing for any other text.
std::optional<Address> parse_address(std::string_view text);
// As people write it; IPv4 with dots.
std::string write_address(const Address& address);

struct Network {
  Address prefix{};
  unsigned bits = 0;
};

// "10.0.0.0/8", "2001:db8::/32", or one address. Nothing for any other text.
std::optional<Network> parse_network(std::string_view text);

// Whether the first bits are the network's. `address` has at least that many.
bool is_in(std::span<const std::uint8_t> address, const Network& network);

// What one subscriber usually holds, and so what limits count: an IPv4 address, an IPv6 /64.
using Place = std::uint64_t;
Place place_of(const Address& address);

}  // namespace entente::http
