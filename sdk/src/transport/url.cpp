#include "transport/url.h"

namespace entente::http {
namespace {

struct CurlFree {
  void operator()(char* text) const { curl_free(text); }
};

}  // namespace

Result<std::string> url_part(CURLU* url, CURLUPart part, CURLUcode absent) {
  char* text = nullptr;
  const CURLUcode code = curl_url_get(url, part, &text, 0);
  const std::unique_ptr<char, CurlFree> owned(text);
  if (code == absent) return std::string();
  if (code != CURLUE_OK) return fail(ErrorCode::address_refused, "the URL has no clear meaning");
  return std::string(text);
}

Result<Url> read_url(const std::string& text, bool allow_plain) {
  Url url(curl_url());
  if (!url) return fail(ErrorCode::internal, "no memory for a URL");
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK ||
      text.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::address_refused, "no URL, or one with user information");
  }
  ENTENTE_LET(scheme, url_part(url.get(), CURLUPART_SCHEME, CURLUE_NO_SCHEME));
  if (scheme != "https" && !(allow_plain && scheme == "http")) {
    return fail(ErrorCode::address_refused, "scheme " + scheme);
  }
  ENTENTE_LET(host, url_part(url.get(), CURLUPART_HOST, CURLUE_NO_HOST));
  if (host.empty()) return fail(ErrorCode::address_refused, "a URL without host");
  return url;
}

}  // namespace entente::http
