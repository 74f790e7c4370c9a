#pragma once
// What a replay claims, and with what strength: a rule holds, is broken, cannot be checked or does
// not apply; which entries show it, who is at fault, and how good the evidence is.
//
//     Report report = ...;   report.broken()      to_text(report)      to_json(report)
//
// Neither rendering has a clock, a path or an order of chance in it: the same logs give the same
// bytes. Rules: protocol/spec/07-replay.md.

#include <entente/core/result.h>
#include <entente/protocol/primitives.h>
#include <entente/replay/rules.h>

#include <array>
#include <cstddef>

namespace entente {

// What is withheld cannot be checked; it is never called wrong for that.
enum class Judgement : std::uint8_t { holds, broken, not_checkable, not_applicable };
std::string_view name(Judgement judgement);

// What a finding rests on, weakest first: one party's word; a receipt or signed checkpoint of the
// party at fault; a witness's cosignature; a trusted timestamp.
enum class Grade : std::uint8_t { asserted, receipted, witnessed, timestamped };
std::string_view name(Grade grade);

struct Finding {
  Rule rule = Rule::log_readable;
  Judgement judgement = Judgement::broken;
  Party at_fault = Party::unset;       // of what is broken; unset: nobody can say
  Party log = Party::unset;            // whose log the entries are of
  std::vector<std::uint64_t> entries;  // indices in that log
  std::optional<CaseId> case_id;
  Grade grade = Grade::asserted;
  std::string sentence;  // for people
  bool operator==(const Finding&) const = default;
};

// An instant as far as the logs know it.
struct Interval {
  std::int64_t earliest_ms = 0;
  std::int64_t latest_ms = 0;
  bool operator==(const Interval&) const = default;
};

struct ClaimSummary {
  std::uint16_t claim = 0;
  std::string category;
  std::string code;
  std::string outcome;  // agreed, refused, partial, open
  bool operator==(const ClaimSummary&) const = default;
};
struct TermSummary {
  MessageId source;
  std::uint16_t term = 0;
  Party obligor = Party::unset;
  std::string purpose;
  std::string value;  // "EUR 5.00"; empty: not a matter of money
  std::string state;  // done, failed, started, partial, unknown, owed, standby, ended
  std::int64_t due_ms = 0;
  bool operator==(const TermSummary&) const = default;
};
struct HandoffSummary {
  Digest hid;
  std::string stage;
  Interval asked;
  std::optional<Interval> acknowledged;
  std::optional<Interval> joined;
  bool operator==(const HandoffSummary&) const = default;
};
struct CaseSummary {
  CaseId case_id;
  std::string phase;
  std::uint64_t messages = 0;
  std::int64_t opened_ms = 0;  // when its first message was admitted; 0: unknown
  Digest state;                // SHA-256 of describe(casefile): two parties who agree have the same
  std::vector<ClaimSummary> claims;
  std::vector<TermSummary> terms;  // of what was agreed, granted or exercised
  std::vector<HandoffSummary> handoffs;
  bool operator==(const CaseSummary&) const = default;
};

// A cosignature of the checkpoint that counts.
struct WitnessSummary {
  std::string name;  // of the witness's key
  std::int64_t time_s = 0;
  bool operator==(const WitnessSummary&) const = default;
};

struct LogSummary {
  Party owner = Party::unset;
  std::string origin;
  std::uint64_t size = 0;
  Digest root;
  bool partial = false;
  Grade grade = Grade::asserted;
  std::vector<WitnessSummary> witnesses;
  bool operator==(const LogSummary&) const = default;
};

struct Report {
  std::vector<LogSummary> logs;
  // Broken, not checkable, and told: by rule, log, entry. What holds unsaid is only counted.
  std::vector<Finding> findings;
  std::uint64_t left_out = 0;  // findings beyond replay_findings_max, counted all the same
  std::array<std::array<std::uint64_t, 4>, rule_count> counts{};  // [rule][judgement]
  std::vector<CaseSummary> cases;                                 // by id; of the brand's log first

  void add(Finding finding);
  void count(Rule rule, Judgement judgement);
  std::uint64_t count_of(Rule rule, Judgement judgement) const;
  std::uint64_t broken() const;
  // Order and nothing else; called once everything is in.
  void sort();
};
inline constexpr std::size_t replay_findings_max = 10'000;

std::string to_text(const Report& report);
// Canonical JSON and a final newline. Shape: protocol/spec/07-replay.md.
std::string to_json(const Report& report);

// The same in pieces, for more cases than memory should hold: what stands before the cases, each of
// them in order, and what stands after. In JSON, a comma stands between two cases.
enum class ReportForm : std::uint8_t { text, json };
std::string write_before_cases(const Report& report, ReportForm form);
std::string write_case(const CaseSummary& summary, ReportForm form);
std::string write_after_cases(const Report& report, ReportForm form);

}  // namespace entente
