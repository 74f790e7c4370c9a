#include <entente/replay/reconcile.h>

#include "catch.h"

using namespace entente;

namespace {

LogView head(std::uint64_t size, std::uint8_t root, Party signed_by = Party::unset) {
  LogView view{.head = {.size = size, .root = {}}, .signed_by = signed_by};
  view.head.root.bytes[0] = root;
  return view;
}

std::vector<std::string> sentences(const Report& report) {
  std::vector<std::string> found;
  for (const Finding& finding : report.findings) found.push_back(finding.sentence);
  return found;
}

using Sentences = std::vector<std::string>;

}  // namespace

TEST_CASE("two histories of one size are a fork, in whichever logs they were seen", "[replay]") {
  ReplayedLog logs[2];
  logs[0].views["a/log"] = {head(5, 1), head(9, 1), head(5, 1)};
  logs[0].views["b/log"] = {head(5, 2)};
  logs[1].views["a/log"] = {head(9, 1), head(7, 3)};
  CHECK(sentences(reconcile(logs)).empty());
  logs[1].views["a/log"].push_back(head(5, 2));
  logs[0].views["b/log"].push_back(head(5, 3));
  logs[1].views["b/log"] = {head(5, 4), head(5, 3)};
  CHECK(sentences(reconcile(logs)) ==
        Sentences{"a/log has 2 histories of 5 entries", "b/log has 3 histories of 5 entries"});
}

TEST_CASE("views that were kept elsewhere are compared in their place", "[replay]") {
  ReplayedLog logs[1];
  logs[0].views["a/log"] = {head(5, 1), head(5, 2)};
  const auto report = reconcile(logs, [](const auto& take) {
    take("a/log", head(5, 1));
    take("a/log", head(5, 1));
    take("a/log", head(6, 2));
    take("b/log", head(6, 3));
    take("b/log", head(6, 4));
  });
  CHECK(sentences(report) == Sentences{"b/log has 2 histories of 6 entries"});
}

TEST_CASE("two histories are held against a brand only where a known key of it signed both",
          "[replay]") {
  struct Pair {
    Party one, other, at_fault;
  };
  for (const Pair& signers : {Pair{Party::brand, Party::brand, Party::brand},
                              Pair{Party::brand, Party::unset, Party::unset},
                              Pair{Party::unset, Party::unset, Party::unset},
                              Pair{Party::consumer, Party::consumer, Party::unset}}) {
    ReplayedLog logs[2];
    // Each history is seen unsigned, too, and the first one twice.
    logs[0].views["a/log"] = {head(5, 1, signers.one), head(5, 1), head(5, 1, signers.one)};
    logs[1].views["a/log"] = {head(5, 2), head(5, 2, signers.other), head(6, 3, Party::brand)};
    const Report report = reconcile(logs);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings.front().at_fault == signers.at_fault);
  }
}

TEST_CASE("a brand that shows another history has rewritten it, a phone may have been restored",
          "[replay]") {
  const auto log_key =
      *Vkey::decode("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  for (const bool of_brand : {true, false}) {
    ReplayedLog logs[2];
    logs[0].owner = Party::brand;
    logs[1].owner = Party::consumer;
    ReplayedLog& shown = logs[of_brand ? 0 : 1];
    ReplayedLog& witness = logs[of_brand ? 1 : 0];
    shown.checkpoint.origin = "a/log";
    shown.leaves = {leaf_hash(view("one")), leaf_hash(view("two"))};
    const auto seen_at = [&](std::uint64_t size, const Digest& root) {
      return SeenCheckpoint{
          .entry = size, .checkpoint = {"a/log", size, root}, .verified_by = log_key};
    };
    witness.seen = {seen_at(1, shown.leaves[0]), seen_at(2, leaf_hash(view("other"))),
                    seen_at(3, leaf_hash(view("more")))};
    const Report report = reconcile(logs);
    CHECK(report.count_of(Rule::both_checkpoints, Judgement::holds) == 1);
    CHECK(report.count_of(Rule::both_checkpoints, Judgement::broken) == 2);
    for (const Finding& finding : report.findings) {
      CHECK(finding.at_fault == (of_brand ? Party::brand : Party::unset));
    }
  }
}

TEST_CASE(
    "a no for a mandate taken back is held against a brand whose whole log shows nobody do so",
    "[replay]") {
  Digest case_id, mandate;
  case_id.bytes.fill(1);
  mandate.bytes.fill(2);
  using Shown = std::optional<std::map<Digest, std::int64_t>>;
  struct Row {
    Shown taken_back;
    std::size_t holds, broken;
  };
  for (const Row& row :
       {Row{std::nullopt, 0, 0}, Row{Shown(std::in_place), 0, 1}, Row{Shown({{mandate, 99}}), 1, 0},
        Row{Shown({{mandate, 100}}), 1, 0}, Row{Shown({{mandate, 101}}), 0, 1}}) {
    ReplayedLog logs[2];
    logs[0].owner = Party::brand;
    logs[0].cases[case_id];
    logs[0].taken_back = row.taken_back;
    logs[1].owner = Party::consumer;
    logs[1].unshown_revokes = {{.entry = 4, .case_id = case_id, .mandate = mandate, .at_ms = 100}};
    const Report report = reconcile(logs);
    CHECK(report.count_of(Rule::refusal_justified, Judgement::holds) == row.holds);
    CHECK(report.count_of(Rule::refusal_justified, Judgement::broken) == row.broken);
    for (const Finding& finding : report.findings) CHECK(finding.at_fault == Party::brand);
  }
}

TEST_CASE("logs of two cards are compared only if the auditor knows whose the second is",
          "[replay]") {
  const auto card = [](std::uint8_t number) {
    Digest digest;
    digest.bytes.fill(number);
    return digest;
  };
  for (const bool is_trusted : {false, true}) {
    for (const std::uint8_t other : {std::uint8_t{2}, std::uint8_t{3}}) {
      ReplayedLog logs[2];
      logs[0].owner = Party::brand;
      logs[0].cards = {card(1), card(2)};
      logs[0].checkpoint.origin = "a/log";
      logs[0].leaves = {leaf_hash(view("one"))};
      logs[1].owner = Party::consumer;
      logs[1].cards = {card(other)};
      logs[1].has_trusted_root = is_trusted;
      logs[1].seen = {
          {.entry = 1,
           .checkpoint = {"a/log", 1, leaf_hash(view("other"))},
           .verified_by = *Vkey::decode("example.com/foo+530d903a+"
                                        "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")}};
      const Report report = reconcile(logs);
      const bool is_compared = other == 2 || is_trusted;
      CHECK(report.count_of(Rule::both_checkpoints, Judgement::broken) == (is_compared ? 1 : 0));
      CHECK(report.count_of(Rule::card_root, Judgement::not_checkable) == (is_compared ? 0 : 1));
    }
  }
}
