#include "arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;

constexpr std::size_t shoppers_max = 256;

Result<std::size_t> to_number(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > shoppers_max) {
    return fail(ErrorCode::wrong_use, "--shoppers: expected a number up to 256");
  }
  return value;
}

// Every option but these two takes a value.
bool is_flag(const std::string& name) { return name == "--audit" || name == "--help"; }

Result<std::map<std::string, std::string>> read_options(int count, char** words) {
  std::map<std::string, std::string> options;
  for (int i = 1; i < count; ++i) {
    const std::string name = words[i];
    if (is_flag(name)) {
      options[name] = "yes";
      continue;
    }
    constexpr std::array<std::string_view, 8> known = {
        "--data", "--tasks", "--out", "--keep", "--policy", "--shoppers", "--verify", "--cases"};
    if (std::ranges::find(known, name) == known.end()) {
      return fail(ErrorCode::wrong_use, "unknown argument " + name);
    }
    if (i + 1 >= count) return fail(ErrorCode::wrong_use, name + " needs a value");
    options[name] = words[++i];
  }
  return options;
}

Status require(const std::map<std::string, std::string>& options,
               std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (!options.contains(name)) {
      return fail(ErrorCode::wrong_use, std::string(name) + " is missing");
    }
  }
  return {};
}

}  // namespace

std::string_view usage() {
  return "usage: retail --data DIR --tasks FILE --out RESULTS.jsonl [--keep DIR] [--audit]\n"
         "              [--policy FILE] [--shoppers N]\n"
         "       retail --verify RESULTS.jsonl --tasks FILE --data DIR\n"
         "       retail --cases DIR [--keep DIR]\n"
         "\n"
         "  --data DIR      users.json, orders.json and products.json of a shop\n"
         "  --tasks FILE    what its customers ask for; each task is one case\n"
         "  --out FILE      one line of JSON for each task\n"
         "  --keep DIR      leave the logs in DIR/brand and DIR/shopper\n"
         "  --audit         replay every log afterwards\n"
         "  --policy FILE   the shop's rules (default: the file that comes with this program)\n"
         "  --shoppers N    how many customers come at once\n"
         "  --verify FILE   compare results with what the shop's handbook says\n"
         "  --cases DIR     play negotiations and compare them with what they expect\n";
}

Result<Arguments> read_arguments(int count, char** words) {
  ENTENTE_LET(options, read_options(count, words));
  Arguments arguments;
  if (options.empty() || options.contains("--help")) return arguments;
  if (options.contains("--cases")) {
    arguments.mode = Arguments::Mode::cases;
    arguments.cases = {.directory = options["--cases"], .keep = options["--keep"]};
    return arguments;
  }
  if (options.contains("--verify")) {
    ENTENTE_TRY(require(options, {"--tasks", "--data"}));
    arguments.mode = Arguments::Mode::verify;
    arguments.verify = {options["--data"], options["--tasks"], options["--verify"]};
    return arguments;
  }
  ENTENTE_TRY(require(options, {"--data", "--tasks", "--out"}));
  arguments.mode = Arguments::Mode::run;
  arguments.run = {.data = options["--data"],
                   .tasks = options["--tasks"],
                   .out = options["--out"],
                   .policy = RETAIL_POLICY,
                   .keep = options["--keep"],
                   .audit = options.contains("--audit")};
  if (options.contains("--policy")) arguments.run.policy = options["--policy"];
  if (options.contains("--shoppers")) {
    ENTENTE_LET(shoppers, to_number(options["--shoppers"]));
    arguments.run.shoppers = shoppers;
  }
  return arguments;
}

}  // namespace retail
