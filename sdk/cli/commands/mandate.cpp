#include <entente/crypto/system.h>
#include <entente/policy/goal.h>
#include <entente/wire/admission.h>
#include <entente/wire/json_view.h>

#include "../commands.h"
#include "../consumer.h"
#include "../files.h"

namespace entente::cli {
namespace {

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

Result<ExitCode> run_issue(const Arguments& arguments, Console& console) {
  SystemClock clock;
  SystemEntropy entropy;
  const std::string goal_file = arguments.text_or("goal", "");
  ENTENTE_LET(text, read_text(goal_file));
  ENTENTE_LET(goal, Goal::parse(text, goal_file));
  ENTENTE_LET(principal, read_key_file(arguments.text_or("principal", "")));
  ENTENTE_LET(assistant, from_did_key(arguments.text_or("assistant", "")));
  Mandate mandate = goal.mandate(clock.now_ms());
  mandate.principal = principal.public_key();
  mandate.assistant = assistant;
  mandate.environment =
      arguments.has("production") ? Environment::production : Environment::sandbox;
  entropy.fill(mandate.nonce);
  ENTENTE_LET(envelope, sign(mandate, principal));
  ENTENTE_LET(made, Admission::admit<Mandate>(envelope));
  const std::string out = arguments.text_or("out", "");
  ENTENTE_TRY(write_armoured(out, "MANDATE", envelope));
  console.line("mandate " + short_hex(made.id()) + ": " + out);
  return ExitCode::ok;
}

Result<ExitCode> run_show(const Arguments& arguments, Console& console) {
  ENTENTE_LET(envelope, read_armoured(arguments.operand(0), "MANDATE"));
  ENTENTE_LET(mandate, Admission::admit<Mandate>(envelope));
  if (arguments.has("json")) {
    ENTENTE_LET(json, json_view(*mandate));
    console.line(json);
    return ExitCode::ok;
  }
  console.line("mandate " + short_hex(mandate.id()) + ", " +
               std::string(name(mandate->environment)));
  console.line("by          " + to_did_key(mandate->principal));
  console.line("to          " + to_did_key(mandate->assistant) + " as " +
               std::string(name(mandate->role)));
  console.line("towards     " + harmless(mandate->audience));
  console.line("valid       " + format_utc_minute(mandate->issued_ms) + " to " +
               format_utc_minute(mandate->expires_ms));
  console.line("about       " + list_of(mandate->categories));
  console.line("may say     " + list_of(mandate->verbs));
  console.line("remedies    " + list_of(mandate->remedies));
  console.line("unasked     " + list_of(mandate->approval_exempt));
  return ExitCode::ok;
}

Result<ExitCode> run_revoke(const Arguments& arguments, Console& console) {
  ENTENTE_LET(config, read_consumer_config(arguments));
  ENTENTE_LET(consumer, Consumer::start(config, console, Person::Answers::asked));
  ENTENTE_LET(ended, consumer->assistant().take_back_mandates());
  for (const Digest& mandate : ended) {
    console.line("mandate " + short_hex(mandate) + " is taken back, for all cases with this brand");
  }
  if (ended.empty()) console.line("nothing is left to take back");
  return ExitCode::ok;
}

}  // namespace

Verb mandate_issue() {
  return {.path = "mandate issue",
          .summary = "sign what an assistant may do, from a goal",
          .operands = {},
          .options = {{"goal", "FILE", "says what the mandate covers", true},
                      {"principal", "KEY", "the person's key, which signs", true},
                      {"assistant", "DID", "the assistant's public key, did:key:...", true},
                      {"production", "", "not for a sandbox"},
                      {"out", "FILE", "where the signed mandate goes", true, 'o'}},
          .run = run_issue,
          .example =
              "entente mandate issue --goal goal.yaml --principal principal.key "
              "--assistant did:key:z6Mk... -o mandate.entente"};
}

Verb mandate_show() {
  return {.path = "mandate show",
          .summary = "read a signed mandate",
          .operands = {{"MANDATE", "a signed mandate"}},
          .options = {json_option},
          .run = run_show,
          .example = "entente mandate show mandate.entente"};
}

Verb mandate_revoke() {
  return {.path = "mandate revoke",
          .summary = "take the mandate back, in all cases with a brand",
          .operands = {},
          .options = consumer_options(),
          .run = run_revoke,
          .example = "entente mandate revoke --home me"};
}

}  // namespace entente::cli
