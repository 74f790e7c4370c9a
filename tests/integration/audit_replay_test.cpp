// What an auditor finds in logs that are what they seem, and in logs of those who cheat with their
// own keys.

#include <entente/protocol/message.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/envelope.h>

#include <algorithm>

#include "audit_world.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;
using Paths = std::vector<std::filesystem::path>;
using Lines = std::vector<std::string>;

namespace {

bool contains(const Lines& lines, std::string_view line) {
  return std::ranges::find(lines, line) != lines.end();
}

// The log of kettle.example, rewritten by kettle.example.
struct Cheat {
  TemporaryDirectory directory;
  std::filesystem::path store = directory.path() / "brand";

  explicit Cheat(const Edit& edit) {
    const auto old = directory.path() / "old";
    std::filesystem::copy(aftermath().brand_store(), old);
    rewrite_log(old, store, aftermath().brand.log, edit);
  }
  Lines broken() const { return broken_in({store}); }
};

std::optional<Message> message_of(const EditedEntry& entry) {
  if (entry.kind != EntryKind::message) return std::nullopt;
  const auto message = Admission::admit<Message>(entry.draft.content);
  return message ? std::optional(**message) : std::nullopt;
}

}  // namespace

TEST_CASE("nothing is broken in the logs of two honest parties", "[audit]") {
  const Aftermath& world = aftermath();
  for (const Paths& sources : {Paths{world.brand_store()}, Paths{world.consumer_store()},
                               Paths{world.brand_store(), world.consumer_store()}}) {
    INFO(report_text(sources));
    CHECK(broken_in(sources).empty());
  }
}

TEST_CASE("what was said was decided again, performed once and in time", "[audit]") {
  const auto auditor = Auditor::open(Paths{aftermath().brand_store()}, {});
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  INFO(to_text(*report));
  for (const Rule rule :
       {Rule::decision_replayed, Rule::offer_floor, Rule::perform_bound, Rule::perform_once,
        Rule::perform_intent, Rule::perform_in_time, Rule::agreement_spoken, Rule::case_effect,
        Rule::message_authority, Rule::log_chain, Rule::log_root}) {
    INFO(name(rule));
    CHECK(report->count_of(rule, Judgement::holds) > 0);
  }
  REQUIRE(report->cases.size() == 1);
  CHECK(report->cases.front().claims.front().outcome == "agreed");
  CHECK(report->cases.front().terms.size() == 2);
}

TEST_CASE("the same logs give the same report, byte by byte", "[audit]") {
  const Paths both = {aftermath().brand_store(), aftermath().consumer_store()};
  CHECK(report_text(both) == report_text(both));
}

TEST_CASE("a report written piece by piece is the report", "[audit]") {
  const Aftermath& world = aftermath();
  for (const Paths& sources : {Paths{world.brand_store()}, Paths{world.consumer_store()},
                               Paths{world.brand_store(), world.consumer_store()}}) {
    const auto auditor = Auditor::open(sources, {});
    REQUIRE(auditor);
    const auto report = auditor->replay();
    REQUIRE(report);
    for (const ReportForm form : {ReportForm::text, ReportForm::json}) {
      std::string written;
      const auto broken =
          auditor->write_replay(form, [&](std::string_view piece) { written += piece; });
      REQUIRE(broken);
      CHECK(*broken == report->broken());
      CHECK(written == (form == ReportForm::text ? to_text(*report) : to_json(*report)));
    }
  }
}

TEST_CASE("a case judged when it ends is judged as at the end of its log", "[audit]") {
  // A store says where a case ends, an export does not.
  const TemporaryDirectory directory;
  const auto files = directory.path() / "export";
  REQUIRE(export_log(aftermath().brand_store(), files, {.log_key = &aftermath().brand.log}));
  std::vector<Report> reports;
  for (const auto& source : {aftermath().brand_store(), files}) {
    const auto auditor =
        Auditor::open(Paths{source}, {.trust = *Trust::in_log(aftermath().brand_key)});
    REQUIRE(auditor);
    reports.push_back(*auditor->replay());
  }
  REQUIRE(reports[0].cases.size() == 1);
  CHECK(reports[0].cases == reports[1].cases);
  for (const Rule rule : replay_rules()) {
    if (name(rule).starts_with("log.")) continue;  // what a store files is its own
    INFO(name(rule));
    for (const Judgement judgement : {Judgement::holds, Judgement::broken, Judgement::not_checkable,
                                      Judgement::not_applicable}) {
      CHECK(reports[0].count_of(rule, judgement) == reports[1].count_of(rule, judgement));
    }
  }
}

TEST_CASE("both parties and the auditor hold the same case", "[audit]") {
  const auto auditor =
      Auditor::open(Paths{aftermath().brand_store(), aftermath().consumer_store()}, {});
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  REQUIRE(report->cases.size() == 2);
  CHECK(report->cases[0].claims == report->cases[1].claims);
  CHECK(report->count_of(Rule::both_receipts, Judgement::holds) > 5);
  CHECK(report->count_of(Rule::both_checkpoints, Judgement::holds) > 0);
}

TEST_CASE("an auditor can ask why an offer was made", "[audit]") {
  const auto auditor = Auditor::open(Paths{aftermath().brand_store()}, {});
  REQUIRE(auditor);
  const auto unclear = auditor->why("");
  REQUIRE(!unclear);
  CHECK(unclear.error().code == ErrorCode::wrong_use);
  const auto unknown = auditor->why("no such id");
  REQUIRE(!unknown);
  CHECK(unknown.error().code == ErrorCode::not_found);
  const auto opening = auditor->why(to_hex(aftermath().case_id));
  REQUIRE(opening);
  CHECK(opening->text.find("consumer's open") != std::string::npos);
}

TEST_CASE("a rewritten log that changes nothing breaks nothing", "[audit]") {
  const Cheat cheat([](EditedEntry&) { return true; });
  INFO(report_text({cheat.store}));
  CHECK(cheat.broken().empty());
}

TEST_CASE("a decision that the policy does not give is found, however well signed", "[audit]") {
  for (const std::string rule : {"concession.other", "request.replacement"}) {
    bool changed = false;
    const Cheat cheat([&](EditedEntry& entry) {
      if (entry.kind == EntryKind::decision && !changed) {
        DecisionRecord record = *decode<DecisionRecord>(entry.draft.content);
        record.rule = rule;
        entry.draft.content = encode(record);
        changed = true;
      }
      return true;
    });
    REQUIRE(changed);
    CHECK(contains(cheat.broken(), "decision.replayed by brand"));
  }
}

TEST_CASE("facts that were changed after the decision give another decision", "[audit]") {
  const Cheat cheat([](EditedEntry& entry) {
    if (entry.kind != EntryKind::facts) return true;
    Facts facts = *decode<Facts>(entry.draft.content);
    for (Fact& fact : facts.facts) {
      if (fact.name == "item.misuse") fact.value = Scalar(true);
    }
    entry.draft.content = encode(facts);
    return true;
  });
  CHECK(contains(cheat.broken(), "decision.replayed by brand"));
}

TEST_CASE("an effect that the rules do not give is found", "[audit]") {
  bool changed = false;
  const Cheat cheat([&](EditedEntry& entry) {
    if (entry.kind == EntryKind::message && entry.draft.position == 2) {
      entry.draft.effect = "no_offer";
      changed = true;
    }
    return true;
  });
  REQUIRE(changed);
  CHECK(contains(cheat.broken(), "case.effect by brand"));
}

TEST_CASE("a message left out leaves a gap", "[audit]") {
  const Cheat cheat([](EditedEntry& entry) {
    return entry.kind != EntryKind::message || entry.draft.position != 3;
  });
  CHECK(contains(cheat.broken(), "log.position by brand"));
}

TEST_CASE("what the consumer has a receipt for cannot be dropped", "[audit]") {
  // The last message is dropped, so that the brand's own log shows no gap.
  std::uint64_t last = 0;
  const Cheat whole([&](EditedEntry& entry) {
    if (entry.kind == EntryKind::message) last = std::max(last, entry.draft.position);
    return true;
  });
  const Cheat cheat([&](EditedEntry& entry) {
    return entry.kind != EntryKind::message || entry.draft.position < last;
  });
  const Lines broken = broken_in({cheat.store, aftermath().consumer_store()});
  CHECK(contains(broken, "both.receipts by brand"));
  CHECK(contains(broken, "both.checkpoints by brand"));
}

TEST_CASE("another history of the same length is a fork", "[audit]") {
  // The same content under other salts: every root differs from what the consumer saw.
  const Cheat cheat([](EditedEntry&) { return true; });
  const Lines broken = broken_in({cheat.store, aftermath().consumer_store()});
  CHECK(contains(broken, "both.checkpoints by brand"));
}

TEST_CASE("performing without an intent, twice, or for nothing is found", "[audit]") {
  const Cheat without([](EditedEntry& entry) { return entry.kind != EntryKind::perform_intent; });
  CHECK(contains(without.broken(), "perform.intent by brand"));

  const Cheat unbound([](EditedEntry& entry) {
    if (entry.kind != EntryKind::perform_intent) return true;
    PerformanceRecord record = *decode<PerformanceRecord>(entry.draft.content);
    record.term = static_cast<std::uint16_t>(record.term + 40);
    entry.draft.content = encode(record);
    return true;
  });
  CHECK(contains(unbound.broken(), "perform.bound by brand"));
}

TEST_CASE("a mandate that was left out covers nothing", "[audit]") {
  const Cheat cheat([](EditedEntry& entry) { return entry.kind != EntryKind::mandate; });
  CHECK(contains(cheat.broken(), "message.authority by brand"));
}

TEST_CASE("a mandate stands in the log once for each case, and its case is another's no record",
          "[audit]") {
  int mandates = 0;
  const Cheat counted([&](EditedEntry& entry) {
    mandates += entry.kind == EntryKind::mandate ? 1 : 0;
    return true;
  });
  CHECK(mandates == 1);
  const Cheat elsewhere([](EditedEntry& entry) {
    if (entry.kind == EntryKind::mandate) entry.draft.case_id->bytes[0] ^= 1;
    return true;
  });
  CHECK(contains(elsewhere.broken(), "message.authority by brand"));
}

TEST_CASE("a performance reported after it was due is late", "[audit]") {
  constexpr std::int64_t a_year_ms = 365LL * 86'400'000;
  bool late = false;
  const Cheat cheat([&](EditedEntry& entry) {
    const auto message = message_of(entry);
    late = late ||
           (message && message->verb() == Verb::perform && message->author.party == Party::brand);
    if (late) entry.draft.time_ms += a_year_ms;
    return true;
  });
  REQUIRE(late);
  const Lines broken = cheat.broken();
  // By then the card has expired as well, and the case cannot be followed; one of both is said.
  CHECK((contains(broken, "perform.in_time by brand") ||
         contains(broken, "message.authority by brand")));
}
