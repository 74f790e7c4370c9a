#include <entente/crypto/system.h>
#include <entente/wire/admission.h>
#include <entente/wire/json_view.h>

#include "../card_file.h"
#include "../commands.h"
#include "../files.h"
#include "../key_file.h"

namespace entente::cli {
namespace {

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
  Bytes previous;
  if (const auto before = arguments.find("previous")) {
    ENTENTE_LET(envelope, read_armoured(*before, "CARD"));
    previous = std::move(envelope);
  }
  ENTENTE_LET(envelope, make_card(card, keys, previous.empty() ? nullptr : &previous));
  // What cannot be read back would be refused by everybody.
  ENTENTE_LET(made, Admission::admit<Card>(envelope));
  const std::string out = arguments.text_or("out", "");
  ENTENTE_TRY(write_armoured(out, "CARD", envelope));
  console.line(made->did() + ", card " + std::to_string(made->number) + ": " + out);
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
