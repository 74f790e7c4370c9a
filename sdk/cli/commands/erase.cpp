// Forgetting a case or a person, by whoever owns the log, and the orders to keep: at rest, or
// through the endpoint that has the log.

#include <entente/core/clock.h>
#include <entente/journal/notice.h>

#include <algorithm>
#include <sstream>

#include "../commands.h"
#include "../consumer.h"
#include "../log_keeper.h"
#include "../words.h"

namespace entente::cli {
namespace {

std::vector<OptionRule> options_with(std::vector<OptionRule> options) {
  for (const OptionRule& each : own_log_options()) options.push_back(each);
  options.push_back(json_option);
  return options;
}

// The one case named, or every case of a party.
Result<std::vector<CaseId>> cases_named(const Arguments& arguments, const PartyStore& store) {
  const auto prefix = arguments.find("case");
  const auto party = arguments.find("party");
  if (prefix.has_value() == party.has_value()) {
    return fail(ErrorCode::wrong_use, "say --case ID, or --party ID for all cases of a party");
  }
  if (prefix) {
    if (prefix->empty()) return fail(ErrorCode::wrong_use, "--case takes the beginning of an id");
    ENTENTE_LET(case_id, store.find(*prefix));
    return std::vector{case_id};
  }
  ENTENTE_LET(cases, store.cases_of(*party));
  if (cases.empty()) {
    return fail(ErrorCode::not_found, "no case of " + *party +
                                          " that could still be read; parties are named by did:key "
                                          "or by the account they are linked to");
  }
  return cases;
}

Result<std::vector<std::string>> classes_in(const Arguments& arguments) {
  std::vector<std::string> classes;
  std::istringstream text(arguments.text_or("class", ""));
  for (std::string each; std::getline(text, each, ',');) {
    const bool of_parts = each != "terms" && each != "decision" &&
                          std::ranges::find(erasable_classes(), each) != erasable_classes().end();
    if (!of_parts) {
      return fail(ErrorCode::wrong_use,
                  "--class takes contact, media, prose, reference, special; "
                  "without it all there is of the case is erased");
    }
    classes.push_back(each);
  }
  std::ranges::sort(classes);
  const auto repeated = std::ranges::unique(classes);
  classes.erase(repeated.begin(), repeated.end());
  return classes;
}

Result<ErasureWish> wish_in(const Arguments& arguments, const OwnLog& own) {
  ENTENTE_LET(classes, classes_in(arguments));
  ErasureWish wish{.classes = std::move(classes),
                   .reason = arguments.text_or("reason", ""),
                   .authority = arguments.text_or("authority", ""),
                   .at_ms = SystemClock().now_ms()};
  wish.effective_ms = wish.at_ms + own.retention.backups_kept_ms;
  if (!check_code(wish.reason)) {
    return fail(ErrorCode::wrong_use,
                "--reason takes a code: request, consent_withdrawn, order ...");
  }
  if (wish.authority.empty() || wish.authority.size() > limits::text_bytes_max) {
    return fail(ErrorCode::wrong_use, "--authority takes up to 1024 bytes: who decided it");
  }
  return wish;
}

Result<ErasurePlan> plan_for(const Arguments& arguments, const OwnLog& own) {
  ENTENTE_LET(wish, wish_in(arguments, own));
  ENTENTE_LET(store, own.read());
  ENTENTE_LET(cases, cases_named(arguments, store));
  ErasurePlan plan;
  for (const CaseId& case_id : cases) ENTENTE_TRY(plan.consider(store, case_id, wish));
  return plan;
}

using Lines = std::vector<std::string>;

Lines tell_of_brands_notices(const ErasurePlan& plan) {
  Lines lines;
  bool told = false;
  for (const ErasureNotice& notice : plan.notices()) {
    const bool whole = std::ranges::find(notice.classes, "terms") != notice.classes.end();
    told = told || !whole;
    if (!whole) continue;
    lines.push_back("case " + short_hex(notice.case_id) + ": its customer hears nothing of it " +
                    "from here any more; tell them another way");
  }
  if (told) lines.push_back("The customer is told with the next answer in the case.");
  return lines;
}

// An assistant that starts meets the brand, and brings it what waits.
Status meet_brand(const std::filesystem::path& home, Console& console) {
  ENTENTE_LET(config, read_consumer_file(home));
  if (config.brand.url.empty()) return fail(ErrorCode::file_missing, "no consumer.yaml");
  ENTENTE_LET(consumer, Consumer::start(config, console, Person::Answers::asked));
  static_cast<void>(consumer);
  return {};
}

std::string sentence_of(const ErasureAck& ack) {
  return "case " + short_hex(ack.case_id) +
         ": the brand was told, and answers: " + std::string(name(ack.answer)) +
         (ack.until_ms != 0 ? " until " + when(ack.until_ms) : "") +
         (ack.basis.empty() ? "" : " (" + harmless(ack.basis) + ")");
}

Result<Lines> tell_of_own_notices(const ErasurePlan& plan, const OwnLog& own, Console& console) {
  const bool met = meet_brand(own.data.parent_path(), console).has_value();
  ENTENTE_LET(opened, OpenLog::open(own));
  Lines lines;
  bool waits = false;
  for (const ErasureNotice& notice : plan.notices()) {
    ENTENTE_LET(known, read_notices(opened->ledger(), notice.case_id));
    const auto last = std::ranges::find(known.notices.rbegin(), known.notices.rend(),
                                        Direction::sent, &LoggedNotice::direction);
    const LoggedAck* answer = last == known.notices.rend() ? nullptr : known.answer_to(last->id);
    waits = waits || answer == nullptr;
    if (answer != nullptr) lines.push_back(sentence_of(answer->ack));
  }
  if (waits) {
    lines.push_back(met ? "The brand has not answered; it is told again with: entente negotiate"
                        : "The brand is told when your assistant next meets it: entente negotiate");
  }
  return lines;
}

Result<ExitCode> erase_now(const Arguments& arguments, const OwnLog& own, Console& console,
                           ErasurePlan& plan) {
  // Reached first: what an interrupted run left is finished, and nobody writes while it is planned.
  ENTENTE_LET(keeper, LogKeeper::reach(own, arguments));
  ENTENTE_LET(due, plan_for(arguments, own));
  plan = std::move(due);
  return carry_out(plan, keeper.get(), arguments, console);
}

Result<ExitCode> run_erase(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  if (arguments.has("dry-run")) {
    ENTENTE_LET(plan, plan_for(arguments, own));
    return carry_out(plan, nullptr, arguments, console);
  }
  ErasurePlan plan;
  ENTENTE_LET(code, erase_now(arguments, own, console, plan));
  if (!arguments.has("notify")) return code;
  ENTENTE_LET(lines, own.is_brand() ? Result<Lines>(tell_of_brands_notices(plan))
                                    : tell_of_own_notices(plan, own, console));
  if (arguments.has("json")) return code;
  for (const std::string& line : lines) console.line(line);
  return code;
}

Result<HoldRecord> hold_in(const Arguments& arguments) {
  SystemEntropy entropy;
  HoldRecord hold{.case_id = {},
                  .hold = {},
                  .ended = false,
                  .until_ms = 0,
                  .reason = arguments.text_or("reason", ""),
                  .by = arguments.text_or("by", ""),
                  .at_ms = SystemClock().now_ms()};
  entropy.fill(hold.hold.bytes);
  const auto until = parse_instant_ms(arguments.text_or("until", ""));
  if (!until || *until <= hold.at_ms) {
    return fail(ErrorCode::wrong_use, "--until takes a day to come: 2030-12-31 (00:00 UTC)");
  }
  hold.until_ms = *until;
  if (!check_code(hold.reason)) {
    return fail(ErrorCode::wrong_use, "--reason takes a code: litigation, regulator, dispute ...");
  }
  if (hold.by.size() > limits::text_bytes_max) {
    return fail(ErrorCode::wrong_use, "--by takes up to 1024 bytes");
  }
  return hold;
}

Json to_value(const HoldRecord& hold, std::uint64_t entry) {
  return Json::object({{"hold", to_hex(hold.hold)},
                       {"case", to_hex(hold.case_id)},
                       {"until", format_rfc3339(hold.until_ms)},
                       {"reason", hold.reason},
                       {"by", hold.by},
                       {"ended", hold.ended},
                       {"entry", entry}});
}

Result<ExitCode> put(const std::vector<HoldRecord>& holds, LogKeeper& keeper,
                     const Arguments& arguments, Console& console) {
  ENTENTE_LET(entries, keeper.put_holds(holds));
  Json list = Json::array();
  for (std::size_t i = 0; i < holds.size(); ++i) {
    list.push(to_value(holds[i], entries[i]));
    if (arguments.has("json")) continue;
    console.line("hold " + short_hex(holds[i].hold) + ": case " + short_hex(holds[i].case_id) +
                 (holds[i].ended ? " may go" : " is kept until " + when(holds[i].until_ms)) +
                 " (entry " + std::to_string(entries[i]) + ")");
  }
  if (arguments.has("json")) console.json(list);
  return ExitCode::ok;
}

Result<std::vector<HoldRecord>> holds_for(const Arguments& arguments, const OwnLog& own,
                                          const HoldRecord& hold) {
  ENTENTE_LET(store, own.read());
  ENTENTE_LET(cases, cases_named(arguments, store));
  std::vector<HoldRecord> holds;
  for (const CaseId& case_id : cases) {
    holds.push_back(hold);
    holds.back().case_id = case_id;
  }
  return holds;
}

Result<ExitCode> run_hold_add(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  ENTENTE_LET(hold, hold_in(arguments));
  ENTENTE_LET(keeper, LogKeeper::reach(own, arguments));
  ENTENTE_LET(holds, holds_for(arguments, own, hold));
  return put(holds, *keeper, arguments, console);
}

Result<std::vector<HoldRecord>> ends_for(const Arguments& arguments, const OwnLog& own) {
  ENTENTE_LET(store, own.read());
  const std::int64_t now_ms = SystemClock().now_ms();
  std::vector<HoldRecord> ended;
  for (const HoldOnRecord* each : store.retention().holds_in_force(now_ms)) {
    if (!to_hex(each->record.hold).starts_with(arguments.operand(0))) continue;
    HoldRecord& end = ended.emplace_back(each->record);
    end.ended = true;
    end.by = arguments.text_or("by", end.by);
    end.at_ms = now_ms;
    if (end.hold != ended.front().hold) {
      return fail(ErrorCode::wrong_use, "several holds begin with " + arguments.operand(0));
    }
  }
  if (ended.empty()) {
    return fail(ErrorCode::not_found, "no hold in force begins with " + arguments.operand(0));
  }
  return ended;
}

Result<ExitCode> run_hold_end(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  ENTENTE_LET(keeper, LogKeeper::reach(own, arguments));
  ENTENTE_LET(ended, ends_for(arguments, own));
  return put(ended, *keeper, arguments, console);
}

Result<ExitCode> run_hold_list(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  ENTENTE_LET(store, own.read());
  const auto holds = store.retention().holds_in_force(SystemClock().now_ms());
  Json list = Json::array();
  for (const HoldOnRecord* each : holds) {
    const HoldRecord& hold = each->record;
    list.push(to_value(hold, each->entry));
    if (arguments.has("json")) continue;
    console.line(short_hex(hold.hold) + "  case " + short_hex(hold.case_id) + "  until " +
                 when(hold.until_ms) + "  " + hold.reason +
                 (hold.by.empty() ? "" : ", " + harmless(hold.by)));
  }
  if (arguments.has("json")) {
    console.json(list);
  } else if (holds.empty()) {
    console.line("no holds");
  }
  return ExitCode::ok;
}

}  // namespace

Verb erase() {
  return {
      .path = "erase",
      .summary = "forget a case or a person: its content, its salts and their keys",
      .operands = {},
      .options = options_with(
          {{"case", "ID", "the beginning of a case's id"},
           {"party", "ID", "or all cases of a did:key, or of a linked account"},
           {"class", "LIST", "parts of these classes only: contact,special,media,prose,reference"},
           {"reason", "CODE", "why, for the log: request, consent_withdrawn, order ...", true},
           {"authority", "TEXT", "who decided it, for the log; names no customer", true},
           {"notify", "", "tell the other party, which decides for itself"},
           keeper_timeout_option,
           {"dry-run", "", "say what would be erased"}}),
      .run = run_erase,
      .example =
          "entente erase --party did:key:z6Mk... --reason request --authority \"DPO\" "
          "--config brand/brand.yaml --dry-run"};
}

Verb hold_add() {
  return {.path = "hold add",
          .summary = "keep cases whatever would erase them, until a day",
          .operands = {},
          .options =
              options_with({{"case", "ID", "the beginning of a case's id"},
                            {"party", "ID", "or all cases there are now of a did:key or account"},
                            {"until", "DATE", "2030-12-31", true},
                            {"reason", "CODE", "litigation, regulator, dispute ...", true},
                            {"by", "NAME", "who ordered it, for the log"},
                            keeper_timeout_option}),
          .run = run_hold_add,
          .example =
              "entente hold add --case 3f0a --until 2030-12-31 --reason litigation "
              "--config brand/brand.yaml"};
}

Verb hold_list() {
  return {.path = "hold list",
          .summary = "list the holds in force",
          .operands = {},
          .options = options_with({}),
          .run = run_hold_list,
          .example = "entente hold list --config brand/brand.yaml"};
}

Verb hold_end() {
  return {.path = "hold end",
          .summary = "lift a hold before its day",
          .operands = {{"HOLD", "the beginning of its name, as hold list prints it"}},
          .options =
              options_with({{"by", "NAME", "who ordered it, for the log"}, keeper_timeout_option}),
          .run = run_hold_end,
          .example = "entente hold end 5c21 --config brand/brand.yaml"};
}

}  // namespace entente::cli
