// The switch of the automated agent: an order in the brand's data directory, and the entry of the
// log that says it was taken.

#include <entente/agent/freeze.h>
#include <entente/crypto/system.h>
#include <entente/store/last_signed.h>
#include <pwd.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "../brand.h"
#include "../commands.h"
#include "../record.h"

namespace entente::cli {
namespace {

constexpr std::int64_t taken_within_s = 10;
constexpr std::chrono::milliseconds look_every{50};

std::string whoever_asks() {
  const passwd* user = ::getpwuid(::geteuid());
  return user != nullptr ? user->pw_name : std::to_string(::geteuid());
}

struct Taken {
  bool running = false;                // an endpoint has the store
  std::optional<std::uint64_t> entry;  // of its log; nothing: it has not taken the order yet
};

// Nothing, too, while the store cannot be read: its owner may be starting.
std::optional<std::uint64_t> find_entry(const BrandConfig& config, const Digest& order) {
  const auto store = PartyStore::open(config.data, config.master_key);
  return store ? store->find_freeze(order) : std::nullopt;
}

// Held while the order is written, the store's lock tells for certain that no endpoint runs; it is
// free again before one could miss it.
Result<Taken> give(const BrandConfig& config, const FreezeRecord& order, std::int64_t timeout_ms) {
  {
    const auto lock = StoreLock::take(config.data);
    if (!lock && lock.error().code != ErrorCode::store_locked) {
      return std::unexpected(lock.error());
    }
    ENTENTE_TRY(write_freeze_order(config.data, order));
    if (lock) return Taken{};
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (;;) {
    const auto entry = find_entry(config, order.order);
    if (entry || std::chrono::steady_clock::now() >= until) return Taken{true, entry};
    std::this_thread::sleep_for(look_every);
  }
}

void tell(Console& console, const FreezeRecord& order, const Taken& taken) {
  const std::string what = order.frozen ? "paused" : "running again";
  if (taken.entry) {
    console.line("Automation is " + what + ": entry " + std::to_string(*taken.entry) +
                 " of the log, by " + harmless(order.by) + ".");
  } else if (!taken.running) {
    console.line("No endpoint runs on this store: the next start finds automation " + what + ".");
  }
  if (!order.frozen || (taken.running && !taken.entry)) return;
  console.line(
      "Nothing more is promised. What waits for the agent is with people; what was agreed "
      "is performed.");
  console.line("entente resume ends it.");
}

Result<ExitCode> run_order(const Arguments& arguments, Console& console, bool frozen) {
  SystemClock clock;
  SystemEntropy entropy;
  ENTENTE_LET(config, read_brand_config(arguments.text_or("config", "brand.yaml")));
  if (!std::filesystem::is_directory(config.data)) {
    return fail(ErrorCode::file_missing, config.data.string() + " holds no store");
  }
  ENTENTE_LET(timeout_s, arguments.integer_or("timeout", taken_within_s, 3'600));
  FreezeRecord order{.frozen = frozen,
                     .order = {},
                     .by = arguments.text_or("by", whoever_asks()),
                     .reason = arguments.text_or("reason", ""),
                     .at_ms = clock.now_ms()};
  if (order.by.size() > limits::text_bytes_max || order.reason.size() > limits::text_bytes_max) {
    return fail(ErrorCode::wrong_use, "--by and --reason take 1024 bytes");
  }
  entropy.fill(order.order.bytes);
  ENTENTE_LET(taken, give(config, order, timeout_s * 1'000));
  if (taken.running && !taken.entry) {
    return fail(ErrorCode::timed_out,
                "the order stands, but the endpoint has not taken it within " +
                    std::to_string(timeout_s) + " s");
  }
  if (arguments.has("json")) {
    Json json = Json::object({{"paused", order.frozen},
                              {"order", to_hex(order.order)},
                              {"by", order.by},
                              {"reason", order.reason},
                              {"at_ms", order.at_ms},
                              {"running", taken.running}});
    json.add("entry", taken.entry ? Json(*taken.entry) : Json());
    console.json(json);
  } else {
    tell(console, order, taken);
  }
  return ExitCode::ok;
}

Result<ExitCode> run_pause(const Arguments& arguments, Console& console) {
  if (!arguments.has("automation")) {
    return fail(ErrorCode::wrong_use, "say what to pause: --automation");
  }
  return run_order(arguments, console, true);
}

Result<ExitCode> run_resume(const Arguments& arguments, Console& console) {
  return run_order(arguments, console, false);
}

std::vector<OptionRule> order_options() {
  return {{"config", "FILE", "the brand's configuration (default: brand.yaml)"},
          {"reason", "TEXT", "why, for the log"},
          {"by", "NAME", "who orders it, for the log (default: the user)"},
          {"timeout", "SECONDS", "how long a running endpoint may take (default: 10)"},
          json_option};
}

}  // namespace

Verb pause() {
  std::vector<OptionRule> options = order_options();
  options.insert(options.begin(),
                 {"automation", "", "the automated agent: it promises nothing more"});
  return {
      .path = "pause",
      .summary = "stop a brand's automated agent at once; people take over what waits for it",
      .operands = {},
      .options = std::move(options),
      .run = run_pause,
      .example = "entente pause --automation --config brand/brand.yaml --reason \"wrong prices\""};
}

Verb resume() {
  return {.path = "resume",
          .summary = "let a paused automated agent go on",
          .operands = {},
          .options = order_options(),
          .run = run_resume,
          .example = "entente resume --config brand/brand.yaml"};
}

}  // namespace entente::cli
