#include <entente/core/limits.h>
#include <entente/crypto/system.h>
#include <entente/wire/admission.h>
#include <entente/wire/json_view.h>

#include <sstream>

#include "../card_file.h"
#include "../commands.h"
#include "../files.h"
#include "../key_file.h"

namespace entente::cli {
namespace {

// By name, or by the file of the secret half.
Result<PublicKey> read_public_key(const std::string& text) {
  if (text.starts_with("did:key:")) {
    const auto key = from_did_key(text);
    return key ? key : fail(ErrorCode::wrong_use, text + " is no key");
  }
  ENTENTE_LET(pair, read_key_file(text));
  return pair.public_key();
}

// Of the card before, between commas; none if the option is not given.
Result<std::vector<PublicKey>> read_keys(const Arguments& arguments, const std::string& option) {
  std::vector<PublicKey> keys;
  if (!arguments.has(option)) return keys;
  if (!arguments.has("previous")) {
    return fail(ErrorCode::wrong_use,
                "--" + option + " needs --previous: the card that lists the key");
  }
  std::istringstream list(arguments.text_or(option, ""));
  for (std::string each; std::getline(list, each, ',');) {
    ENTENTE_LET(key, read_public_key(each));
    keys.push_back(key);
  }
  return keys;
}

Result<Revocation> read_revocation(const Arguments& arguments) {
  if (arguments.has("from-entry") != arguments.has("revoke")) {
    return fail(ErrorCode::wrong_use,
                "--revoke and --from-entry go together: which keys, and from "
                "which entry of the log on");
  }
  if (!arguments.has("revoke")) return Revocation{};
  ENTENTE_LET(keys, read_keys(arguments, "revoke"));
  ENTENTE_LET(from, arguments.integer_or("from-entry", 0, limits::integer_max));
  if (from == 0) return fail(ErrorCode::wrong_use, "--from-entry is a number from 1 on");
  return Revocation{std::move(keys), static_cast<std::uint64_t>(from)};
}

Result<ExitCode> run_make(const Arguments& arguments, Console& console) {
  SystemClock clock;
  const std::filesystem::path file = arguments.operand(0);
  ENTENTE_LET(text, read_text(file));
  ENTENTE_LET(card, read_card_description(text, file.string(), clock.now_ms()));
  ENTENTE_LET(root, read_key_file(arguments.text_or("root", "")));
  ENTENTE_LET(message, read_key_file(arguments.text_or("message", "")));
  ENTENTE_LET(log, read_key_file(arguments.text_or("log", "")));
  CardKeys keys{.root = &root, .message = message.public_key(), .log = log.public_key()};
  keys.origin = arguments.text_or("origin", "");
  if (const auto next = arguments.find("next-root")) {
    ENTENTE_LET(announced, read_key_file(*next));
    keys.next_root = announced.public_key();
  }
  ENTENTE_LET(revoked, read_revocation(arguments));
  keys.revoked = std::move(revoked);
  ENTENTE_LET(dropped, read_keys(arguments, "drop"));
  keys.dropped = std::move(dropped);
  Bytes previous;
  if (const auto before = arguments.find("previous")) {
    ENTENTE_LET(envelope, read_armoured(*before, "CARD"));
    previous = std::move(envelope);
  }
  ENTENTE_LET(envelope, make_card(card, keys, previous.empty() ? nullptr : &previous));
  ENTENTE_LET(made, Admission::admit<Card>(envelope));
  const std::string out = arguments.text_or("out", "");
  ENTENTE_TRY(write_armoured(out, "CARD", envelope));
  console.line(made->did() + ", card " + std::to_string(made->number) + ": " + out);
  for (const PublicKey& key : keys.revoked.keys) {
    console.line("From entry " + std::to_string(keys.revoked.from_entry) +
                 " of the log on, nothing holds that " + to_did_key(key) + " signs.");
  }
  return ExitCode::ok;
}

Result<ExitCode> run_show(const Arguments& arguments, Console& console) {
  ENTENTE_LET(envelope, read_armoured(arguments.operand(0), "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  if (arguments.has("json")) {
    ENTENTE_LET(json, json_view(*card));
    console.line(json);
    return ExitCode::ok;
  }
  for (const std::string& line : card_lines(*card)) console.line(harmless(line));
  return ExitCode::ok;
}

}  // namespace

Verb card_make() {
  return {
      .path = "card make",
      .summary = "sign a card from its description",
      .operands = {{"FILE", "the description, as YAML"}},
      .options = {{"root", "KEY", "signs the card", true},
                  {"message", "KEY", "will sign messages", true},
                  {"log", "KEY", "will sign the log", true},
                  {"next-root", "KEY", "announce another root for the next card"},
                  {"previous", "CARD", "the card that this one follows"},
                  {"revoke", "KEYS", "of that card: did:key or key files, between commas"},
                  {"from-entry", "NUMBER",
                   "of the log, still to come: from it on they say nothing"},
                  {"drop", "KEYS", "that the card before has revoked: to be listed no more"},
                  {"origin", "NAME", "of the log (default: as on the card before, or DOMAIN/log)"},
                  {"out", "FILE", "where the signed card goes", true, 'o'}},
      .run = run_make,
      .example =
          "entente card make card.yaml --root root.key --message message.key "
          "--log log.key -o card.entente"};
}

Verb card_show() {
  return {.path = "card show",
          .summary = "read a signed card",
          .operands = {{"CARD", "a signed card"}},
          .options = {json_option},
          .run = run_show,
          .example = "entente card show brand/card.entente"};
}

}  // namespace entente::cli
