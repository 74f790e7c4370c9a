#pragma once
// A hostile conversation as one row of a table: what is done, what must come of it, and why. The
// verdict is what the attacker sees: the statuses of the answers it got before the server closed
// ("400", "200 200"); or "closed" without an answer; or how TLS failed ("alert: ..."); or "left" if
// the attacker went away, and there is nobody to tell.

#include <functional>
#include <string>
#include <vector>

#include "peer.h"

namespace entente::tests {

enum class Wire : unsigned char { plain, tls, both };

using Act = std::function<void(Peer&)>;

struct Attack {
  std::string name;
  Act act;
  std::string verdict;
  std::string why;
  Wire wire = Wire::both;
  std::function<void(SSL*)> adjust;  // its handshake
  bool shakes_hands = true;          // over TLS, before it acts
  Act leave;                         // once the server has heard what it did
};

using Attacks = std::vector<Attack>;

// Bytes that should be one request or none; what follows them must never be read as another.
inline constexpr std::string_view smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
// An honest last request, after which the server closes.
inline constexpr std::string_view last =
    "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

Act says(std::string bytes);
std::string get(const std::string& fields);   // Host and request line are there
std::string post(const std::string& fields);  // likewise
std::string repeat(const std::string& text, int times);

// The tables, each in a file of its own.
Attacks framing_attacks();  // where a message ends
Attacks head_attacks();     // what a head may hold
Attacks order_attacks();    // pipelining, half-closing, hosts
Attacks reset_attacks();    // leaving, at each stage
Attacks slow_attacks();     // stalling and dripping; run together, each until its deadline
Attacks tls_attacks();      // below HTTP

}  // namespace entente::tests
