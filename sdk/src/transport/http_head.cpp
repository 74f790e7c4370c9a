#include "transport/http_head.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace entente::http {
namespace {

// "POST" and " HTTP/1.1" and room: a first line longer than target and this is a target too long.
constexpr std::size_t request_line_rest_max = 32;
constexpr std::size_t method_bytes_max = 16;

using Text = std::string_view;

std::unexpected<Refusal> refuse(int status, Text why) {
  return std::unexpected(Refusal{status, why});
}

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_any_of(char c, Text set) { return set.find(c) != Text::npos; }
bool is_token(char c) { return is_alnum(c) || is_any_of(c, "!#$%&'*+-.^_`|~"); }

std::string lower(Text text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// The piece before `separator`, removed from `text` together with it.
Text take_until(Text& text, Text separator) {
  const auto piece = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(text.size(), piece.size() + separator.size()));
  return piece;
}

bool is_known_method(Text method) {
  constexpr auto known =
      std::to_array<Text>({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"});
  return std::ranges::find(known, method) != known.end();
}

bool carries_body(Text method) { return method == "POST" || method == "PUT" || method == "PATCH"; }

// RFC 3986: pchar and "/", and "?" where it is a query; broken escapes are refused here once, so
// that no handler meets them.
bool is_uri_text(Text text, bool query) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_alnum(c) && !is_any_of(c, "-._~!$&'()*+,;=:@/") && !(query && c == '?')) {
      return false;
    }
  }
  return true;
}

// "." and ".." name another path than the one compared; so may an escaped slash or control.
bool has_deceptive_segment(Text path) {
  path.remove_prefix(1);
  while (!path.empty()) {
    const auto segment = percent_decode(take_until(path, "/"));
    if (!segment || *segment == "." || *segment == "..") return true;
    if (is_any_of('/', *segment) || is_any_of('\\', *segment)) return true;
  }
  return false;
}

std::expected<void, Refusal> read_target(Text target, const HttpLimits& limits,
                                         HttpRequest& request) {
  if (target.size() > limits.target_bytes_max) return refuse(414, "target too long");
  if (!target.starts_with('/') || target.starts_with("//")) return refuse(400, "target form");
  const bool has_query = target.find('?') != Text::npos;
  const auto path = take_until(target, "?");
  if (!is_uri_text(path, false) || !is_uri_text(target, true)) return refuse(400, "target text");
  if (has_deceptive_segment(path)) return refuse(400, "path segment");
  request.path = path;
  if (has_query) request.query = target;
  return {};
}

std::expected<void, Refusal> read_version(Text version) {
  if (version == "HTTP/1.1") return {};
  const bool is_other = version.size() == 8 && version.starts_with("HTTP/") &&
                        is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  return is_other ? refuse(505, "version") : refuse(400, "version");
}

std::expected<void, Refusal> read_request_line(Text line, const HttpLimits& limits,
                                               HttpRequest& request) {
  if (std::ranges::count(line, ' ') != 2) return refuse(400, "request line");
  const auto method = take_until(line, " ");
  const auto target = take_until(line, " ");
  if (method.empty() || method.size() > method_bytes_max ||
      !std::ranges::all_of(method, is_token)) {
    return refuse(400, "method");
  }
  if (auto version = read_version(line); !version) return version;
  if (!is_known_method(method)) return refuse(501, "method");
  request.method = method;
  return read_target(target, limits, request);
}

bool is_port(Text port) {
  return port.size() <= 5 && !port.empty() && std::ranges::all_of(port, is_digit);
}

bool is_host(Text host) {
  Text name = host;
  if (host.starts_with('[')) {
    name = host.substr(1, host.find(']') - 1);
    if (host.find(']') == Text::npos || name.size() < 2) return false;
    if (!std::ranges::all_of(name, [](char c) { return is_hex(c) || c == ':' || c == '.'; })) {
      return false;
    }
    host.remove_prefix(name.size() + 2);
    return host.empty() || (host.starts_with(':') && is_port(host.substr(1)));
  }
  name = host.substr(0, host.find(':'));
  if (name.empty() || name.size() > 253) return false;
  if (name.size() < host.size() && !is_port(host.substr(name.size() + 1))) return false;
  return std::ranges::all_of(name, [](char c) { return is_alnum(c) || is_any_of(c, "-._"); });
}

std::expected<void, Refusal> read_fields(Text lines, const HttpLimits& limits,
                                         HttpHeaders& fields) {
  while (true) {
    auto line = take_until(lines, "\r\n");
    if (line.empty()) break;
    if (fields.size() == limits.fields_max) return refuse(431, "too many fields");
    if (line.find(':') == Text::npos) return refuse(400, "field line");
    const auto name = take_until(line, ":");
    // A folded line or a space before the colon ends here: neither is a token.
    if (!is_field_name(name)) return refuse(400, "field name");
    const auto value = trim(line);
    if (!is_field_value(value)) return refuse(400, "field value");
    fields.push_back({lower(name), std::string(value)});
  }
  return lines.empty() ? std::expected<void, Refusal>{} : refuse(400, "field lines");
}

// The fields that decide where a message goes or ends may stand there once.
std::expected<void, Refusal> refuse_repeats(const HttpHeaders& fields) {
  for (const Text name : {"host", "content-length", "content-type", "expect", "authorization"}) {
    if (std::ranges::count(fields, name, &HttpHeader::name) > 1) return refuse(400, name);
  }
  return {};
}

std::expected<std::size_t, Refusal> read_length(Text text, const HttpLimits& limits) {
  const bool has_digits = !text.empty() && std::ranges::all_of(text, is_digit);
  if (!has_digits || (text.size() > 1 && text.starts_with('0'))) {
    return refuse(400, "content length");
  }
  std::size_t length = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), length);
  if (read.ec != std::errc{} || length > limits.body_bytes_max) return refuse(413, "body too long");
  return length;
}

std::expected<void, Refusal> read_framing(const HttpLimits& limits, Head& head) {
  const auto& request = head.request;
  if (find_header(request.headers, "transfer-encoding")) return refuse(501, "transfer encoding");
  const auto length = find_header(request.headers, "content-length");
  if (!length) {
    if (carries_body(request.method)) return refuse(411, "content length missing");
    return {};
  }
  const auto bytes = read_length(*length, limits);
  if (!bytes) return std::unexpected(bytes.error());
  if (*bytes > 0 && !carries_body(request.method)) return refuse(400, "body not expected");
  head.body_bytes = *bytes;
  return {};
}

bool names_close(Text connection) {
  while (!connection.empty()) {
    if (lower(trim(take_until(connection, ","))) == "close") return true;
  }
  return false;
}

std::expected<void, Refusal> read_meaning(Head& head) {
  auto& request = head.request;
  const auto host = find_header(request.headers, "host");
  if (!host || !is_host(*host)) return refuse(400, "host");
  request.host = lower(*host);
  request.content_type = find_header(request.headers, "content-type").value_or("");
  if (const auto expect = find_header(request.headers, "expect")) {
    if (lower(*expect) != "100-continue") return refuse(417, "expectation");
    head.expects_continue = head.body_bytes > 0;
  }
  for (const auto& field : request.headers) {
    if (field.name == "connection" && names_close(field.value)) head.keep_alive = false;
  }
  return {};
}

}  // namespace

std::expected<std::size_t, Refusal> HeadScanner::scan(Text received, const HttpLimits& limits) {
  for (; seen_ < received.size(); ++seen_) {
    if (seen_ == limits.head_bytes_max) return refuse(431, "head too long");
    const bool is_too_long = seen_ == limits.target_bytes_max + request_line_rest_max;
    if (in_first_line_ && is_too_long) return refuse(414, "target too long");
    const char c = received[seen_];
    const char before = seen_ == 0 ? ' ' : received[seen_ - 1];
    if (seen_ == 0 && !is_token(c)) return refuse(400, "first byte");
    if ((c == '\n') != (before == '\r')) return refuse(400, "line end");
    if (c != '\r' && c != '\n' && (c < 0x20 || c == 0x7f)) return refuse(400, "control or 8-bit");
    if (c != '\n') continue;
    in_first_line_ = false;
    if (received.substr(0, seen_ + 1).ends_with("\r\n\r\n")) return ++seen_;
  }
  return 0;
}

std::expected<Head, Refusal> parse_head(Text bytes, const HttpLimits& limits) {
  Head head;
  if (!bytes.ends_with("\r\n\r\n")) return refuse(400, "no end");
  const auto line = take_until(bytes, "\r\n");
  if (auto read = read_request_line(line, limits, head.request); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_fields(bytes, limits, head.request.headers); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = refuse_repeats(head.request.headers); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_framing(limits, head); !read) return std::unexpected(read.error());
  if (auto read = read_meaning(head); !read) return std::unexpected(read.error());
  return head;
}

bool host_allowed(Text host, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return true;
  const auto whole = lower(host);
  const auto name = without_port(whole);
  return std::ranges::any_of(allowed, [&](const std::string& entry) {
    const auto wanted = lower(entry);
    return wanted == whole || wanted == name;
  });
}

Text without_port(Text host) {
  return host.substr(0, host.find(':', host.starts_with('[') ? host.find(']') : 0));
}

Text trim(Text text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_field_name(Text name) { return !name.empty() && std::ranges::all_of(name, is_token); }

bool is_field_value(Text value) {
  return std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace entente::http
