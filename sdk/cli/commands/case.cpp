#include <entente/auditor.h>
#include <entente/core/clock.h>

#include <sstream>

#include "../commands.h"
#include "../transcript.h"

namespace entente::cli {
namespace {

constexpr OptionRule master_key_option{"master-key", "FILE",
                                       "of the store (default: master.key in it)"};

Result<PartyStore> open_store(const Arguments& arguments) {
  return PartyStore::open(arguments.operand(0), arguments.text_or("master-key", ""));
}

Result<ExitCode> run_list(const Arguments& arguments, Console& console) {
  ENTENTE_LET(store, open_store(arguments));
  ENTENTE_LET(rows, store.cases());
  Json list = Json::array();
  for (const CaseRow& row : rows) {
    if (const ErasureOnRecord* gone = store.retention().find_erasure(row.case_id, "terms")) {
      list.push(Json::object({{"case", to_hex(row.case_id)}, {"erased", gone->entry}}));
      if (arguments.has("json")) continue;
      console.line(short_hex(row.case_id) + "  erased (entry " + std::to_string(gone->entry) +
                   ", " + gone->record.reason + ")");
      continue;
    }
    ENTENTE_LET(read, store.read(row.case_id));
    const Case& casefile = read.casefile;
    const std::int64_t opened_ms = casefile.is_open() ? casefile.admitted_ms(0) : 0;
    std::string about;
    for (const auto& [id, claim] : casefile.claims()) {
      about += (about.empty() ? "" : ", ") + claim.claim.category + "." + claim.claim.code;
    }
    const HandoffState* handoff = casefile.handoff();
    const std::string person = handoff ? ", a person: " + std::string(name(handoff->stage)) : "";
    if (!arguments.has("json")) {
      console.line(short_hex(row.case_id) + "  " + when(opened_ms) + "  " +
                   std::string(name(casefile.phase())) + "  " + about + person);
    }
    list.push(Json::object({{"case", to_hex(row.case_id)},
                            {"opened", format_rfc3339(opened_ms)},
                            {"phase", name(casefile.phase())},
                            {"messages", casefile.messages().size()},
                            {"about", about}}));
  }
  if (arguments.has("json")) {
    console.json(list);
  } else if (rows.empty()) {
    console.line("no cases");
  }
  return ExitCode::ok;
}

Result<ExitCode> run_show(const Arguments& arguments, Console& console) {
  ENTENTE_LET(store, open_store(arguments));
  const std::string prefix = arguments.operands().size() > 1 ? arguments.operand(1) : "";
  ENTENTE_LET(case_id, store.find(prefix));
  ENTENTE_LET(read, store.read(case_id));
  if (arguments.has("json")) {
    ENTENTE_LET(json, to_json_value(read));
    console.json(json);
  } else {
    print(console, read);
  }
  return ExitCode::ok;
}

Result<ExitCode> run_evidence(const Arguments& arguments, Console& console) {
  const std::string out = arguments.text_or("out", "");
  ExportOptions options{
      .master_key_file = arguments.text_or("master-key", ""), .log_key = nullptr, .checkpoint = {}};
  std::istringstream wishes(arguments.text_or("withhold", ""));
  for (std::string each; std::getline(wishes, each, ',');) options.withhold.push_back(each);
  ENTENTE_TRY(export_evidence(arguments.operand(0), arguments.operand(1), out, options));
  console.line("evidence of case " + arguments.operand(1) + ": " + out);
  return ExitCode::ok;
}

}  // namespace

Verb case_list() {
  return {.path = "case list",
          .summary = "list the cases of a store",
          .operands = {{"STORE", "a brand's or consumer's data directory"}},
          .options = {json_option, master_key_option},
          .run = run_list,
          .example = "entente case list me/data"};
}

Verb case_show() {
  return {.path = "case show",
          .summary = "read a case: who said what, what was agreed, what is owed",
          .operands = {{"STORE", "a brand's or consumer's data directory"},
                       {"CASE", "the beginning of its id, if there are several",
                        OperandRule::Count::optional}},
          .options = {json_option, master_key_option},
          .run = run_show,
          .example = "entente case show me/data 3f0a"};
}

Verb case_evidence() {
  return {
      .path = "case evidence",
      .summary = "write one case as a file that stands alone, for an auditor",
      .operands = {{"STORE", "a data directory or an export"}, {"CASE", "the beginning of its id"}},
      .options = {{"out", "FILE", "where it goes", true, 'o'},
                  {"withhold", "LIST", "keep back classes of parts, decision, or parts by digest"},
                  master_key_option},
      .run = run_evidence,
      .example = "entente case evidence me/data 3f0a -o kettle.evidence.json"};
}

}  // namespace entente::cli
