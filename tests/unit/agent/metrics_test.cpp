#include "agent/metrics.h"

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "catch.h"

using namespace entente;

namespace {

// Everything told once, so that every metric is there.
std::string told(Metrics& metrics, const Survey& survey = {}) {
  metrics.answered("/entente/v1/cases", 200, 1'500);
  metrics.back_office_answered("execute", "unknown", 20'000);
  metrics.batch_done({.submissions = 3, .took_us = 900});
  metrics.admitted({.author = {.party = Party::consumer}, .body = Leave{}}, true);
  metrics.refused(ErrorCode::stale_head);
  metrics.dated(1'790'000'000'500);
  return metrics.text({.http = {.accepted = 5, .refused = 1, .open = 4, .parked = 2},
                       .load = {.admitted = 8, .waiting = 7},
                       .survey = survey,
                       .card_expires_ms = 1'800'000'000'500});
}

bool contains(const std::string& text, std::string_view line) {
  return text.find(std::string(line) + "\n") != std::string::npos;
}

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

}  // namespace

TEST_CASE("what is counted is told in the Prometheus text format") {
  Metrics metrics;
  const std::string text = told(metrics);
  INFO(text);
  CHECK(contains(text, R"(entente_http_requests_total{route="/entente/v1/cases",status="200"} 1)"));
  CHECK(contains(text, R"(entente_http_request_seconds_count{route="/entente/v1/cases"} 1)"));
  CHECK(contains(text, R"(entente_http_connections_total{event="accepted"} 5)"));
  CHECK(contains(text, "entente_card_expires_time_seconds 1800000000.5"));
  CHECK(contains(text, R"(entente_http_connections{state="parked"} 2)"));
  CHECK(contains(text, R"(entente_refusals_total{code="stale_head"} 1)"));
  CHECK(contains(text, R"(entente_back_office_calls_total{call="execute",outcome="unknown"} 1)"));
  CHECK(contains(text, R"(entente_back_office_seconds_sum{call="execute"} 0.02)"));
  CHECK(contains(text, R"(entente_timestamps_total{outcome="done"} 1)"));
  CHECK(contains(text, "entente_timestamp_time_seconds 1790000000.5"));
  CHECK(contains(text, "entente_queue_submissions 7"));
  CHECK(contains(text, R"(entente_submissions_total{outcome="admitted"} 8)"));
  CHECK(contains(text, "entente_batch_submissions_sum 3"));
  CHECK(contains(
      text,
      R"(entente_messages_admitted_total{effect="binding",party="consumer",verb="leave"} 1)"));
}

TEST_CASE("the server's own counters are taken as they stand, however often they are told") {
  Metrics metrics;
  told(metrics);
  CHECK(contains(metrics.text({.http = {.accepted = 5}}),
                 R"(entente_http_connections_total{event="accepted"} 5)"));
  CHECK(contains(metrics.text({.http = {.accepted = 9}}),
                 R"(entente_http_connections_total{event="accepted"} 9)"));
}

TEST_CASE("a deadline that was met again and a stage that emptied are told as zero") {
  Metrics metrics;
  Survey survey;
  survey.overdue["due"] = 2;
  survey.handoffs[HandoffStage::queued] = 3;
  survey.oldest_handoff_ms = 61'500;
  const std::string late = told(metrics, survey);
  CHECK(contains(late, R"(entente_deadlines_overdue{kind="due"} 2)"));
  CHECK(contains(late, R"(entente_handoffs{stage="queued"} 3)"));
  CHECK(contains(late, "entente_handoff_oldest_wait_seconds 61.5"));
  const std::string met = told(metrics);
  CHECK(contains(met, R"(entente_deadlines_overdue{kind="due"} 0)"));
  CHECK(contains(met, R"(entente_handoffs{stage="queued"} 0)"));
}

TEST_CASE("the reference names every metric there is, and no other") {
  Metrics metrics;
  Survey survey;
  survey.overdue["due"] = 1;
  survey.handoffs[HandoffStage::queued] = 1;
  const std::string text = told(metrics, survey);
  std::ifstream file(std::string(ENTENTE_SOURCE_DIR) + "/docs/reference/metrics.md");
  std::stringstream page;
  page << file.rdbuf();
  const auto documented = matches(page.str(), std::regex(R"(\| `(entente_[a-z_]+)` \|)"));
  CHECK(documented == matches(text, std::regex(R"(# TYPE (entente_[a-z_]+) )")));
  CHECK(documented.size() > 10);
}
