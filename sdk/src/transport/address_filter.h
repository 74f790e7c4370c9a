#pragma once
// Which socket addresses a name from a stranger may lead to: public unicast ones only. Asked about
// the address that is about to be connected to, never about text, so no spelling and no answer of
// a hostile name server gets around it.
//
// Source: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890) and multicast.

#include <cstdint>
#include <span>

struct sockaddr;

namespace entente::http {

bool is_public_v4(std::span<const std::uint8_t, 4> address);
// Addresses that carry an IPv4 one (mapped, NAT64) are judged by what they carry; other ways of
// carrying one (6to4, Teredo, compatible) are refused.
bool is_public_v6(std::span<const std::uint8_t, 16> address);
// Any other family is not public.
bool is_public(const sockaddr& address);

}  // namespace entente::http
