#include "attack.h"

namespace entente::tests {
namespace {

const std::string hello = post("Content-Length: 5\r\n") + "hello";
const std::string later = "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none";

Attacks pipelines() {
  const std::string end(last);
  return {
      {"three requests at once", says(get("") + get("") + end), "200 200 200",
       "answered in their order"},
      {"bodies and none, at once", says(hello + get("") + hello + end), "200 200 200 200",
       "each ends where it says"},
      {"thirty requests at once", says(repeat(get(""), 29) + end), repeat("200 ", 29) + "200",
       "no more than one is worked on at a time"},
      {"a good and a bad request at once", says(get("") + get("X : y\r\n") + end), "200 400",
       "what follows a bad one is never read"},
      {"a bad and a good request at once", says(get("X : y\r\n") + end), "400",
       "what follows a bad one is never read"},
      {"bytes beyond a body", says(hello + "x" + end), "200 501",
       "they begin the next request, whose method is none"},
      {"a line end beyond a body", says(hello + "\r\n" + end), "200 400", "not skipped"},
      {"a request beyond the last", says(end + get("")), "200", "closing means closing"},
      {"the next request while one waits", says(later + end), "200 200", "kept, and in order"},
      {"sixty-five KB ahead of one that waits", says(later + repeat(hello, 900) + end),
       repeat("200 ", 901) + "200", "read on only after the answer"},
      {"HEAD, then GET", says("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n" + end), "200 200",
       "no body where none may be"},
      {"upgrade to another protocol",
       says(get("Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n") + end),
       "200 200", "ignored, as one may"},
      {"upgrade to WebSocket",
       says(get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n") +
            end),
       "200 200", "ignored, as one may"},
      {"expectation of 100",
       says(post("Content-Length: 5\r\nExpect: 100-continue\r\n") + "hello" + end), "200 200",
       "the body is here already"},
      {"expectation of 100, and waiting for it",
       [](Peer& peer) {
         peer.send(post("Content-Length: 5\r\nExpect: 100-continue\r\n"));
         peer.read_until("100 Continue\r\n\r\n");
         peer.send("hello" + std::string(last));
       },
       "100 200 200", "said before the body"},
  };
}

Act then_ends(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer) {
    peer.send(bytes);
    peer.end_sending();
  };
}

Attacks half_closes() {
  return {
      {"ends at once", then_ends(""), "closed", "nothing was asked"},
      {"ends in the request line", then_ends("GET /ec"), "closed", "nothing was asked"},
      {"ends in the head", then_ends("GET /echo HTTP/1.1\r\nHost: a\r\n"), "closed",
       "half a head is no request"},
      {"ends before the body", then_ends(post("Content-Length: 5\r\n")), "closed",
       "half a request is none"},
      {"ends in the body", then_ends(post("Content-Length: 5\r\n") + "hel"), "closed",
       "half a request is none"},
      {"ends after a request", then_ends(get("")), "200", "it may still want to hear"},
      {"ends after a request with a body", then_ends(hello), "200", "it may still want to hear"},
      {"ends after half a second request", then_ends(get("") + "GET /ec"), "200",
       "the first was whole"},
      {"ends after a bad request", then_ends(get("X : y\r\n")), "400", "it may still want to hear"},
      {"ends while its request waits", then_ends("GET /never HTTP/1.1\r\nHost: a\r\n\r\n"),
       "closed", "a side that ended is how a dead peer looks: nothing is held for it"},
  };
}

Attack named(const char* name, const char* sni, const char* host, const char* verdict,
             const char* why) {
  Attack attack{
      name,
      says("GET /echo HTTP/1.1\r\nHost: " + std::string(host) + "\r\nConnection: close\r\n\r\n"),
      verdict, why, Wire::tls};
  if (*sni != '\0') attack.adjust = [sni](SSL* ssl) { SSL_set_tlsext_host_name(ssl, sni); };
  return attack;
}

Attacks names() {
  return {
      named("SNI of this host", "a", "a", "200", "what a browser says"),
      named("SNI in capitals", "KETTLE.example", "kettle.example", "200", "names have no case"),
      named("no SNI", "", "a", "200", "who connects by address names nobody"),
      named("SNI of another host", "b.example", "a", "alert: tlsv1 unrecognized name",
            "refused before a signature is spent on it"),
      named("SNI of a subdomain", "x.kettle.example", "a", "alert: tlsv1 unrecognized name",
            "compared whole"),
      named("SNI of this host, Host of another", "a", "b.example", "421",
            "a connection for one name is none for another"),
      named("SNI of one host, Host of another of ours", "kettle.example", "a", "200",
            "one certificate speaks for both"),
      named("long SNI",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a",
            "alert: tlsv1 unrecognized name", "not one of ours"),
  };
}

}  // namespace

Attacks order_attacks() {
  Attacks all = pipelines();
  for (auto& attack : half_closes()) all.push_back(std::move(attack));
  for (auto& attack : names()) all.push_back(std::move(attack));
  return all;
}

}  // namespace entente::tests
