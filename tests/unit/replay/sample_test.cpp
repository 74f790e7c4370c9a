// The same log and seed give the same cases, on any machine; nobody can steer which.

#include <entente/crypto/hash.h>
#include <entente/replay/sample.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "catch.h"

using namespace entente;

namespace {

CaseSummary case_of(std::uint32_t number, std::string purpose, std::string outcome = "agreed") {
  CaseSummary one{.case_id = sha256(view("case " + std::to_string(number))), .phase = "closed"};
  one.opened_ms = 1'790'000'000'000 + std::int64_t{number} * 86'400'000;
  one.claims.push_back({1, "goods_nonconformity", "defective", std::move(outcome)});
  one.terms.push_back({.purpose = std::move(purpose)});
  return one;
}

// 70 refunds, 20 repairs, 10 credits.
std::vector<CaseSummary> hundred() {
  std::vector<CaseSummary> cases;
  for (std::uint32_t i = 0; i < 100; ++i) {
    cases.push_back(case_of(i, i < 70 ? "refund" : i < 90 ? "repair" : "credit"));
  }
  return cases;
}

const Digest seed = sample_seed("kettle.example/log\n6\n...\n", to_bytes("dice"));

std::vector<std::uint64_t> drawn_of(const Sample& sample) {
  std::vector<std::uint64_t> drawn;
  for (const SampleStratum& each : sample.strata) drawn.push_back(each.drawn);
  return drawn;
}

}  // namespace

TEST_CASE("the same inputs give the same sample, in whatever order they come", "[sample]") {
  auto cases = hundred();
  const SamplePlan plan{.fields = {"remedy"}, .size = 20};
  const auto first = draw_sample(cases, plan, seed);
  REQUIRE(first);
  std::mt19937 chance(1);
  for (int round = 0; round < 10; ++round) {
    std::ranges::shuffle(cases, chance);
    CHECK(*draw_sample(cases, plan, seed) == *first);
  }
  cases.insert(cases.end(), cases.begin(), cases.begin() + 50);  // both parties' logs
  CHECK(*draw_sample(cases, plan, seed) == *first);
}

TEST_CASE("a sample is worked out by hand as the page says", "[sample]") {
  const auto cases = hundred();
  const auto sample = draw_sample(cases, {.fields = {"remedy"}, .size = 20}, seed);
  REQUIRE(sample);
  std::vector<std::pair<Digest, CaseId>> tickets;  // of the repairs
  for (std::size_t i = 70; i < 90; ++i) {
    tickets.emplace_back(sha256({seed.bytes, cases[i].case_id.bytes}), cases[i].case_id);
  }
  std::ranges::sort(tickets);
  std::vector<CaseId> repairs;
  for (const SampledCase& each : sample->drawn) {
    if (sample->strata[each.stratum].values.front() == "repair") repairs.push_back(each.case_id);
  }
  REQUIRE(repairs.size() == 4);
  for (std::size_t i = 0; i < repairs.size(); ++i) CHECK(repairs[i] == tickets[i].second);
  const Bytes all = to_bytes(std::string("entente/sample/v1") + '\0');
  CHECK(seed ==
        sha256({all, sha256(view("kettle.example/log\n6\n...\n")).bytes, to_bytes("dice")}));
}

TEST_CASE("strata share the size by their cases, and none is forgotten", "[sample]") {
  const auto cases = hundred();
  using Drawn = std::vector<std::uint64_t>;  // of credit, refund, repair
  const std::pair<std::uint64_t, Drawn> rows[] = {
      {1, {0, 1, 0}},   {2, {0, 2, 0}},     {3, {1, 1, 1}},      {4, {1, 2, 1}},
      {20, {3, 13, 4}}, {99, {10, 69, 20}}, {100, {10, 70, 20}}, {500, {10, 70, 20}}};
  for (const auto& [size, expected] : rows) {
    const auto sample = draw_sample(cases, {.fields = {"remedy"}, .size = size}, seed);
    REQUIRE(sample);
    INFO(size);
    CHECK(drawn_of(*sample) == expected);
    CHECK(sample->drawn.size() == std::min<std::uint64_t>(size, 100));
  }
}

TEST_CASE("a larger sample holds the smaller one", "[sample]") {
  const auto cases = hundred();
  std::set<CaseId> before;
  for (std::uint64_t size = 1; size <= 100; ++size) {
    const auto sample = draw_sample(cases, {.fields = {}, .size = size}, seed);
    std::set<CaseId> now;
    for (const SampledCase& each : sample->drawn) now.insert(each.case_id);
    CHECK(now.size() == size);
    CHECK(std::ranges::includes(now, before));
    before = std::move(now);
  }
}

TEST_CASE("every case is drawn as often as any other", "[sample]") {
  const auto cases = hundred();
  std::map<CaseId, int> times;
  constexpr int rounds = 1000;
  for (int round = 0; round < rounds; ++round) {
    const auto sample = draw_sample(cases, {.fields = {}, .size = 10},
                                    sample_seed("log", to_bytes(std::to_string(round))));
    for (const SampledCase& each : sample->drawn) ++times[each.case_id];
  }
  CHECK(times.size() == 100);
  // 100 expected; 9.5 is the deviation of one case, and six of them bound all hundred.
  for (const auto& [case_id, count] : times) CHECK(std::abs(count - 100) < 57);
}

TEST_CASE("seed and checkpoint both decide", "[sample]") {
  const auto cases = hundred();
  const SamplePlan plan{.fields = {}, .size = 10};
  const auto one = draw_sample(cases, plan, sample_seed("a", to_bytes("dice")));
  CHECK(!(*one == *draw_sample(cases, plan, sample_seed("b", to_bytes("dice")))));
  CHECK(!(*one == *draw_sample(cases, plan, sample_seed("a", to_bytes("coin")))));
}

TEST_CASE("every field says something of every case, and others are refused", "[sample]") {
  for (const std::string_view field : sample_fields()) {
    const auto sample = draw_sample(hundred(), {.fields = {std::string(field)}, .size = 5}, seed);
    REQUIRE(sample);
    for (const SampleStratum& each : sample->strata) CHECK(!each.values.front().empty());
  }
  const auto months = draw_sample(hundred(), {.fields = {"month", "remedy"}, .size = 5}, seed);
  CHECK(months->strata.front().values == std::vector<std::string>{"2026-09", "refund"});
  CHECK(draw_sample(hundred(), {.fields = {"colour"}, .size = 5}, seed).error().code ==
        ErrorCode::wrong_use);
  CHECK(draw_sample(hundred(), {.fields = {}, .size = 0}, seed).error().code ==
        ErrorCode::wrong_use);
  CHECK(draw_sample({}, {.fields = {}, .size = 5}, seed)->drawn.empty());
}
