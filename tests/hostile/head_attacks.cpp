#include "attack.h"

namespace entente::tests {
namespace {

Attack row(const char* name, std::string bytes, const char* verdict, const char* why) {
  return {name, says(std::move(bytes) + std::string(smuggled)), verdict, why};
}

std::string line(const std::string& first) { return first + "\r\nHost: a\r\n\r\n"; }

Attacks field_attacks() {
  return {
      row("space before the colon", get("X : y\r\n"), "400", "a field to some and none to others"),
      row("folded line", get("X: y\r\n z\r\n"), "400", "one reader's value, another's field"),
      row("folded first field", "GET /echo HTTP/1.1\r\n Host: a\r\n\r\n", "400",
          "part of the request line to some"),
      row("LF alone after a field", "GET /echo HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", "400",
          "one line to some, two to others"),
      row("LF alone throughout", "GET /echo HTTP/1.1\nHost: a\n\n", "400",
          "refused at once: its end would never come"),
      row("CR alone in a value", get("X: y\rZ: z\r\n"), "400", "a line end to some"),
      row("NUL in a value", get(std::string("X: y\0z\r\n", 8)), "400", "C strings end there"),
      row("bell in a value", get("X: \a\r\n"), "400", "it would reach a terminal through the log"),
      row("8-bit value", get("X: \xc3\xa9\r\n"), "400", "read in whatever charset one likes"),
      row("field without a colon", get("broken\r\n"), "400", "not skipped: it may be half of one"),
      row("field without a name", get(": y\r\n"), "400", "no token"),
      row("10,000 fields", get(repeat("a: b\r\n", 10'000)), "431", "64 are enough for everybody"),
      row("2,000 fields in 8 KB", get(repeat("a:\r\n", 2'000)), "431", "counted, not only weighed"),
      row("127 KB of head", get("X: " + std::string(127'000, 'x') + "\r\n"), "431",
          "8 KB are enough for everybody"),
      row("200 KB of head", get("X: " + std::string(200'000, 'x') + "\r\n"), "431",
          "the answer arrives although the rest is thrown away"),
      row("head without an end", "GET /echo HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'x'),
          "431", "it need not end to be too long"),
      row("another expectation", post("Content-Length: 5\r\nExpect: 200-ok\r\n") + "hello", "417",
          "what cannot be met is said"),
      row("two authorizations", get("Authorization: x\r\nAuthorization: y\r\n"), "400",
          "which of them signs is a guess"),
  };
}

Attacks line_attacks() {
  return {
      row("HTTP/9.9", line("GET /echo HTTP/9.9"), "505", "another protocol"),
      row("HTTP/1.0", line("GET /echo HTTP/1.0"), "505", "it frames messages otherwise"),
      row("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", "another protocol"),
      row("no version", line("GET /echo"), "400", "HTTP/0.9 has no fields at all"),
      row("lower-case version", line("GET /echo http/1.1"), "400", "not the grammar's"),
      row("two spaces", line("GET  /echo HTTP/1.1"), "400", "an empty target to some"),
      row("tab as a space", line("GET\t/echo HTTP/1.1"), "400", "a longer method to some"),
      row("empty line first", "\r\n" + line("GET /echo HTTP/1.1"), "400", "skipped by some only"),
      row("unknown method", line("FETCH /echo HTTP/1.1"), "501", "not guessed at"),
      row("lower-case method", line("get /echo HTTP/1.1"), "501", "methods have a case"),
      row("CONNECT", line("CONNECT a:443 HTTP/1.1"), "501", "this is no proxy"),
      row("TRACE", line("TRACE /echo HTTP/1.1"), "501", "it would echo credentials"),
      row("absolute URL of another host", line("GET http://b/echo HTTP/1.1"), "400",
          "its host and the Host field differ"),
      row("absolute URL of this host", line("GET http://a/echo HTTP/1.1"), "400",
          "one way to say a path is enough"),
      row("asterisk", line("OPTIONS * HTTP/1.1"), "400", "no path"),
      row("network path", line("GET //b/echo HTTP/1.1"), "400", "a host to some"),
      row("dot segments", line("GET /a/../echo HTTP/1.1"), "400", "another path once resolved"),
      row("escaped dot segments", line("GET /a/%2e%2e/echo HTTP/1.1"), "400",
          "another path once decoded"),
      row("escaped slash", line("GET /a%2fecho HTTP/1.1"), "400", "another path once decoded"),
      row("escaped NUL", line("GET /echo%00.html HTTP/1.1"), "400", "C strings end there"),
      row("broken escape", line("GET /echo%zz HTTP/1.1"), "400", "readers disagree"),
      row("fragment", line("GET /echo#x HTTP/1.1"), "400", "never sent by an honest client"),
      {"target of 3 KB without an end", says("GET /" + std::string(3'000, 'x')), "414",
       "it need not end to be too long"},
      row("TLS bytes in the clear", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9), "400",
          "refused at the first byte"),
      row("PROXY line", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + line("GET /echo HTTP/1.1"),
          "400", "an address nobody vouches for"),
      row("SSH greeting", "SSH-2.0-OpenSSH_9.2\r\n", "400", "another protocol"),
      row("8-bit target", line("GET /\xff\xfe HTTP/1.1"), "400", "read in whatever charset"),
  };
}

Attacks host_attacks() {
  const auto hosts = [](const std::string& fields) {
    return "GET /echo HTTP/1.1\r\n" + fields + "\r\n";
  };
  return {
      row("no Host", hosts("X: y\r\n"), "400", "required by HTTP/1.1"),
      row("two equal Hosts", hosts("Host: a\r\nHost: a\r\n"), "400", "once is enough"),
      row("two Hosts", hosts("Host: a\r\nHost: b\r\n"), "400", "checked by one, routed by another"),
      row("empty Host", hosts("Host:\r\n"), "400", "no host"),
      row("another Host", hosts("Host: b\r\n"), "421", "not served here: a stolen DNS name"),
      row("longer Host", hosts("Host: a.b\r\n"), "421", "compared whole"),
      row("Host with a user", hosts("Host: b@a\r\n"), "400", "a URL's part, not a host's"),
      row("Host with a space", hosts("Host: a b\r\n"), "400", "cut by some"),
      row("Host with a broken port", hosts("Host: a:8x\r\n"), "400", "not the grammar's"),
      row("list of Hosts", hosts("Host: a, b\r\n"), "400", "which of them counts is a guess"),
      row("X-Forwarded-Host", hosts("Host: b\r\nX-Forwarded-Host: a\r\n"), "421",
          "what a stranger forwards is not read"),
  };
}

}  // namespace

Attacks head_attacks() {
  Attacks all = field_attacks();
  for (auto& attack : line_attacks()) all.push_back(std::move(attack));
  for (auto& attack : host_attacks()) all.push_back(std::move(attack));
  return all;
}

}  // namespace entente::tests
