#include <entente/core/clock.h>
#include <entente/replay/finding.h>

#include <algorithm>

#include "report_form.h"

namespace entente {
namespace {

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string owner_of(Party party) {
  return party == Party::unset ? "unknown party" : std::string(name(party));
}

std::string describe(const Interval& interval) {
  const std::string earliest = format_rfc3339(interval.earliest_ms);
  if (interval.earliest_ms == interval.latest_ms) return earliest;
  return earliest + " to " + format_rfc3339(interval.latest_ms);
}

void add_log(std::string& text, const LogSummary& log) {
  text += "log " + log.origin + " (" + owner_of(log.owner) + "): " + number(log.size) +
          " entries, root " + to_hex(log.root) + ", " + std::string(name(log.grade)) +
          (log.partial ? ", evidence of some entries\n" : "\n");
  for (const WitnessSummary& witness : log.witnesses) {
    text += "  cosigned by " + witness.name + " at " + format_rfc3339(witness.time_s * 1000) + "\n";
  }
}

void add_finding(std::string& text, const Finding& finding) {
  text += std::string(name(finding.judgement)) + " " + std::string(name(finding.rule));
  if (finding.at_fault != Party::unset) text += " by " + std::string(name(finding.at_fault));
  text += " (" + std::string(name(finding.grade)) + ")";
  if (finding.case_id) text += " case " + short_hex(*finding.case_id);
  if (!finding.entries.empty()) {
    text += finding.log == Party::unset ? " at" : " " + owner_of(finding.log) + " entry";
    for (const std::uint64_t entry : finding.entries) text += " " + number(entry);
  }
  text += ": " + finding.sentence + "\n";
}

void add_term(std::string& text, const TermSummary& term) {
  text += "  term " + number(term.term) + " of " + short_hex(term.source) + ": " +
          owner_of(term.obligor) + " " + term.purpose;
  if (!term.value.empty()) text += " " + term.value;
  text += ", " + term.state;
  if (term.due_ms != 0) text += ", due " + format_rfc3339(term.due_ms);
  text += "\n";
}

void add_handoff(std::string& text, const HandoffSummary& handoff) {
  text += "  handoff " + short_hex(handoff.hid) + ": " + handoff.stage + ", asked " +
          describe(handoff.asked);
  if (handoff.acknowledged) text += ", acknowledged " + describe(*handoff.acknowledged);
  if (handoff.joined) text += ", joined " + describe(*handoff.joined);
  text += "\n";
}

void add_case(std::string& text, const CaseSummary& summary) {
  text += "case " + short_hex(summary.case_id) + ": " + summary.phase + ", " +
          number(summary.messages) + " messages, state " + short_hex(summary.state) + "\n";
  for (const ClaimSummary& claim : summary.claims) {
    text += "  claim " + number(claim.claim) + " " + claim.category + " " + claim.code + ": " +
            claim.outcome + "\n";
  }
  for (const TermSummary& term : summary.terms) add_term(text, term);
  for (const HandoffSummary& handoff : summary.handoffs) add_handoff(text, handoff);
}

void add_counts(std::string& text, const Report& report) {
  for (const Rule rule : replay_rules()) {
    const auto of = [&](Judgement judgement) { return report.count_of(rule, judgement); };
    const auto& row = report.counts[static_cast<std::size_t>(rule)];
    if (std::ranges::all_of(row, [](std::uint64_t n) { return n == 0; })) continue;
    text += std::string(name(rule)) + ": " + number(of(Judgement::holds)) + " hold";
    if (of(Judgement::broken) != 0) text += ", " + number(of(Judgement::broken)) + " broken";
    if (of(Judgement::not_checkable) != 0) {
      text += ", " + number(of(Judgement::not_checkable)) + " not checkable";
    }
    text += "\n";
  }
}

}  // namespace

std::string text_before_cases(const Report& report) {
  std::string text;
  for (const LogSummary& log : report.logs) add_log(text, log);
  text += report.broken() == 0 ? "nothing is broken\n"
                               : "BROKEN: " + number(report.broken()) + " findings\n";
  for (const Finding& finding : report.findings) add_finding(text, finding);
  if (report.left_out != 0) text += number(report.left_out) + " more findings are left out\n";
  return text;
}

std::string text_of_case(const CaseSummary& summary) {
  std::string text;
  add_case(text, summary);
  return text;
}

std::string text_after_cases(const Report& report) {
  std::string text;
  add_counts(text, report);
  return text;
}

std::string to_text(const Report& report) {
  std::string text = text_before_cases(report);
  for (const CaseSummary& summary : report.cases) add_case(text, summary);
  return text + text_after_cases(report);
}

}  // namespace entente
