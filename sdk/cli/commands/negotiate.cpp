#include <entente/protocol/vocabulary.h>

#include <limits>

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

// All claims of the case, unless one is named.
Result<std::vector<std::uint16_t>> claims_of(const Arguments& arguments, const Case& casefile) {
  std::vector<std::uint16_t> claims;
  ENTENTE_LET(named, arguments.integer_or("claim", 0, std::numeric_limits<std::uint16_t>::max()));
  for (const auto& [id, claim] : casefile.claims()) {
    if (named == 0 || id == named) claims.push_back(id);
  }
  if (claims.empty()) return fail(ErrorCode::not_found, "the case has no such claim");
  return claims;
}

Result<ExitCode> run_exercise(const Arguments& arguments, Console& console) {
  ENTENTE_LET(config, read_consumer_config(arguments));
  ENTENTE_LET(timeout_ms, timeout_ms_of(arguments));
  ENTENTE_LET(consumer, Consumer::start(config, console, answers_of(arguments)));
  Assistant& assistant = consumer->assistant();
  ENTENTE_LET(case_id, find_case(*consumer, arguments.operand(0)));
  Invoke right{.right = arguments.operand(1)};
  if (find_right(right.right) == nullptr && !is_extension_code(right.right)) {
    return fail(ErrorCode::wrong_use, "there is no right " + right.right);
  }
  ENTENTE_LET(claims, claims_of(arguments, *assistant.find_case(case_id)));
  right.claims = claims;
  std::vector<NewPart> parts;
  if (const auto about = arguments.find("about")) {
    right.subject = 0;
    parts.push_back({PartClass::reference, "text/plain", to_bytes(*about)});
  }
  ENTENTE_TRY(assistant.exercise(case_id, right, parts));
  return run_to_the_end(*consumer, case_id, console, timeout_ms);
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

Verb exercise() {
  std::vector<OptionRule> options = with({"about", "TEXT", "the order or contract it is about"});
  options.push_back({"claim", "N", "of this claim alone (default: of all)"});
  return {.path = "exercise",
          .summary = "exercise a right: it counts at once, and is not negotiated",
          .operands = {{"CASE", "the beginning of its id"},
                       {"RIGHT", "withdrawal, cancellation, access, erasure, objection, contest"}},
          .options = std::move(options),
          .run = run_exercise,
          .example = "entente exercise 3f0a withdrawal --home me --about K-2291"};
}

}  // namespace entente::cli
