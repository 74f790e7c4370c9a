#include <entente/transport/http.h>

#include <thread>

#include "catch.h"

using namespace entente;

TEST_CASE("a query parameter is found and decoded", "[transport]") {
  const std::string query = "after=3&wait=30&note=a%20b+c%2Fd&flag&empty=";
  CHECK(find_query(query, "wait")->value() == "30");
  CHECK(find_query(query, "note")->value() == "a b+c/d");
  CHECK(find_query(query, "flag")->value().empty());
  CHECK(find_query(query, "empty")->value().empty());
  CHECK_FALSE(find_query(query, "Wait")->has_value());
  CHECK_FALSE(find_query("", "wait")->has_value());
  CHECK(find_query("w%61it=5", "wait")->value() == "5");
}

TEST_CASE("a query that could be read in two ways is malformed", "[transport][negative]") {
  for (const char* query : {"wait=1&wait=2", "wait=1&w%61it=2", "wait=%", "wait=%2", "wait=%zz",
                            "other=%0a&wait=1", "wait=%00", "wait=%7F"}) {
    CAPTURE(query);
    CHECK(find_query(query, "wait").error().code == ErrorCode::malformed);
  }
}

TEST_CASE("what is percent-encoded decodes to itself, for every byte that may stand there",
          "[transport]") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const auto decoded = percent_decode(percent_encode(text));
    CAPTURE(byte);
    const bool is_control = byte < 0x20 || byte == 0x7f;
    REQUIRE(decoded.has_value() == !is_control);
    if (decoded) CHECK(*decoded == text);
  }
}

TEST_CASE("a header is found by its lower-case name, the first if there are two", "[transport]") {
  const HttpHeaders headers = {{"accept", "a"}, {"x", "1"}, {"x", "2"}};
  CHECK(find_header(headers, "x") == "1");
  CHECK_FALSE(find_header(headers, "X"));
  CHECK_FALSE(find_header(headers, "y"));
}

TEST_CASE("of several answers to one request the first counts", "[transport]") {
  std::vector<int> delivered;
  {
    const HttpReply reply(
        [&](const HttpResponse& response) { delivered.push_back(response.status); });
    HttpReply(reply).send({.status = 201});  // a copy
    reply.send({.status = 202});
  }
  CHECK(delivered == std::vector{201});
}

TEST_CASE("a reply that is dropped is a 500, once its last copy is gone", "[transport][negative]") {
  std::vector<int> delivered;
  std::optional<HttpReply> kept;
  {
    HttpReply reply([&](const HttpResponse& response) { delivered.push_back(response.status); });
    kept = reply;
  }
  CHECK(delivered.empty());
  kept.reset();
  CHECK(delivered == std::vector{500});
}

TEST_CASE("many threads that answer at once give one answer", "[transport]") {
  std::atomic<int> delivered{0};
  const HttpReply reply([&](const HttpResponse&) { ++delivered; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([reply] { reply.send({}); });
  for (auto& thread : threads) thread.join();
  CHECK(delivered == 1);
}

TEST_CASE("a reply knows when nobody waits any more", "[transport]") {
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  const HttpReply reply([](const HttpResponse&) {}, gone);
  CHECK(reply.is_wanted());
  *gone = true;
  CHECK_FALSE(reply.is_wanted());
}
