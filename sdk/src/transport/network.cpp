#include "transport/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace entente::http {
namespace {

constexpr Network mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr unsigned v4_bits = 32;

std::span<const std::uint8_t> v4_part(const Address& address) {
  return std::span(address).subspan(mapped.bits / 8);
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string plain(text.substr(0, text.find('%')));
  Address address = mapped.prefix;
  if (inet_pton(AF_INET, plain.c_str(), address.data() + mapped.bits / 8) == 1) return address;
  if (inet_pton(AF_INET6, plain.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string write_address(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_in(address, mapped)) {
    inet_ntop(AF_INET, v4_part(address).data(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address || text.find('%') != std::string_view::npos) return std::nullopt;
  Network network{*address, 128};
  if (slash == std::string_view::npos) return network;
  const auto digits = text.substr(slash + 1);
  unsigned bits = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const unsigned before = text.find(':') == std::string_view::npos ? mapped.bits : 0;
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  if (bits > (before == 0 ? 128 : v4_bits)) return std::nullopt;
  network.bits = before + bits;
  return network;
}

bool is_in(std::span<const std::uint8_t> address, const Network& network) {
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if ((address[bit / 8] & mask) != (network.prefix[bit / 8] & mask)) return false;
  }
  return true;
}

// Both fit one number without meeting: no IPv6 network starts as 0:ffff.
Place place_of(const Address& address) {
  Place place = 0;
  const auto bytes =
      is_in(address, mapped) ? std::span(address).last<8>() : std::span(address).first<8>();
  for (const auto byte : bytes) place = (place << 8) | byte;
  return place;
}

}  // namespace entente::http
