#pragma once
// What the client follows: https, a host, nobody's password. Apart from sockets so that it can be
// tested and fuzzed. Where a host leads is asked of the address connected to: address_filter.h.

#include <curl/curl.h>
#include <entente/core/result.h>

#include <memory>
#include <string>

namespace entente::http {

struct UrlFree {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlFree>;

// Parsed once, and the parsed form is what curl connects with: no second reading can differ.
// Fails with address_refused.
Result<Url> read_url(const std::string& text, bool allow_plain);

// Empty if `absent` is why there is none. Fails with address_refused.
Result<std::string> url_part(CURLU* url, CURLUPart part, CURLUcode absent);

}  // namespace entente::http
