#include "transport/address_filter.h"

#include "transport/network.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace entente::http {
namespace {

// An IPv4 address is its four bytes here.
constexpr auto special_v4 = std::to_array<Network>({
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared, carrier-grade NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, and the metadata services of clouds
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 31, 196}, 24},  // AS112
    {{192, 52, 193}, 24},  // AMT
    {{192, 88, 99}, 24},   // 6to4 relays, deprecated
    {{192, 168}, 16},      // private
    {{192, 175, 48}, 24},  // AS112
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, and broadcast
});

// Global unicast is 2000::/3; these parts of it are special.
constexpr auto special_v6 = std::to_array<Network>({
    {{0x20, 0x01, 0x00}, 23},                    // protocol assignments: Teredo, ORCHID
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // documentation
    {{0x20, 0x02}, 16},                          // 6to4
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},  // AS112
    {{0x3f, 0xff, 0x00}, 20},                    // documentation
});
constexpr Network global_unicast{{0x20}, 3};
constexpr Network mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network nat64{{0x00, 0x64, 0xff, 0x9b}, 96};  // the local one, 64:ff9b:1::/48, is refused

bool is_in_any(std::span<const std::uint8_t> address, std::span<const Network> blocks) {
  return std::ranges::any_of(blocks, [&](const Network& block) { return is_in(address, block); });
}

}  // namespace

bool is_public_v4(std::span<const std::uint8_t, 4> address) {
  return !is_in_any(address, special_v4);
}

bool is_public_v6(std::span<const std::uint8_t, 16> address) {
  if (is_in(address, mapped) || is_in(address, nat64)) return is_public_v4(address.last<4>());
  return is_in(address, global_unicast) && !is_in_any(address, special_v6);
}

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return is_public_v4(bytes);
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return is_public_v6(bytes);
  }
  return false;
}

}  // namespace entente::http
