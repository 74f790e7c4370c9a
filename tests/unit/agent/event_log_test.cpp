#include "agent/event_log.h"

#include <thread>

#include "catch.h"

using namespace entente;

namespace {

struct Noon final : Clock {
  std::int64_t now_ms() override { return 1'795'344'000'000; }
};

}  // namespace

TEST_CASE("an event is one line of JSON with its time first") {
  Noon clock;
  std::vector<std::string> lines;
  EventLog log([&](std::string_view line) { lines.emplace_back(line); }, clock);

  log.write("refused", {{"code", "stale_head"}, {"case", "3f0a9c12"}});
  log.request({.method = "POST",
               .route = "/entente/v1/cases",
               .status = 200,
               .took_us = 4180,
               .trace = {.trace_id = "aa", .parent_id = "", .span_id = "bb"}});

  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == R"({"at":")" + format_rfc3339(clock.now_ms()) +
                        R"(","event":"refused","code":"stale_head","case":"3f0a9c12"})");
  const auto request = parse_json(lines[1]);
  REQUIRE(request);
  CHECK(*request->get_text("route") == "/entente/v1/cases");
  CHECK(*request->get_integer("took_us") == 4180);
  CHECK(request->find("parent_id") == nullptr);
}

TEST_CASE("text that would end a line or a string is escaped") {
  Noon clock;
  std::string written;
  EventLog log([&](std::string_view line) { written = line; }, clock);
  log.write("started", {{"what", "a\"b\nc\xff"}});
  CHECK(written.find('\n') == std::string::npos);
  const auto event = parse_json(written);
  REQUIRE(event);
  CHECK(*event->get_text("what") == "a\"b\nc\xef\xbf\xbd");
}

TEST_CASE("lines of several threads do not mix") {
  Noon clock;
  std::vector<std::string> lines;
  EventLog log([&](std::string_view line) { lines.emplace_back(line); }, clock);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 100; ++j) log.write("tick", {{"j", j}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(lines.size() == 400);
}

TEST_CASE("without a sink nothing is written") {
  Noon clock;
  EventLog log({}, clock);
  CHECK_FALSE(log.is_on());
  log.write("started", {});
}
