#pragma once
// What travels over HTTP, as plain values: what a handler is asked, what it answers, and the reply
// that may be given now, later, or from another thread.
//
//     reply.send({.status = 200, .content_type = "application/json", .body = to_bytes(text)});
//
// protocol/spec/11-transport.md.

#include <entente/core/bytes.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

struct HttpHeader {
  std::string name;  // lower case in what was received
  std::string value;

  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

using HttpHeaders = std::vector<HttpHeader>;

// The first value under this name, which is given in lower case.
std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name);

// A request that passed the server's strict reading (sdk/src/transport/http_head.h): one host, one
// length, no escapes that are broken, no "." or ".." in the path.
struct HttpRequest {
  std::string method;        // "GET", "POST", …
  std::string path;          // "/entente/v1/cases", still percent-encoded
  std::string query;         // what follows "?", still percent-encoded
  std::string host;          // lower case, with the port if one was named
  std::string content_type;  // as sent; empty if none
  HttpHeaders headers;       // every field, names in lower case
  Bytes body;
  std::string remote_address;  // "192.0.2.7" or "2001:db8::7"; the client's, behind a trusted proxy
  std::int64_t waited_ms = 0;  // from when it could be read until it was: the server is loaded
  bool is_last = false;        // the server is stopping: tell those who watch its health
};

struct HttpResponse {
  int status = 200;
  std::string content_type;
  Bytes body;
  HttpHeaders headers;  // others, e.g. {"retry-after", "5"}
};

// The decoded value of ?name=…; absent if the query has no such name. A "+" is a plus sign.
// Fails with malformed if the query repeats the name or an escape is broken or hides a control.
Result<std::optional<std::string>> find_query(std::string_view query, std::string_view name);

// Undoes percent-encoding of a path segment or a query value. Fails with malformed on a broken
// escape and on control characters.
Result<std::string> percent_decode(std::string_view text);
// Escapes all but letters, digits and "-._~" (RFC 3986 section 2.3).
std::string percent_encode(std::string_view text);

// The one answer to a request. Copies share it: the first send() counts, from whatever thread; when
// the last copy goes and nothing was sent, the peer gets a 500.
class HttpReply {
 public:
  using Deliver = std::function<void(HttpResponse)>;
  using Gone = std::shared_ptr<const std::atomic<bool>>;

  // `deliver` is called exactly once. `gone`, if given, turns true once nobody waits any more.
  explicit HttpReply(Deliver deliver, Gone gone = nullptr);

  void send(HttpResponse response) const;
  // The same reply, whose answer `look` sees before it is sent.
  HttpReply watched(std::function<void(const HttpResponse&)> look) const;
  // False once the peer has left or the server stopped waiting: a queue of waiters may drop it.
  bool is_wanted() const;

 private:
  struct Once;
  std::shared_ptr<Once> once_;
};

// Called on an I/O thread, which serves others too: it must not block. Work that takes time goes to
// a thread of the caller's, with the reply. What it throws becomes a 500 without text.
using HttpHandler = std::function<void(HttpRequest, HttpReply)>;

}  // namespace entente
