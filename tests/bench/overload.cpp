// More than this machine's endpoint can open, over HTTPS on loopback, with requests for a person
// among it. Everybody is answered, nobody is forgotten, and who is admitted is served soon.
// Capacity is what it opens for 64 who come one after the other.

#include "overload.h"

#include "figure.h"
#include "measure.h"

namespace entente::bench {
namespace {

tests::OverloadOptions storm(double times_capacity) {
  tests::OverloadOptions options{.openings = 20'000,
                                 .handoffs = 1'000,
                                 .connections = 4'096,
                                 .times_capacity = times_capacity,
                                 .capacity_openings = 2'000,
                                 .capacity_connections = 64};
  // One address stands for a whole internet here.
  options.load.openings_per_network = {};
  options.load.strangers_per_network = {};
  options.load.refused_openings = {};
  return options;
}

void tell(const tests::OverloadReport& report) {
  char line[256];
  std::snprintf(line, sizeof line,
                "overload: capacity %.0f openings/s, offered %.0f/s, %zu sent late, all answered "
                "after %.1f s",
                report.capacity_per_s, report.offered_per_s, report.late, report.spent_s);
  progress(line);
  std::snprintf(line, sizeof line,
                "overload: openings: %zu admitted, %zu signed busy, %zu busy without; handoffs: "
                "%zu with a receipt, %zu acknowledged ahead of it",
                report.openings_admitted, report.openings_busy, report.openings_busy_unsigned,
                report.handoffs_receipted, report.handoffs_unlogged);
  progress(line);
  std::snprintf(
      line, sizeof line,
      "overload: until the answer: openings %.0f ms, at most %.0f; "
      "handoffs %.0f ms, at most %.0f",
      tests::percentile_ms(report.admitted_ms, 0.5), tests::percentile_ms(report.admitted_ms, 1),
      tests::percentile_ms(report.handoffs_ms, 0.5), tests::percentile_ms(report.handoffs_ms, 1));
  progress(line);
  for (std::size_t i = 0; i < std::min<std::size_t>(report.faults.size(), 10); ++i) {
    progress("overload: " + report.faults[i]);
  }
  if (report.acknowledged_lost > 0) give_up("something acknowledged is not in the log");
  if (report.broken > 0) give_up("the log does not replay clean");
}

tests::OverloadReport run(const tests::OverloadOptions& options) {
  run_on_core(server_core());
  tests::Overload overload(options);
  run_on_core(client_core());
  tests::OverloadReport report = overload.run();
  tell(report);
  return report;
}

Figure p99(const std::string& name, const tests::OverloadReport& report, const char* times) {
  return {.name = name,
          .value = tests::percentile_ms(report.admitted_ms, 0.99),
          .goal = 250,
          .at_most = true,
          .unit = "ms",
          .means = std::string("from sending to receipt of the openings admitted under ") + times +
                   " the capacity"};
}

double share(std::size_t part, std::size_t all) {
  return all == 0 ? 1 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

std::vector<Figure> measure_overload(const BenchOptions&) {
  const tests::OverloadReport three = run(storm(3));
  const tests::OverloadOptions options = storm(10);
  const tests::OverloadReport ten = run(options);
  const std::size_t handed_over = ten.handoffs_receipted + ten.handoffs_unlogged;
  return {p99("overload.three", three, "three times"),
          p99("overload.ten", ten, "ten times"),
          {.name = "overload.busy",
           .value = share(ten.openings_busy, options.openings - ten.openings_admitted),
           .goal = 1,
           .means = "of the openings that were not admitted under ten times the capacity, those "
                    "told so by signature"},
          {.name = "overload.person",
           .value = share(handed_over, options.handoffs),
           .goal = 1,
           .means = "of those who asked for a person then, those acknowledged by signature"}};
}

}  // namespace entente::bench
