#include <entente/crypto/system.h>

#include <sys/resource.h>

#include "../brand.h"
#include "../commands.h"
#include "../held_signals.h"

namespace entente::cli {
namespace {

// From here on a second signal ends the process as it would any other. Nothing is lost by it: what
// was acknowledged is on the disk, and what was in hand is taken up at the next start.
void let_signals_end_us() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

// Each connection is a descriptor, and the usual soft limit is made for programs with few.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void tell(Console& console, Brand& brand, const BrandConfig& config) {
  const Card& card = brand.endpoint().card();
  console.line(console.paint(Ink::strong, card.domain) + " listens on " +
               (config.server.certificate_file.empty() ? "http://" : "https://") +
               config.server.address + ":" + std::to_string(brand.endpoint().port()));
  if (config.monitoring) {
    console.line("metrics on http://" + config.monitoring->address + ":" +
                 std::to_string(brand.endpoint().monitoring_port()) + "/metrics");
  }
  console.line("policy " + config.policy.string() + ", store " + config.data.string());
  console.line("Ctrl-C stops it.");
}

// The same directory with what its files say now: policy, card, certificate. Files that cannot be
// used, a card that this log cannot take up among them, change nothing and stop nothing; open cases
// go on where they were. A new certificate alone costs nobody a connection.
Status start_again(Console& console, std::unique_ptr<Brand>& brand, const BrandConfig& config,
                   const BrandHost& host) {
  const Status usable = brand->check(config);
  const Result<bool> taken =
      usable ? brand->take_certificate(config) : std::unexpected(usable.error());
  if (!taken) {
    brand->endpoint().tell("going on as before: " + describe(taken.error()));
    return {};
  }
  if (*taken) {
    console.line("read again: certificate");
    return {};
  }
  BrandConfig there = config;
  there.server.held_port = brand->endpoint().hold_port();
  if (there.monitoring) there.monitoring->held_port = brand->endpoint().hold_monitoring_port();
  brand.reset();
  ENTENTE_LET(next, Brand::start(there, host));
  brand = std::move(next);
  console.line("read again: policy, card and certificate");
  return {};
}

Result<ExitCode> run(const Arguments& arguments, Console& console) {
  SystemClock clock;
  SystemUptime uptime;
  const BrandHost host{.clock = clock,
                       .uptime = &uptime,
                       .on_trouble = [&](const std::string& line) { console.complain(line); },
                       .on_event = [&](std::string_view line) { console.complain(line); }};
  ENTENTE_LET(config, read_brand_config(arguments.text_or("config", "")));
  ENTENTE_LET(port, arguments.integer_or("port", config.server.port, 65'535));
  config.server.port = static_cast<std::uint16_t>(port);
  const HeldSignals signals = {SIGINT, SIGTERM, SIGHUP};
  raise_descriptor_limit();
  ENTENTE_LET(brand, Brand::start(config, host));
  tell(console, *brand, config);
  while (signals.wait() == SIGHUP) {
    ENTENTE_TRY(start_again(console, brand, config, host));
  }
  console.line("stopping; once more stops at once");
  let_signals_end_us();
  brand->stop();
  return ExitCode::ok;
}

}  // namespace

Verb serve() {
  return {.path = "serve",
          .summary = "run a brand's endpoint until it is stopped",
          .operands = {},
          .options = {{"config", "FILE", "the brand's configuration, as YAML", true},
                      {"port", "NUMBER", "another port than the configured one"}},
          .run = run,
          .example = "entente serve --config brand/brand.yaml"};
}

}  // namespace entente::cli
