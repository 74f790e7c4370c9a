#include "transport/http_head.h"

#include "catch.h"

using namespace entente;
using namespace entente::http;

namespace {

const HttpLimits http_limits;

// What the server does with these bytes: 200 if they start with a request, the refusal's status, or
// 0 if it would wait for more.
int status_of(std::string_view bytes) {
  HeadScanner scanner;
  const auto size = scanner.scan(bytes, http_limits);
  if (!size) return size.error().status;
  if (*size == 0) return 0;
  const auto head = parse_head(bytes.substr(0, *size), http_limits);
  return head ? 200 : head.error().status;
}

// The same, as the bytes arrive one by one: refusals must not depend on how a stream is cut.
int status_by_bytes(std::string_view bytes) {
  HeadScanner scanner;
  for (std::size_t i = 1; i <= bytes.size(); ++i) {
    const auto size = scanner.scan(bytes.substr(0, i), http_limits);
    if (!size) return size.error().status;
    if (*size == 0) continue;
    const auto head = parse_head(bytes.substr(0, *size), http_limits);
    return head ? 200 : head.error().status;
  }
  return 0;
}

Head read(std::string_view bytes) {
  const auto head = parse_head(bytes, http_limits);
  REQUIRE(head);
  return *head;
}

struct Probe {
  const char* what;
  std::string bytes;
  int status;
};

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\n" + fields + "\r\n"; }
std::string hosted(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }
std::string post(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}
std::string repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<Probe> framing_probes() {
  return {
      {"negative length", post("Content-Length: -1\r\n"), 400},
      {"signed length", post("Content-Length: +5\r\n"), 400},
      {"hexadecimal length", post("Content-Length: 0x5\r\n"), 400},
      {"length with leading zero", post("Content-Length: 05\r\n"), 400},
      {"length with inner space", post("Content-Length: 5 5\r\n"), 400},
      {"length as list", post("Content-Length: 5, 5\r\n"), 400},
      {"empty length", post("Content-Length:\r\n"), 400},
      {"fractional length", post("Content-Length: 5.0\r\n"), 400},
      {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {"two different lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {"lengths in two cases", post("Content-Length: 5\r\ncontent-LENGTH: 5\r\n"), 400},
      {"length over the cap", post("Content-Length: 8388609\r\n"), 413},
      {"length of 9 digits", post("Content-Length: 999999999\r\n"), 413},
      {"length over 64 bits", post("Content-Length: 18446744073709551621\r\n"), 413},
      {"no length", post(""), 411},
      {"body of a GET", get("Host: a\r\nContent-Length: 5\r\n"), 400},
      {"body of a DELETE", hosted("DELETE / HTTP/1.1\r\nContent-Length: 1"), 400},
      {"chunked", post("Transfer-Encoding: chunked\r\n"), 501},
      {"length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 501},
      {"chunked and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 501},
      {"xchunked", post("Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n"), 501},
      {"chunked amid spaces", post("Transfer-Encoding:   chunked  \r\n"), 501},
      {"gzip and length", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 501},
      {"identity", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n"), 501},
      {"empty transfer encoding", post("Transfer-Encoding:\r\nContent-Length: 5\r\n"), 501},
      {"chunked by HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
       505},
      {"another expectation", post("Content-Length: 5\r\nExpect: 200-maybe\r\n"), 417},
      {"two expectations",
       post("Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n"), 400},
      {"two content types", post("Content-Length: 0\r\nContent-Type: a\r\nContent-Type: b\r\n"),
       400},
  };
}

std::vector<Probe> field_probes() {
  const std::string nul("a\0b", 3);
  return {
      {"space before colon", get("Host : a\r\n"), 400},
      {"tab before colon", get("Host\t: a\r\n"), 400},
      {"folded line", get("Host: a\r\nX: b\r\n c\r\n"), 400},
      {"folded line by tab", get("Host: a\r\nX: b\r\n\tc\r\n"), 400},
      {"folded first line", get(" Host: a\r\n"), 400},
      {"lone LF after a field", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
      {"lone LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"lone LFs only", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"lone CR in a value", get("Host: a\r\nX: b\rc\r\n"), 400},
      {"CR CR LF", get("Host: a\r\r\n"), 400},
      {"NUL in a value", get("Host: a\r\nX: " + nul + "\r\n"), 400},
      {"NUL in a name", get("Host: a\r\n" + nul + ": x\r\n"), 400},
      {"bell in a value", get("Host: a\r\nX: \x07\r\n"), 400},
      {"8-bit value", get("Host: a\r\nX: \xc3\xa9\r\n"), 400},
      {"no colon", get("Host: a\r\nbroken\r\n"), 400},
      {"no name", get("Host: a\r\n: x\r\n"), 400},
      {"name in brackets", get("Host: a\r\n[x]: y\r\n"), 400},
      {"64 fields are enough", get("Host: a\r\n" + repeat("X: y\r\n", 63)), 200},
      {"65 fields", get("Host: a\r\n" + repeat("X: y\r\n", 64)), 431},
      {"2,000 fields", get("Host: a\r\n" + repeat("a:\r\n", 2'000)), 431},
      {"one long field", get("Host: a\r\nX: " + std::string(8'192, 'x') + "\r\n"), 431},
      {"127 KB of fields", get("Host: a\r\nX: " + std::string(130'000, 'x') + "\r\n"), 431},
      {"endless head", get("Host: a\r\n") + "", 200},
      {"no Host", get("X: y\r\n"), 400},
      {"two Hosts", get("Host: a\r\nHost: a\r\n"), 400},
      {"two Hosts in two cases", get("Host: a\r\nhOST: b\r\n"), 400},
      {"empty Host", get("Host:\r\n"), 400},
      {"Host with user", get("Host: u@a\r\n"), 400},
      {"Host with path", get("Host: a/b\r\n"), 400},
      {"Host with space", get("Host: a b\r\n"), 400},
      {"Hosts as list", get("Host: a, b\r\n"), 400},
      {"Host with empty port", get("Host: a:\r\n"), 400},
      {"Host with broken port", get("Host: a:8x\r\n"), 400},
      {"Host with long port", get("Host: a:123456\r\n"), 400},
      {"Host with open bracket", get("Host: [::1\r\n"), 400},
      {"Host with text after bracket", get("Host: [::1]x\r\n"), 400},
      {"Host with empty brackets", get("Host: []\r\n"), 400},
      {"two authorizations", get("Host: a\r\nAuthorization: x\r\nAuthorization: y\r\n"), 400},
  };
}

std::vector<Probe> line_probes() {
  return {
      {"HTTP/9.9", hosted("GET / HTTP/9.9"), 505},
      {"HTTP/1.0", hosted("GET / HTTP/1.0"), 505},
      {"HTTP/2.0", hosted("GET / HTTP/2.0"), 505},
      {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.10", hosted("GET / HTTP/1.10"), 400},
      {"http/1.1", hosted("GET / http/1.1"), 400},
      {"HTTP 1.1", hosted("GET / HTTP 1.1"), 400},
      {"no version", hosted("GET /"), 400},
      {"no target", hosted("GET HTTP/1.1"), 400},
      {"two spaces", hosted("GET  / HTTP/1.1"), 400},
      {"space at the end", hosted("GET / HTTP/1.1 "), 400},
      {"tab as space", hosted("GET\t/ HTTP/1.1"), 400},
      {"space first", hosted(" GET / HTTP/1.1"), 400},
      {"empty line first", "\r\n" + hosted("GET / HTTP/1.1"), 400},
      {"another method", hosted("FETCH / HTTP/1.1"), 501},
      {"lower-case method", hosted("get / HTTP/1.1"), 501},
      {"CONNECT", hosted("CONNECT a:443 HTTP/1.1"), 501},
      {"TRACE", hosted("TRACE / HTTP/1.1"), 501},
      {"method in brackets", hosted("<GET> / HTTP/1.1"), 400},
      {"long method", hosted("GETGETGETGETGETGET / HTTP/1.1"), 400},
      {"absolute URL", hosted("GET http://b/ HTTP/1.1"), 400},
      {"asterisk", hosted("OPTIONS * HTTP/1.1"), 400},
      {"fragment", hosted("GET /a#b HTTP/1.1"), 400},
      {"network path", hosted("GET //b/ HTTP/1.1"), 400},
      {"backslash", hosted("GET /a\\b HTTP/1.1"), 400},
      {"dot segment", hosted("GET /a/../b HTTP/1.1"), 400},
      {"dot segment at the end", hosted("GET /a/.. HTTP/1.1"), 400},
      {"single dot", hosted("GET /./a HTTP/1.1"), 400},
      {"escaped dots", hosted("GET /a/%2e%2E/b HTTP/1.1"), 400},
      {"escaped slash", hosted("GET /a%2fb HTTP/1.1"), 400},
      {"escaped backslash", hosted("GET /a%5Cb HTTP/1.1"), 400},
      {"escaped NUL", hosted("GET /a%00 HTTP/1.1"), 400},
      {"broken escape", hosted("GET /a%2 HTTP/1.1"), 400},
      {"broken escape in the query", hosted("GET /a?b=%zz HTTP/1.1"), 400},
      {"8-bit target", hosted("GET /\xc3\xa9 HTTP/1.1"), 400},
      {"quote in target", hosted("GET /\"a HTTP/1.1"), 400},
      {"angle bracket in query", hosted("GET /?<a> HTTP/1.1"), 400},
      {"target of 2 KB", hosted("GET /" + std::string(2'047, 'a') + " HTTP/1.1"), 200},
      {"longer target", hosted("GET /" + std::string(2'048, 'a') + " HTTP/1.1"), 414},
      {"target without end", "GET /" + std::string(3'000, 'a'), 414},
      {"long line that is no request line",
       hosted("GET /" + std::string(3'000, 'a') + " b c HTTP/1.1"), 414},
      {"long line with a control after the cap",
       "GET /" + std::string(3'000, 'a') + "\x01 HTTP/1.1\r\n\r\n", 414},
      {"a TLS hello", std::string("\x16\x03\x01\x02\x00\x01", 6), 400},
      {"an SSH greeting", "SSH-2.0-OpenSSH_9.2\r\n\r\n", 400},
      {"a PROXY line", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + hosted("GET / HTTP/1.1"), 400},
  };
}

}  // namespace

TEST_CASE("hostile and odd heads get their status, whole or byte by byte",
          "[transport][negative]") {
  for (const auto& probes : {framing_probes(), field_probes(), line_probes()}) {
    for (const auto& probe : probes) {
      CAPTURE(probe.what);
      CHECK(status_of(probe.bytes) == probe.status);
      CHECK(status_by_bytes(probe.bytes) == probe.status);
    }
  }
}

TEST_CASE("a request head gives what the handler sees", "[transport]") {
  const auto head = read(
      "POST /entente/v1/cases/a%20b?wait=30&x HTTP/1.1\r\nHOST: Kettle.Example:8443\r\n"
      "Content-Type: application/x-entente\r\nContent-Length: 600\r\nX-Odd:  two words \r\n"
      "Expect: 100-Continue\r\n\r\n");
  CHECK(head.request.method == "POST");
  CHECK(head.request.path == "/entente/v1/cases/a%20b");
  CHECK(head.request.query == "wait=30&x");
  CHECK(head.request.host == "kettle.example:8443");
  CHECK(head.request.content_type == "application/x-entente");
  CHECK(find_header(head.request.headers, "x-odd") == "two words");
  CHECK(head.request.headers.size() == 5);
  CHECK(head.body_bytes == 600);
  CHECK(head.expects_continue);
  CHECK(head.keep_alive);
}

TEST_CASE("a body of exactly the cap is let in", "[transport]") {
  const auto bytes = std::to_string(http_limits.body_bytes_max);
  CHECK(read(post("Content-Length: " + bytes + "\r\n")).body_bytes == http_limits.body_bytes_max);
  CHECK(read(post("Content-Length: 0\r\n")).body_bytes == 0);
}

TEST_CASE("the peer's wish to close is heard in any spelling", "[transport]") {
  for (const char* value : {"close", "Close", "keep-alive, close", "close,x", " x ,CLOSE "}) {
    CAPTURE(value);
    CHECK_FALSE(read(get("Host: a\r\nConnection: " + std::string(value) + "\r\n")).keep_alive);
  }
  for (const char* value : {"", "keep-alive", "closed", "upgrade", "xclose"}) {
    CAPTURE(value);
    CHECK(read(get("Host: a\r\nConnection: " + std::string(value) + "\r\n")).keep_alive);
  }
}

TEST_CASE("a head is incomplete at each byte before its last, and no byte more is taken",
          "[transport]") {
  const auto bytes = post("Content-Length: 3\r\n");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(status_of(std::string_view(bytes).substr(0, size)) == 0);
  }
  HeadScanner scanner;
  CHECK(scanner.scan(bytes + "abcGET / HTTP/1.1\r\n\r\n", http_limits).value() == bytes.size());
}

TEST_CASE("no single byte turned into another makes a second reading", "[transport][negative]") {
  const std::string good = "POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nX: y\r\n\r\n";
  int accepted = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(byte);
      HeadScanner scanner;
      const auto size = scanner.scan(bytes, http_limits);
      if (!size || *size == 0) continue;
      const auto head = parse_head(std::string_view(bytes).substr(0, *size), http_limits);
      if (!head) continue;
      ++accepted;
      // Whatever was accepted ends where its bytes end, and says so once.
      CHECK(*size == bytes.size());
      CHECK(find_header(head->request.headers, "content-length") ==
            std::to_string(head->body_bytes));
      CHECK_FALSE(find_header(head->request.headers, "transfer-encoding"));
    }
  }
  CHECK(accepted > 256);
}

TEST_CASE("a host is allowed by name with any port, or by name and port", "[transport]") {
  const std::vector<std::string> allowed = {"Kettle.example", "desk.example:8443", "[::1]"};
  for (const char* host :
       {"kettle.example", "kettle.example:1", "desk.example:8443", "[::1]", "[::1]:80"}) {
    CAPTURE(host);
    CHECK(host_allowed(host, allowed));
    CHECK(host_allowed(host, {}));
  }
  for (const char* host : {"kettle.example.evil", "xkettle.example", "desk.example",
                           "desk.example:443", "[::2]", "", "127.0.0.1"}) {
    CAPTURE(host);
    CHECK_FALSE(host_allowed(host, allowed));
  }
}
