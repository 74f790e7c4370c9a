#include <entente/transport/http.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

std::optional<unsigned> hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A' + 10);
  return std::nullopt;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

}  // namespace

std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &HttpHeader::name);
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const auto high = i + 1 < text.size() ? hex_value(text[i + 1]) : std::nullopt;
      const auto low = i + 2 < text.size() ? hex_value(text[i + 2]) : std::nullopt;
      if (!high || !low) return fail(ErrorCode::malformed, "a percent escape is broken");
      c = static_cast<char>(*high * 16 + *low);
      i += 2;
    }
    if (is_control(static_cast<unsigned char>(c))) {
      return fail(ErrorCode::malformed, "a control character");
    }
    decoded += c;
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += hex_digits[byte >> 4];
      encoded += hex_digits[byte & 15];
    }
  }
  return encoded;
}

Result<std::optional<std::string>> find_query(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    ENTENTE_LET(key, percent_decode(pair.substr(0, equals)));
    ENTENTE_LET(value, percent_decode(equals == std::string_view::npos ? std::string_view{}
                                                                       : pair.substr(equals + 1)));
    if (key != name) continue;
    if (found) return fail(ErrorCode::malformed, "the query names one parameter twice");
    found = std::move(value);
  }
  return found;
}

struct HttpReply::Once {
  Once(Deliver deliver, Gone gone) : deliver_(std::move(deliver)), gone_(std::move(gone)) {}
  ~Once() {
    try {
      send({.status = 500});
    } catch (...) {  // NOLINT(bugprone-empty-catch): no memory; a deadline ends the wait
    }
  }

  void send(HttpResponse response) {
    if (!sent_.test_and_set()) deliver_(std::move(response));
  }

  Deliver deliver_;
  Gone gone_;
  std::atomic_flag sent_;
};

HttpReply::HttpReply(Deliver deliver, Gone gone)
    : once_(std::make_shared<Once>(std::move(deliver), std::move(gone))) {}

void HttpReply::send(HttpResponse response) const { once_->send(std::move(response)); }

HttpReply HttpReply::watched(std::function<void(const HttpResponse&)> look) const {
  const auto pass_on = [inner = *this, look = std::move(look)](HttpResponse response) {
    look(response);
    inner.send(std::move(response));
  };
  return HttpReply(pass_on, once_->gone_);
}

bool HttpReply::is_wanted() const { return !once_->gone_ || !once_->gone_->load(); }

}  // namespace entente
