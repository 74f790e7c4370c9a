// What a log goes through: another key, another name.

#include <entente/agent/inbox.h>
#include <entente/core/clock.h>

#include "../commands.h"
#include "../key_file.h"
#include "../own_log.h"
#include "../words.h"

namespace entente::cli {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t both_days = 30;
constexpr std::int64_t both_days_max = 3'650;

// "30d", or a number of days.
Result<std::int64_t> days_in(const Arguments& arguments) {
  std::string text = arguments.text_or("both-for", std::to_string(both_days));
  if (text.ends_with('d')) text.pop_back();
  const bool number = !text.empty() && text.size() <= 4 &&
                      text.find_first_not_of("0123456789") == std::string::npos;
  const std::int64_t days = number ? std::stoll(text) : -1;
  if (days >= 0 && days <= both_days_max) return days;
  return fail(ErrorCode::wrong_use, "--both-for takes days: 30d");
}

Result<ExitCode> run_rotate_key(const Arguments& arguments, Console& console) {
  ENTENTE_LET(days, days_in(arguments));
  ENTENTE_LET(own, read_own_log(arguments));
  const std::string file = arguments.text_or("new", "");
  ENTENTE_LET(next, read_key_file(file));
  ENTENTE_LET(opened, OpenLog::open(own));
  const std::int64_t now_ms = SystemClock().now_ms();
  const std::int64_t both_until_ms = now_ms + days * day_ms;
  const std::uint64_t entry = opened->ledger().size();
  ENTENTE_TRY(opened->ledger().change_key(next, both_until_ms, now_ms));
  ENTENTE_LET(vkey, Vkey::make(own.origin, SignatureType::ed25519, next.public_key()));
  if (arguments.has("json")) {
    console.json(Json::object({{"entry", entry},
                               {"new_vkey", vkey.encode()},
                               {"both_until", format_rfc3339(both_until_ms)}}));
    return ExitCode::ok;
  }
  console.line("From entry " + std::to_string(entry) + " on the log is signed by " + vkey.encode());
  console.line("and until " + when(both_until_ms) + " by the old key as well.");
  console.line("Before the next start: keys: {log: " + file + ", old_log: " + own.log_key.string() +
               "} in brand.yaml, and a new card:");
  console.line("entente card make CARD.yaml --previous CARD --log " + file + " ...");
  return ExitCode::ok;
}

Result<ExitCode> run_rollover(const Arguments& arguments, Console& console) {
  ENTENTE_LET(own, read_own_log(arguments));
  const std::string origin = arguments.text_or("origin", "");
  if (arguments.has("home") && !origin.starts_with(own.origin + "/")) {
    return fail(ErrorCode::wrong_use, "the new name begins with the old one: " + own.origin + "/2");
  }
  const std::string reason = arguments.text_or("reason", "unstated");
  if (!check_code(reason)) {
    return fail(ErrorCode::wrong_use, "--reason takes a code: restored, key_stolen, planned ...");
  }
  ENTENTE_LET(keys, LogKeys::take(own.log_key, {}, own.data));
  std::optional<KeyPair> next;
  if (const auto file = arguments.find("new")) {
    ENTENTE_LET(key, read_key_file(*file));
    next.emplace(std::move(key));
  }
  SystemEntropy entropy;
  const Signer& signer = next ? *next : keys.key;
  std::uint64_t entry = 0;
  {
    ENTENTE_LET(ledger, Ledger::roll_over({.directory = own.data,
                                           .origin = own.origin,
                                           .master_key_file = own.master_key},
                                          keys.key, entropy,
                                          {.origin = origin,
                                           .next_key = &signer,
                                           .reason = reason,
                                           .at_ms = SystemClock().now_ms()}));
    entry = ledger->size() - 1;
    ENTENTE_TRY(empty_inbox(own.data, *ledger, SystemClock().now_ms()));
  }
  ENTENTE_LET(vkey, Vkey::make(origin, SignatureType::ed25519, signer.public_key()));
  if (arguments.has("json")) {
    console.json(Json::object(
        {{"entry", entry}, {"origin", origin}, {"vkey", vkey.encode()}, {"from", own.origin}}));
    return ExitCode::ok;
  }
  console.line(own.origin + " has ended, and is never signed again.");
  console.line("It goes on as " + vkey.encode() + " (entry " + std::to_string(entry) + ").");
  if (!arguments.has("home")) {
    console.line(
        "Before the next start make a card that says so: entente card make CARD.yaml "
        "--previous CARD --origin " +
        origin + " ...");
  }
  return ExitCode::ok;
}

}  // namespace

Verb log_rotate_key() {
  return {.path = "log rotate-key",
          .summary = "let another key sign the log from now on, bound to the old one by an entry",
          .operands = {},
          .options = {{"new", "KEY", "the new key, from entente key new", true},
                      {"both-for", "DAYS", "how long the old key signs as well (default: 30d)"},
                      {"config", "FILE", "the brand's configuration (default: brand.yaml)"},
                      json_option},
          .run = run_rotate_key,
          .example = "entente log rotate-key --config brand/brand.yaml --new brand/keys/log-2.key"};
}

Verb log_rollover() {
  std::vector<OptionRule> options = own_log_options();
  options.insert(options.begin(),
                 {{"origin", "NAME", "what the log is called from now on", true},
                  {"new", "KEY", "signs it (default: the key that signed before)"},
                  {"reason", "CODE", "why, for the log: restored, key_stolen, planned ..."}});
  options.push_back(json_option);
  return {.path = "log rollover",
          .summary = "end a log and go on under another name, with all that is in it",
          .operands = {},
          .options = std::move(options),
          .run = run_rollover,
          .example =
              "entente log rollover --config brand/brand.yaml --origin kettle.example/log-2 "
              "--reason restored"};
}

}  // namespace entente::cli
