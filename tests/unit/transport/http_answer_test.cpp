#include "transport/http_answer.h"

#include "catch.h"

using namespace entente;
using namespace entente::http;

namespace {

// Without the date, which changes.
std::string answer(const HttpResponse& response, AnswerContext context) {
  auto text = write_answer(response, context);
  const auto start = text.find("Date: ");
  REQUIRE(start != std::string_view::npos);
  REQUIRE(text.substr(text.find("\r\n", start) - 4, 4) == " GMT");
  text.erase(start, text.find("\r\n", start) + 2 - start);
  return text;
}

}  // namespace

TEST_CASE("an answer is written as one string", "[transport]") {
  const HttpResponse response{.status = 200,
                              .content_type = "text/plain",
                              .body = to_bytes("hello"),
                              .headers = {{"retry-after", "5"}}};
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nretry-after: 5\r\n";
  CHECK(answer(response, {}) == head + "\r\nhello");
  CHECK(answer(response, {.closes = true, .head_only = false}) ==
        head + "Connection: close\r\n\r\nhello");
  CHECK(answer(response, {.closes = false, .head_only = true}) == head + "\r\n");
}

TEST_CASE("an answer without body says so only where a length may stand", "[transport]") {
  CHECK(answer({.status = 204}, {}) == "HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(answer({.status = 304}, {}) == "HTTP/1.1 304 Not Modified\r\n\r\n");
  CHECK(answer({.status = 404}, {}) == "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  CHECK(answer({.status = 299}, {}) == "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("an answer that would split or contradict itself is not sent", "[transport][negative]") {
  const std::vector<HttpResponse> unsendable = {
      {.status = 0},
      {.status = 100},
      {.status = 101},
      {.status = 199},
      {.status = 600},
      {.status = -200},
      {.status = 204, .body = to_bytes("x")},
      {.status = 304, .body = to_bytes("x")},
      {.content_type = "text/plain\r\nset-cookie: a=b"},
      {.content_type = "text/\xc3\xa9"},
      {.headers = {{"x", "a\r\nb: c"}}},
      {.headers = {{"x", "a\nb"}}},
      {.headers = {{"x", std::string("a\0b", 3)}}},
      {.headers = {{"x y", "a"}}},
      {.headers = {{"x:", "a"}}},
      {.headers = {{"", "a"}}},
      {.headers = {{"Content-Length", "7"}}},
      {.headers = {{"content-type", "text/html"}}},
      {.headers = {{"Transfer-Encoding", "chunked"}}},
      {.headers = {{"connection", "keep-alive"}}},
      {.headers = {{"upgrade", "h2c"}}},
  };
  for (const auto& response : unsendable) {
    CAPTURE(response.status, response.content_type, response.headers.size());
    CHECK_FALSE(is_sendable(response));
  }
  CHECK(is_sendable({.status = 599, .headers = {{"x", ""}}}));
}
