#include "../key_file.h"

#include <entente/crypto/system.h>

#include "../commands.h"

namespace entente::cli {
namespace {

void show(Console& console, const Arguments& arguments, const PublicKey& key) {
  if (arguments.has("json")) {
    console.json(
        Json::object({{"did", to_did_key(key)}, {"hex", to_hex(key)}, {"base64", to_base64(key)}}));
    return;
  }
  console.line(to_did_key(key));
}

Result<ExitCode> run_new(const Arguments& arguments, Console& console) {
  SystemEntropy entropy;
  ENTENTE_LET(key, make_key_file(arguments.operand(0), entropy));
  show(console, arguments, key.public_key());
  return ExitCode::ok;
}

Result<ExitCode> run_show(const Arguments& arguments, Console& console) {
  ENTENTE_LET(key, read_key_file(arguments.operand(0)));
  show(console, arguments, key.public_key());
  return ExitCode::ok;
}

}  // namespace

Verb key_new() {
  return {.path = "key new",
          .summary = "make a secret key; prints its public half",
          .operands = {{"FILE", "made with mode 0600; must not be there yet"}},
          .options = {json_option},
          .run = run_new,
          .example = "entente key new brand/keys/root.key"};
}

Verb key_show() {
  return {.path = "key show",
          .summary = "print the public half of a key",
          .operands = {{"FILE", "a key file"}},
          .options = {json_option},
          .run = run_show,
          .example = "entente key show brand/keys/log.key --json"};
}

}  // namespace entente::cli
