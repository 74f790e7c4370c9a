#include <chrono>
#include <thread>

#include "attack.h"
#include "hello.h"

namespace entente::tests {
namespace {

constexpr int drips_max = 400;
constexpr int drip_ms = 50;
constexpr std::size_t much = 32'000'000;  // more than two socket buffers take

// A byte now and then, for as long as anybody listens.
Act drips(std::string first, char drop) {
  return [first = std::move(first), drop](Peer& peer) {
    peer.send(first);
    for (int i = 0; i < drips_max && !peer.is_closed(drip_ms); ++i) {
      peer.send(std::string(1, drop));
    }
  };
}

Act drips_raw(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    for (const char byte : text) {
      if (peer.is_closed(drip_ms)) return;
      peer.send_raw(std::string(1, byte));
    }
  };
}

// Reads a little now and then, of an answer that is large.
Act sips(int bites) {
  return [bites](Peer& peer) {
    peer.send("GET /much?" + std::to_string(much) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    for (int i = 0; i < bites && peer.read_some(0); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(drip_ms));
    }
  };
}

Attacks slow_requests() {
  const std::string head = "GET /echo HTTP/1.1\r\nHost: a\r\n";
  const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n";
  return {
      {"says nothing", says(""), "closed", "a connection is a place somebody else could have"},
      {"stalls in the request line", says("GET /ec"), "closed", "total time, whatever came"},
      {"stalls in the head", says(head), "closed", "total time, whatever came"},
      {"stalls before the last line end", says(head + "\r"), "closed", "one byte short is short"},
      {"drips its method", drips("", 'G'), "closed", "each byte buys no time"},
      {"drips its head", drips(head + "X: ", 'x'), "closed", "each byte buys no time"},
      {"drips fields", drips(head + "X: y\r\nA", ':'), "closed", "each byte buys no time"},
      {"stalls before its body", says(post + "\r\n"), "closed", "an announcement is no body"},
      {"stalls in its body", says(post + "\r\n" + std::string(999, 'x')), "closed",
       "one byte short is short"},
      {"drips its body", drips(post + "\r\n", 'x'), "closed", "each byte buys no time"},
      {"stalls once told to continue", says(post + "Expect: 100-continue\r\n\r\n"), "100",
       "an invitation buys no time"},
      {"stalls in its second request", says(get("") + "GET /ec"), "200",
       "the first buys no time for it"},
      {"drips its second request", drips(get(""), 'G'), "200", "each byte buys no time"},
      {"waits for an answer that never comes", says("GET /never HTTP/1.1\r\nHost: a\r\n\r\n"),
       "503", "told to come back"},
      {"drips while it waits", drips("GET /never HTTP/1.1\r\nHost: a\r\n\r\n", 'G'), "503",
       "told to come back"},
  };
}

Attacks slow_readers() {
  return {
      {"never reads its answer", sips(0), "200", "total time, whatever is left to send"},
      {"sips its answer", sips(60), "200", "each sip buys no time"},
  };
}

// Key updates are records without content: each costs the server, and is no request.
void update_keys(Peer& peer, int kind) {
  constexpr int updates_max = 5'000'000;
  for (int i = 0; i < updates_max; ++i) {
    if (SSL_key_update(peer.ssl(), kind) != 1 || SSL_do_handshake(peer.ssl()) != 1) return;
  }
}

Attack raw(const char* name, Act act, const char* why) {
  return {name, std::move(act), "closed", why, Wire::tls, {}, false};
}

Act says_raw(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) { peer.send_raw(bytes); };
}

// Each byte of the hello in a record of its own: well formed, and the handshake goes on.
std::string crumbled(const std::string& hello) {
  std::string bytes;
  for (const char byte : hello.substr(5)) bytes += std::string("\x16\x03\x01\x00\x01", 5) + byte;
  return bytes;
}

Attacks slow_handshakes() {
  const std::string hello = client_hello();
  return {
      raw("stalls before its hello", says_raw(""), "a handshake has a deadline of its own"),
      raw("stalls after 1 byte of its hello", says_raw(hello.substr(0, 1)), "as above"),
      raw("stalls after 5 bytes of its hello", says_raw(hello.substr(0, 5)), "as above"),
      raw("stalls after 60 bytes of its hello", says_raw(hello.substr(0, 60)), "as above"),
      raw("stalls a byte before its hello ends", says_raw(hello.substr(0, hello.size() - 1)),
          "as above"),
      raw("stalls after its hello", says_raw(hello), "the server has signed, and waits no longer"),
      raw("stalls after its hello in crumbs", says_raw(crumbled(hello)), "as above"),
      raw("stalls after an empty record", says_raw(std::string("\x16\x03\x01\x00\x00", 5)),
          "nothing was said"),
      raw("drips its hello", drips_raw(hello), "each byte buys no time"),
      {"stalls in a record",
       [](Peer& peer) {
         peer.send("GET /ec");
         peer.send_raw(std::string("\x17\x03\x03\x01\x00", 5) + "xyz");
       },
       "closed", "a record that does not end is no byte", Wire::tls},
      {"updates keys without end",
       [](Peer& peer) { update_keys(peer, SSL_KEY_UPDATE_NOT_REQUESTED); }, "closed",
       "busy is not the same as asking", Wire::tls},
      {"asks for key updates without end",
       [](Peer& peer) { update_keys(peer, SSL_KEY_UPDATE_REQUESTED); }, "closed",
       "answers that nobody reads must not be owed", Wire::tls},
  };
}

}  // namespace

Attacks slow_attacks() {
  Attacks all = slow_requests();
  for (auto& attack : slow_readers()) all.push_back(std::move(attack));
  for (auto& attack : slow_handshakes()) all.push_back(std::move(attack));
  return all;
}

}  // namespace entente::tests
