#include <entente/auditor.h>
#include <entente/crypto/hash.h>

#include "../commands.h"
#include "../custody_record.h"
#include "../progress.h"
#include "../trust_options.h"

namespace entente::cli {
namespace {

Result<Auditor> open_auditor(const Arguments& arguments, std::size_t from, ProgressLine& line) {
  ENTENTE_LET(trust, trust_of(arguments));
  AuditorOptions options{
      .trust = std::move(trust),
      .master_key_file = arguments.text_or("master-key", ""),
      .progress = [&line](std::uint64_t done, std::uint64_t all) { line.tell(done, all); }};
  std::vector<std::filesystem::path> sources;
  for (std::size_t i = from; i < arguments.operands().size(); ++i) {
    sources.emplace_back(arguments.operand(i));
  }
  return Auditor::open(sources, options);
}

// The report as it is written, and its digest for the record of custody.
Result<ExitCode> run_replay(const Arguments& arguments, Console& console) {
  auto line = std::make_unique<ProgressLine>("entries");
  ENTENTE_LET(auditor, open_auditor(arguments, 0, *line));
  const ReportForm form = arguments.has("json") ? ReportForm::json : ReportForm::text;
  Sha256 written;
  ENTENTE_LET(broken, auditor.write_replay(form, [&](std::string_view piece) {
    line.reset();  // nothing more is read
    written.update(view(piece));
    console.piece(piece);
  }));
  ENTENTE_TRY(note_in_custody("audit replay", arguments, written.finish()));
  return broken == 0 ? ExitCode::ok : ExitCode::finding;
}

Result<Explanation> explain(const Arguments& arguments) {
  ProgressLine line("entries");
  ENTENTE_LET(auditor, open_auditor(arguments, 1, line));
  return auditor.why(arguments.operand(0));
}

Result<ExitCode> run_why(const Arguments& arguments, Console& console) {
  ENTENTE_LET(explanation, explain(arguments));
  const std::string& text = arguments.has("json") ? explanation.json : explanation.text;
  show(console, text);
  ENTENTE_TRY(note_in_custody("audit why", arguments, sha256(view(text))));
  return ExitCode::ok;
}

std::vector<OptionRule> options() {
  return {trust_option,
          log_key_option,
          {"master-key", "FILE", "of the stores (default: master.key in each)"},
          json_option};
}

}  // namespace

Verb audit_replay() {
  return {.path = "audit replay",
          .summary = "recompute every state, decision and deadline, and say who broke what",
          .operands = {{"SOURCE", "data directories, exports, evidence files: of one party or both",
                        OperandRule::Count::several}},
          .options = options(),
          .run = run_replay,
          .example = "entente audit replay brand/data me/data --trust trust.yaml"};
}

Verb audit_why() {
  return {.path = "audit why",
          .summary = "say why a message was said: facts, rule, line of the policy",
          .operands = {{"MESSAGE", "the beginning of its id"},
                       {"SOURCE", "as for audit replay", OperandRule::Count::several}},
          .options = options(),
          .run = run_why,
          .example = "entente audit why 4f0c brand/data"};
}

}  // namespace entente::cli
