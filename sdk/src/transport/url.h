#pragma once
// A URL of a brand, as a card or a person wrote it. Read once and strictly: what two readers could
// take for two places is refused rather than guessed, and the parsed form is what curl connects
// with, so no second reading can differ. Where the name leads is judged later, on the socket
// address (address_filter.h); no spelling is trusted to say it.
//
// Source: RFC 3986 and the WHATWG URL standard, whose vectors the tests hold this against.

#include <entente/core/result.h>

#include <cstdint>
#include <memory>
#include <string>

struct Curl_URL;

namespace entente::http {

struct UrlFree {
  void operator()(Curl_URL* url) const;
};

struct Url {
  std::unique_ptr<Curl_URL, UrlFree> handle;
  std::string host;  // lower case; an IPv6 address in brackets
  std::uint16_t port = 0;

  // As curl writes it.
  std::string text() const;
};

struct UrlRules {
  bool allow_plain = false;  // http:// too
  // Below 1024 live other services, which a card could make us speak to; on one's own network a
  // person may want any port.
  bool allow_any_port = false;
};

// Fails with address_refused; the detail says what to write instead.
Result<Url> read_url(const std::string& text, UrlRules rules);

}  // namespace entente::http
