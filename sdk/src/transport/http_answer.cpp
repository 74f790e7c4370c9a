#include "transport/http_answer.h"

#include "transport/http_head.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace entente::http {
namespace {

struct Reason {
  int status;
  std::string_view text;
};

constexpr auto reasons = std::to_array<Reason>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

// May be empty (RFC 9112 section 4).
std::string_view reason(int status) {
  const auto found = std::ranges::find(reasons, status, &Reason::status);
  return found == reasons.end() ? std::string_view() : found->text;
}

// RFC 9110 section 5.6.7; written once a second per thread.
std::string_view date_now() {
  thread_local std::time_t written = -1;
  thread_local std::array<char, 40> text{};
  const std::time_t now = std::time(nullptr);
  if (now != written) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 40> format{};  // names of days and months do not follow the locale
    std::snprintf(format.data(), format.size(), "%s, %%d %s %%Y %%H:%%M:%%S GMT",
                  days[static_cast<std::size_t>(parts.tm_wday)],
                  months[static_cast<std::size_t>(parts.tm_mon)]);
    if (std::strftime(text.data(), text.size(), format.data(), &parts) == 0) text[0] = '\0';
    written = now;
  }
  return text.data();
}

bool has_no_body(int status) { return status == 204 || status == 304; }

bool is_written_here(const HttpHeader& field) {
  std::string name = field.name;
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  constexpr auto ours = std::to_array<std::string_view>(
      {"content-length", "content-type", "transfer-encoding", "connection", "date", "upgrade"});
  return std::ranges::find(ours, name) != ours.end();
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool is_sendable(const HttpResponse& response) {
  if (response.status < 200 || response.status > 599) return false;
  if (!is_field_value(response.content_type)) return false;
  if (has_no_body(response.status) && !response.body.empty()) return false;
  return std::ranges::all_of(response.headers, [](const HttpHeader& field) {
    return is_field_name(field.name) && is_field_value(field.value) && !is_written_here(field);
  });
}

std::string write_answer(const HttpResponse& response, AnswerContext context) {
  std::string out;
  out.reserve(256 + response.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason(response.status)).append("\r\n");
  append_field(out, "Date", date_now());
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  if (!has_no_body(response.status)) {
    append_field(out, "Content-Length", std::to_string(response.body.size()));
  }
  for (const auto& field : response.headers) append_field(out, field.name, field.value);
  if (context.closes) append_field(out, "Connection", "close");
  out += "\r\n";
  if (!context.head_only) out.append(response.body.begin(), response.body.end());
  return out;
}

}  // namespace entente::http
