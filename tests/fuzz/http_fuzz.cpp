// HTTP as a stranger sends it: one verdict however the bytes are cut on their way, nothing accepted
// that reads differently when written again, no answer that a field can split.
#include <algorithm>
#include <optional>

#include "fuzz.h"
#include "transport/http_answer.h"
#include "transport/http_head.h"

namespace entente::fuzz {
namespace {

constexpr std::string_view line_end = "\r\n";

// Within reach of a fuzzer.
HttpLimits small_limits() {
  HttpLimits limits;
  limits.head_bytes_max = 200;
  limits.fields_max = 4;
  limits.target_bytes_max = 40;
  limits.body_bytes_max = 1'000;
  return limits;
}

struct Verdict {
  int status = 0;  // of a refusal; 0: none
  std::optional<http::Head> head;
  std::size_t head_bytes = 0;

  bool operator==(const Verdict& other) const {
    if (status != other.status || head_bytes != other.head_bytes) return false;
    if (!head || !other.head) return head.has_value() == other.head.has_value();
    const HttpRequest& a = head->request;
    const HttpRequest& b = other.head->request;
    return a.method == b.method && a.path == b.path && a.query == b.query && a.host == b.host &&
           a.content_type == b.content_type && a.headers == b.headers &&
           head->body_bytes == other.head->body_bytes &&
           head->expects_continue == other.head->expects_continue &&
           head->keep_alive == other.head->keep_alive;
  }
};

// As the server's connection does it: `sizes` says how many bytes arrive together.
template <class Sizes>
Verdict receive(std::string_view bytes, const HttpLimits& limits, Sizes sizes) {
  http::HeadScanner scanner;
  for (std::size_t arrived = 0; arrived < bytes.size();) {
    arrived = std::min(bytes.size(), arrived + std::max<std::size_t>(1, sizes()));
    const auto size = scanner.scan(bytes.substr(0, arrived), limits);
    if (!size) return {size.error().status, std::nullopt, 0};
    if (*size == 0) continue;
    require(*size <= arrived && *size <= limits.head_bytes_max, "a head is of what has arrived");
    auto head = http::parse_head(bytes.substr(0, *size), limits);
    if (!head) return {head.error().status, std::nullopt, *size};
    return {0, std::move(*head), *size};
  }
  return {};
}

std::string write_request(const http::Head& head) {
  const HttpRequest& request = head.request;
  std::string text = request.method + " " + request.path;
  if (!request.query.empty()) text += "?" + request.query;
  text += " HTTP/1.1\r\n";
  for (const HttpHeader& field : request.headers) text += field.name + ": " + field.value + "\r\n";
  return text + "\r\n";
}

void check_accepted(const Verdict& verdict, const HttpLimits& limits) {
  const HttpRequest& request = verdict.head->request;
  require(verdict.head->body_bytes <= limits.body_bytes_max, "a body is within its limit");
  require(request.headers.size() <= limits.fields_max, "fields are within their limit");
  require(request.path.starts_with('/') && !request.host.empty(), "a request has path and host");
  const auto path = percent_decode(request.path);
  require(path.has_value(), "a path can be decoded");
  require(path->find("/../") == std::string::npos && !path->ends_with("/.."), "no way up");
  require(!find_header(request.headers, "transfer-encoding"), "no body without a length");
  static_cast<void>(find_query(request.query, "wait"));
  HttpLimits roomy;
  roomy.head_bytes_max *= 2;  // a colon gets a space behind it
  const auto again = receive(write_request(*verdict.head), roomy, [] { return 1u << 20; });
  Verdict same = verdict;
  same.head_bytes = again.head_bytes;  // spaces around values are gone
  require(again == same, "written again it is the same request");
}

void read_head(Input input) {
  const std::uint8_t choice = input.byte();
  const HttpLimits limits = choice % 2 == 0 ? HttpLimits{} : small_limits();
  std::uint32_t state = choice + 1u;
  const std::string_view bytes = text_of(input.rest());
  const Verdict whole = receive(bytes, limits, [] { return std::size_t{1} << 20; });
  const Verdict dripped = receive(bytes, limits, [] { return std::size_t{1}; });
  const Verdict cut = receive(bytes, limits, [&] {
    state = state * 1'664'525u + 1'013'904'223u;
    return std::size_t{state >> 27};
  });
  require(whole == dripped, "byte by byte it gets the verdict it gets at once");
  require(whole == cut, "cut anywhere it gets the verdict it gets at once");
  if (whole.head) check_accepted(whole, limits);
}

void answer(Input input) {
  HttpResponse response{.status = static_cast<int>(input.number(2) % 700),
                        .content_type = std::string(text_of(input.piece())),
                        .body = {},
                        .headers = {}};
  const std::uint8_t shape = input.byte();
  for (int i = shape % 4; i > 0; --i) {
    const std::string name(text_of(input.piece()));
    response.headers.push_back({name, std::string(text_of(input.piece()))});
  }
  const ByteView body = input.rest();
  response.body.assign(body.begin(), body.end());
  if (!http::is_sendable(response)) return;
  const std::string text =
      http::write_answer(response, {.closes = (shape & 4) != 0, .head_only = (shape & 8) != 0});
  const std::size_t end = text.find("\r\n\r\n");
  require(end != std::string::npos, "an answer has a head");
  const std::string_view rest = std::string_view(text).substr(end + 4);
  require((shape & 8) != 0 ? rest.empty() : rest == text_of(response.body), "its body is the body");
  std::size_t lines = 0;
  for (std::size_t at = 0; at <= end; ++lines) at = text.find(line_end, at) + line_end.size();
  const std::size_t own = 2 + (response.content_type.empty() ? 0u : 1u) +
                          (response.status == 204 || response.status == 304 ? 0u : 1u) +
                          ((shape & 4) != 0 ? 1u : 0u);
  require(lines == own + response.headers.size(), "no field writes a line of its own");
}

void escapes(std::string_view text) {
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  const auto back = percent_decode(percent_encode(text));
  require(back.has_value() == !has_control, "escaping hides no control");
  require(!back || *back == text, "what is escaped comes back");
  static_cast<void>(percent_decode(text));
  static_cast<void>(find_query(text, "a"));
}

}  // namespace

void http(ByteView bytes) {
  Input input(bytes);
  switch (input.below(3)) {
    case 0:
      return read_head(input);
    case 1:
      return answer(input);
    default:
      return escapes(text_of(input.rest()));
  }
}

}  // namespace entente::fuzz
