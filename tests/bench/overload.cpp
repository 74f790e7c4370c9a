// Ten times what this machine's endpoint can open, over HTTPS on loopback, with requests for a
// person among it:
//   overload [--json] [--times N] [--openings N] [--handoffs N] [--connections N]
// The figure is the 99th percentile of what admitted openings and handoffs took, from when they
// were due. Client and server share the processors, so it says what happens here, and nothing of a
// network. Exits with 1 if anything acknowledged was lost, unanswered or not proved.

#include "overload.h"

#include <entente/text/json.h>

#include <charconv>
#include <cstdio>
#include <cstring>

using namespace entente;
using namespace entente::tests;

namespace {

constexpr double goal_ms = 250;

std::size_t number_after(const char* name, int argc, char** argv, std::size_t otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) != 0) continue;
    std::size_t value = 0;
    const char* end = argv[i + 1] + std::strlen(argv[i + 1]);
    if (std::from_chars(argv[i + 1], end, value).ptr == end) return value;
  }
  return otherwise;
}

bool is_sound(const OverloadReport& report, const OverloadOptions& options) {
  return report.faults.empty() && report.acknowledged_lost == 0 && report.broken == 0 &&
         report.handoffs_receipted + report.handoffs_unlogged == options.handoffs &&
         report.after.waiting + report.after.reserved_waiting + report.after.waiting_bytes == 0;
}

void print_text(const OverloadReport& report, const OverloadOptions& options) {
  std::printf("overload p99 of admitted ms  %8.1f   goal < %.0f\n", report.percentile_ms(0.99),
              goal_ms);
  std::printf("  p50 %.1f, p90 %.1f, longest %.1f; %zu sent late by the generator\n",
              report.percentile_ms(0.5), report.percentile_ms(0.9), report.percentile_ms(1),
              report.late);
  std::printf("  capacity %.0f openings/s, offered %.0f/s, answered %.0f/s\n",
              report.capacity_per_s, report.offered_per_s,
              static_cast<double>(options.openings + options.handoffs) / report.spent_s);
  std::printf("  openings: %zu admitted, %zu signed busy, %zu unsigned\n", report.openings_admitted,
              report.openings_busy, report.openings_busy_unsigned);
  std::printf("  handoffs: %zu of %zu with a receipt, %zu acknowledged ahead of it\n",
              report.handoffs_receipted, options.handoffs, report.handoffs_unlogged);
  std::printf("  acknowledged and lost: %zu; broken in the replay of the log: %zu\n",
              report.acknowledged_lost, report.broken);
  std::printf(
      "  resident MB: %zu before, %zu during, %zu after; waiting afterwards: %llu\n",
      report.rss_before_kb / 1024, report.rss_during_kb / 1024, report.rss_after_kb / 1024,
      static_cast<unsigned long long>(report.after.waiting) + report.after.reserved_waiting);
  for (std::size_t i = 0; i < std::min<std::size_t>(report.faults.size(), 10); ++i) {
    std::printf("  fault: %s\n", report.faults[i].c_str());
  }
}

Json to_json_value(const OverloadReport& report, bool sound) {
  const auto integer = [](auto value) { return static_cast<std::int64_t>(value); };
  return Json::object({{"figure", "overload p99 of admitted ms"},
                       {"value_ms", integer(report.percentile_ms(0.99))},
                       {"goal_ms", integer(goal_ms)},
                       {"sound", sound},
                       {"capacity_per_s", integer(report.capacity_per_s)},
                       {"offered_per_s", integer(report.offered_per_s)},
                       {"openings_admitted", integer(report.openings_admitted)},
                       {"openings_busy", integer(report.openings_busy)},
                       {"handoffs_receipted", integer(report.handoffs_receipted)},
                       {"handoffs_unlogged", integer(report.handoffs_unlogged)},
                       {"acknowledged_lost", integer(report.acknowledged_lost)},
                       {"late", integer(report.late)}});
}

}  // namespace

int main(int argc, char** argv) {
  OverloadOptions options{
      .openings = number_after("--openings", argc, argv, 10'000),
      .handoffs = number_after("--handoffs", argc, argv, 500),
      .connections = number_after("--connections", argc, argv, 256),
      .times_capacity = static_cast<double>(number_after("--times", argc, argv, 10)),
      .capacity_openings = 1'000,
      .capacity_connections = 32};
  options.load.refused_openings = {};
  const OverloadReport report = run_overload(options);
  const bool sound = is_sound(report, options);
  if (argc > 1 && std::strcmp(argv[1], "--json") == 0) {
    std::printf("%s\n", to_json(to_json_value(report, sound), JsonStyle::pretty).c_str());
  } else {
    print_text(report, options);
  }
  return sound ? 0 : 1;
}
