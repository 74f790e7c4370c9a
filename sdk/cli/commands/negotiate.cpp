#include "../commands.h"
#include "../consumer.h"
#include "../record.h"

namespace entente::cli {
namespace {

constexpr std::int64_t timeout_default_s = 60;
constexpr std::int64_t timeout_max_s = 86'400;

Person::Answers answers_of(const Arguments& arguments) {
  return arguments.has("yes") ? Person::Answers::yes : Person::Answers::asked;
}

Result<std::int64_t> timeout_ms_of(const Arguments& arguments) {
  ENTENTE_LET(seconds, arguments.integer_or("timeout", timeout_default_s, timeout_max_s));
  return seconds * 1000;
}

// The one case whose id begins so.
Result<CaseId> find_case(const Consumer& consumer, std::string_view prefix) {
  ENTENTE_LET(store, PartyStore::open(consumer.config().home / "data"));
  return store.find(prefix);
}

Result<MessageId> find_offer(const Case& casefile, std::string_view prefix) {
  std::optional<MessageId> found;
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.by != Party::brand || offer.status != OfferStatus::standing) continue;
    if (!to_hex(id).starts_with(prefix)) continue;
    if (found) return fail(ErrorCode::wrong_use, "several offers stand: name one");
    found = id;
  }
  if (!found) return fail(ErrorCode::not_found, "no such offer stands");
  return *found;
}

Result<ExitCode> run_negotiate(const Arguments& arguments, Console& console) {
  ENTENTE_LET(config, read_consumer_config(arguments));
  ENTENTE_LET(timeout_ms, timeout_ms_of(arguments));
  ENTENTE_LET(consumer, Consumer::start(config, console, answers_of(arguments)));
  CaseId case_id;
  if (const auto known = arguments.find("resume")) {
    ENTENTE_LET(found, find_case(*consumer, *known));
    case_id = found;
  } else {
    ENTENTE_LET(opened, consumer->assistant().open());
    case_id = opened;
  }
  ENTENTE_LET(code, run_to_the_end(*consumer, case_id, console, timeout_ms));
  console.line("entente case show " + (config.home / "data").string() + " " + short_hex(case_id));
  return code;
}

Result<ExitCode> run_approve(const Arguments& arguments, Console& console) {
  ENTENTE_LET(config, read_consumer_config(arguments));
  ENTENTE_LET(timeout_ms, timeout_ms_of(arguments));
  ENTENTE_LET(consumer, Consumer::start(config, console, answers_of(arguments)));
  Assistant& assistant = consumer->assistant();
  ENTENTE_LET(case_id, find_case(*consumer, arguments.operand(0)));
  ENTENTE_TRY(assistant.poll(case_id, 0));
  const std::string prefix = arguments.operands().size() > 1 ? arguments.operand(1) : "";
  ENTENTE_LET(offer, find_offer(*assistant.find_case(case_id), prefix));
  ENTENTE_TRY(assistant.accept(case_id, offer));
  return run_to_the_end(*consumer, case_id, console, timeout_ms);
}

Result<ExitCode> run_handoff(const Arguments& arguments, Console& console) {
  ENTENTE_LET(config, read_consumer_config(arguments));
  ENTENTE_LET(consumer, Consumer::start(config, console, answers_of(arguments)));
  Assistant& assistant = consumer->assistant();
  ENTENTE_LET(case_id, find_case(*consumer, arguments.operand(0)));
  const Status asked =
      assistant.ask_for_person(case_id, arguments.text_or("reason", "consumer_asked"));
  const HandoffState* handoff = assistant.find_case(case_id)->handoff();
  const bool acknowledged = handoff != nullptr && handoff->stage != HandoffStage::requested;
  if (!asked || !acknowledged) show_ways_on(console, assistant);
  ENTENTE_TRY(asked);
  if (!acknowledged) return fail(ErrorCode::peer_failed, "the request was not acknowledged");
  return ExitCode::ok;
}

std::vector<OptionRule> with(OptionRule option) {
  std::vector<OptionRule> options = consumer_options();
  options.push_back(option);
  return options;
}

}  // namespace

Verb negotiate() {
  return {.path = "negotiate",
          .summary = "open a case with a brand and see it through",
          .operands = {},
          .options = with({"resume", "CASE", "go on with a case instead of opening one"}),
          .run = run_negotiate,
          .example = "entente negotiate --brand https://kettle.example --goal me/goal.yaml"};
}

Verb approve() {
  return {.path = "approve",
          .summary = "see what an offer says, sign it, and go on",
          .operands = {{"CASE", "the beginning of its id"},
                       {"OFFER", "the beginning of its id, if several stand",
                        OperandRule::Count::optional}},
          .options = consumer_options(),
          .run = run_approve,
          .example = "entente approve 3f0a --home me"};
}

Verb handoff() {
  return {.path = "handoff",
          .summary = "ask the brand for a person; it cannot refuse",
          .operands = {{"CASE", "the beginning of its id"}},
          .options = with({"reason", "CODE", "why (default consumer_asked)"}),
          .run = run_handoff,
          .example = "entente handoff 3f0a --home me --reason deadlock"};
}

}  // namespace entente::cli
