#include "demo/third_act.h"

#include <entente/auditor.h>
#include <entente/wire/admission.h>

#include <set>

#include "files.h"
#include "key_file.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

constexpr std::size_t findings_shown_max = 4;

Result<std::string> pinned_log_key(const DemoPlace& place) {
  ENTENTE_LET(envelope, read_armoured(place.brand() / "card.entente", "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  return card->log_vkey;
}

Result<Report> replay_sources(const std::vector<fs::path>& sources, const std::string& log_key) {
  ENTENTE_LET(trust, Trust::in_log(log_key));
  ENTENTE_LET(auditor, Auditor::open(sources, {.trust = trust}));
  return auditor.replay();
}

std::uint64_t checks_of(const Report& report, Judgement judgement) {
  std::uint64_t sum = 0;
  for (const Rule rule : replay_rules()) sum += report.count_of(rule, judgement);
  return sum;
}

void show_logs(Console& console, const Report& report) {
  for (const LogSummary& log : report.logs) {
    console.line("  the " + std::string(name(log.owner)) + "'s log: " + std::to_string(log.size) +
                 " entries, root " + short_hex(log.root));
  }
}

void show_cases(Console& console, const Report& report) {
  std::set<CaseId> told;  // both parties' logs have it
  for (const CaseSummary& summary : report.cases) {
    if (!told.insert(summary.case_id).second) continue;
    console.line("  case " + short_hex(summary.case_id) + ": " + summary.phase + ", " +
                 std::to_string(summary.messages) + " messages");
    for (const TermSummary& term : summary.terms) {
      console.line("    " + term.purpose + (term.value.empty() ? "" : " " + term.value) + ": " +
                   term.state);
    }
  }
}

void show(Console& console, const Finding& finding) {
  const bool known = finding.at_fault != Party::unset;
  console.line("  " + console.paint(Ink::bad, "broken") + "  " + std::string(name(finding.rule)) +
               (known ? ", the " + std::string(name(finding.at_fault)) + " is at fault" : "") +
               ": " + harmless(finding.sentence));
}

// First that a signed checkpoint is of another history, which says it all; then the rest that names
// somebody.
int rank_of(const Finding& finding) {
  if (finding.at_fault == Party::unset) return 2;
  return finding.rule == Rule::both_checkpoints ? 0 : 1;
}

void show_broken(Console& console, const Report& report) {
  std::size_t shown = 0;
  for (const int rank : {0, 1, 2}) {
    for (const Finding& finding : report.findings) {
      if (finding.judgement != Judgement::broken || rank_of(finding) != rank) continue;
      if (shown++ < findings_shown_max) show(console, finding);
    }
  }
}

// One bit in the middle of the first bundle of entries. Alone, such an export may have suffered on
// its way; the checkpoints that a consumer was given say what the brand had signed.
Result<fs::path> flip_a_byte(const fs::path& exported) {
  for (const auto& item : fs::recursive_directory_iterator(exported / "tile/entries")) {
    if (!item.is_regular_file()) continue;
    ENTENTE_LET(bytes, read_file(item.path()));
    bytes[bytes.size() / 2] ^= 1;
    ENTENTE_TRY(write_file(item.path(), bytes));
    return item.path();
  }
  return fail(ErrorCode::file_missing, "no entries in " + exported.string());
}

Status show_tampering(Console& console, const DemoPlace& place, const std::string& log_key) {
  const fs::path exported = place.directory / "tampered-export";
  ENTENTE_LET(key, read_key_file(place.brand() / "keys/log.key"));
  ENTENTE_TRY(export_log(place.brand() / "data", exported,
                         {.master_key_file = {}, .log_key = &key, .checkpoint = {}}));
  ENTENTE_LET(file, flip_a_byte(exported));
  console.line("Now one bit is flipped in " + file.lexically_relative(place.directory).string() +
               ",\nan export of the brand's log, and it is laid beside what the consumer kept:");
  ENTENTE_LET(report, replay_sources({exported, place.consumer() / "data"}, log_key));
  if (report.broken() == 0) return fail(ErrorCode::internal, "a flipped bit was not found");
  show_broken(console, report);
  return {};
}

}  // namespace

Status show_audit(Console& console, const DemoPlace& place) {
  ENTENTE_LET(log_key, pinned_log_key(place));
  const std::vector<fs::path> sources = {place.brand() / "data", place.consumer() / "data",
                                         place.second() / "data"};
  ENTENTE_LET(report, replay_sources(sources, log_key));
  show_logs(console, report);
  show_cases(console, report);
  const std::uint64_t holds = checks_of(report, Judgement::holds);
  console.line("  " +
               console.paint(report.broken() == 0 ? Ink::good : Ink::bad,
                             std::to_string(holds) + " checks hold, " +
                                 std::to_string(report.broken()) + " are broken") +
               ", " + std::to_string(checks_of(report, Judgement::not_checkable)) +
               " could not be made");
  show_broken(console, report);
  console.line();
  return show_tampering(console, place, log_key);
}

}  // namespace entente::cli
