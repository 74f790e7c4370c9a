#include "transport/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace entente::http {
namespace {

constexpr std::size_t url_bytes_max = 2'048;
constexpr std::size_t name_bytes_max = 253;
constexpr std::size_t label_bytes_max = 63;
constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t first_free_port = 1'024;

std::unexpected<Error> refuse(std::string detail) {
  return fail(ErrorCode::address_refused, std::move(detail));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return result;
}

bool is_written_in_urls(char c) {
  constexpr std::string_view never = "\"<>\\^`{|}";
  return c > ' ' && c < '\x7f' && never.find(c) == std::string_view::npos;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

// What inet_aton() and browsers take for an IPv4 address in one of its many spellings.
bool looks_like_number(std::string_view label) {
  if (std::ranges::all_of(label, is_digit)) return true;
  return label.starts_with("0x") && std::ranges::all_of(label.substr(2), is_hex_digit);
}

bool is_written_address(int family, std::string_view text) {
  std::array<char, sizeof(in6_addr)> address{};
  return inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

Status check_name(const std::string& name) {
  if (name.size() > name_bytes_max) return refuse("the host's name is too long");
  std::string_view rest = name;
  std::string_view label;
  do {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    if (!is_label(label)) {
      return refuse(
          "write the host in letters, digits and hyphens, its parts split by single dots");
    }
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    if (rest.empty() && dot != std::string_view::npos) return refuse("a host ends without a dot");
  } while (!rest.empty());
  if (looks_like_number(label) && !is_written_address(AF_INET, name)) {
    return refuse("write an IPv4 address as four decimal numbers");
  }
  return {};
}

Status check_host(const std::string& host) {
  if (!host.starts_with('[')) return check_name(host);
  if (!host.ends_with(']') || !is_written_address(AF_INET6, host.substr(1, host.size() - 2))) {
    return refuse("no IPv6 address, or one with a zone");
  }
  return {};
}

Result<std::uint16_t> read_port(std::string_view digits, const UrlRules& rules,
                                std::uint16_t usual) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.starts_with('0') || error != std::errc() || end != digits.data() + digits.size()) {
    return refuse("a port is a number from 1 to 65535");
  }
  if (port < first_free_port && port != usual && !rules.allow_any_port) {
    return refuse("port " + std::to_string(port) + " belongs to another service");
  }
  return port;
}

// Escapes are whole, and none hides a dot segment or a control.
Status check_path(std::string_view path) {
  std::string segment;
  const auto is_dots = [&] { return segment == "." || segment == ".."; };
  for (std::size_t at = 0; at < path.size() && path[at] != '?' && path[at] != '#'; ++at) {
    char c = path[at];
    if (c == '%') {
      const auto digits = path.substr(at + 1, 2);
      if (digits.size() < 2 || !std::ranges::all_of(digits, is_hex_digit)) {
        return refuse("a broken escape in the path");
      }
      unsigned value = 0;
      std::from_chars(digits.data(), digits.data() + 2, value, 16);
      if (value < ' ' || value == 0x7f) return refuse("an escaped control in the path");
      c = static_cast<char>(value);
      at += 2;
    } else if (c == '/') {
      if (is_dots()) return refuse("a path with dot segments");
      segment.clear();
      continue;
    }
    segment.push_back(c);
  }
  if (is_dots()) return refuse("a path with dot segments");
  return {};
}

Result<std::unique_ptr<CURLU, UrlFree>> parse(const std::string& text) {
  std::unique_ptr<CURLU, UrlFree> url(curl_url());
  if (!url) return fail(ErrorCode::internal, "no memory for a URL");
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) {
    return refuse("no URL");
  }
  return url;
}

}  // namespace

void UrlFree::operator()(Curl_URL* url) const { curl_url_cleanup(url); }

std::string Url::text() const {
  char* written = nullptr;
  if (curl_url_get(handle.get(), CURLUPART_URL, &written, 0) != CURLUE_OK) return {};
  std::string copy(written);
  curl_free(written);
  return copy;
}

Result<Url> read_url(const std::string& text, UrlRules rules) {
  if (text.size() > url_bytes_max) return refuse("the URL is too long");
  if (!std::ranges::all_of(text, is_written_in_urls)) {
    return refuse("a character that no URL has: escape it, or take it out");
  }
  const auto colon = text.find("://");
  const std::string scheme = lower(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string::npos || (scheme != "https" && !(scheme == "http" && rules.allow_plain)))
    return refuse("a URL begins with https://");
  std::string_view rest = std::string_view(text).substr(colon + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  if (authority.find('@') != std::string_view::npos)
    return refuse("a URL without user or password");
  const auto bracket = authority.rfind(']');
  const auto port_at = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  Url url;
  url.host = lower(authority.substr(0, port_at));
  ENTENTE_TRY(check_host(url.host));
  url.port = scheme == "https" ? https_port : http_port;
  if (port_at != std::string_view::npos) {
    ENTENTE_LET(port, read_port(authority.substr(port_at + 1), rules, url.port));
    url.port = port;
  }
  ENTENTE_TRY(check_path(rest));
  ENTENTE_LET(handle, parse(text));
  url.handle = std::move(handle);
  return url;
}

}  // namespace entente::http
