#include "attack.h"

namespace entente::tests {
namespace {

struct Stage {
  const char* name;
  Act reach;
  Wire wire = Wire::both;
  bool shakes_hands = true;
};

// Waits for the answer's beginning, so that what follows happens in the middle of it.
Act asks_for_much(std::size_t bytes) {
  return [bytes](Peer& peer) {
    peer.send("GET /much?" + std::to_string(bytes) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    peer.read_until("\r\n\r\n");
  };
}

Act asks_and_waits() {
  return [](Peer& peer) {
    peer.send(get(""));
    peer.read_until("\r\n\r\n");
  };
}

std::vector<Stage> http_stages() {
  return {
      {"once connected", says("")},
      {"in the request line", says("GET /ec")},
      {"in the head", says("GET /echo HTTP/1.1\r\nHost: a\r\nX: ")},
      {"before the body", says(post("Content-Length: 9\r\n"))},
      {"in the body", says(post("Content-Length: 9\r\n") + "abc")},
      {"in a large body", says(post("Content-Length: 90000\r\n") + std::string(80'000, 'x'))},
      {"once told to continue", says(post("Content-Length: 9\r\nExpect: 100-continue\r\n"))},
      {"while its request waits", says("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")},
      {"while the first of two waits", says("GET /never HTTP/1.1\r\nHost: a\r\n\r\n" + get(""))},
      {"as its answer is made", says("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")},
      {"in the answer", asks_for_much(8'000'000)},
      {"after the answer", asks_and_waits()},
      {"after a refusal", says(get("X : y\r\n"))},
      {"in what follows a refusal", says(get("X : y\r\n") + std::string(100'000, 'x'))},
  };
}

// The beginning of a TLS 1.2 ClientHello of 512 bytes.
std::string hello(std::size_t bytes) {
  std::string text("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  text.resize(517, '\x20');
  return text.substr(0, bytes);
}

Stage raw(const char* name, std::string bytes) {
  return {name, [bytes = std::move(bytes)](Peer& peer) { peer.send_raw(bytes); }, Wire::tls, false};
}

// The start of a record that announces 256 bytes and brings ten of them.
Act in_a_record() {
  return [](Peer& peer) {
    peer.send(get("").substr(0, 9));
    peer.send_raw(std::string("\x17\x03\x03\x01\x00", 5) + std::string(10, 'x'));
  };
}

std::vector<Stage> tls_stages() {
  return {
      raw("before the hello", ""),
      raw("after 1 byte of the hello", hello(1)),
      raw("after 3 bytes of the hello", hello(3)),
      raw("after 5 bytes of the hello", hello(5)),
      raw("after 60 bytes of the hello", hello(60)),
      raw("a byte before the hello ends", hello(516)),
      {"in a record", in_a_record(), Wire::tls},
  };
}

}  // namespace

Attacks reset_attacks() {
  auto stages = http_stages();
  for (auto& stage : tls_stages()) stages.push_back(std::move(stage));
  Attacks attacks;
  for (const auto& stage : stages) {
    for (const bool resets : {true, false}) {
      attacks.push_back({.name = std::string(resets ? "resets " : "closes ") + stage.name,
                         .act = stage.reach,
                         .verdict = "left",
                         .why = "all that was held for it is free again",
                         .wire = stage.wire,
                         .shakes_hands = stage.shakes_hands,
                         .leave = [resets](Peer& peer) { resets ? peer.reset() : peer.close(); }});
    }
  }
  return attacks;
}

}  // namespace entente::tests
