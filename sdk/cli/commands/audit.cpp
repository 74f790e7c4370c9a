#include <entente/auditor.h>
#include <entente/wire/admission.h>

#include "../commands.h"
#include "../files.h"
#include "../progress.h"

namespace entente::cli {
namespace {

Result<Auditor> open_auditor(const Arguments& arguments, std::size_t from, ProgressLine& line) {
  AuditorOptions options{
      .log_keys = {},
      .witnesses = {},
      .master_key_file = arguments.text_or("master-key", ""),
      .progress = [&line](std::uint64_t done, std::uint64_t all) { line.tell(done, all); }};
  if (const auto given = arguments.find("log-key")) {
    if (std::filesystem::exists(*given)) {
      ENTENTE_LET(envelope, read_armoured(*given, "CARD"));
      ENTENTE_LET(card, Admission::admit<Card>(envelope));
      options.log_keys.push_back(card->log_vkey);
    } else {
      options.log_keys.push_back(*given);
    }
  }
  std::vector<std::filesystem::path> sources;
  for (std::size_t i = from; i < arguments.operands().size(); ++i) {
    sources.emplace_back(arguments.operand(i));
  }
  return Auditor::open(sources, options);
}

void show(Console& console, std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  console.line(text);
}

Result<ExitCode> run_replay(const Arguments& arguments, Console& console) {
  auto line = std::make_unique<ProgressLine>("entries");
  ENTENTE_LET(auditor, open_auditor(arguments, 0, *line));
  const ReportForm form = arguments.has("json") ? ReportForm::json : ReportForm::text;
  ENTENTE_LET(broken, auditor.write_replay(form, [&](std::string_view piece) {
    line.reset();  // nothing more is read
    console.piece(piece);
  }));
  return broken == 0 ? ExitCode::ok : ExitCode::finding;
}

Result<Explanation> explain(const Arguments& arguments) {
  ProgressLine line("entries");
  ENTENTE_LET(auditor, open_auditor(arguments, 1, line));
  return auditor.why(arguments.operand(0));
}

Result<ExitCode> run_why(const Arguments& arguments, Console& console) {
  ENTENTE_LET(explanation, explain(arguments));
  show(console, arguments.has("json") ? explanation.json : explanation.text);
  return ExitCode::ok;
}

std::vector<OptionRule> options() {
  return {{"log-key", "VKEY|CARD", "the brand's log key as you know it"},
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
          .example = "entente audit replay brand/data me/data --log-key brand/card.entente"};
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
