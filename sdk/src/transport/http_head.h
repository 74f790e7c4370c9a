#pragma once
// The strict reading of an HTTP/1.1 request head (RFC 9112), apart from sockets so that it can be
// tested and fuzzed byte by byte. It takes what our own clients and browsers send and nothing that
// two readers could understand differently: no chunked bodies, no folded lines, no lone LF, one
// Host, one Content-Length, no field value outside printable ASCII.

#include <entente/transport/http.h>
#include <entente/transport/server.h>

#include <expected>
#include <string_view>

namespace entente::http {

// What to answer to bytes that are no request of ours; the connection closes after it.
struct Refusal {
  int status = 400;
  std::string_view why;
  std::int64_t retry_after_s = 0;  // said if positive
};

struct Head {
  HttpRequest request;  // without body and remote address
  std::size_t body_bytes = 0;
  bool expects_continue = false;
  bool keep_alive = true;
};

// Looks for the end of the head as bytes arrive, each byte once, and refuses what can become no
// head without waiting for more: the same bytes get the same verdict however they are cut.
class HeadScanner {
 public:
  // `received` starts with the head and only grows between calls. The size of the head including
  // its empty line, or 0 while incomplete.
  std::expected<std::size_t, Refusal> scan(std::string_view received, const HttpLimits& limits);

 private:
  std::size_t seen_ = 0;
  bool in_first_line_ = true;
};

// `bytes` is what HeadScanner measured, empty line included.
std::expected<Head, Refusal> parse_head(std::string_view bytes, const HttpLimits& limits);

// One of `allowed` is this host, with any port or with that port. An empty list allows all.
bool host_allowed(std::string_view host, const std::vector<std::string>& allowed);

// "kettle.example" of "kettle.example:8443"; "[::1]" of "[::1]:8443".
std::string_view without_port(std::string_view host);

// A list's item or a field's value without the spaces around it; no tab gets this far.
std::string_view trim(std::string_view text);

// What an answer's fields may hold (RFC 9110 section 5): a handler's text must not split it.
bool is_field_name(std::string_view name);
bool is_field_value(std::string_view value);

}  // namespace entente::http
