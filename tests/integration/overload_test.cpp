// More than an endpoint can carry, over real HTTPS: what is admitted is answered, the rest hears a
// signed no, every request for a person is acknowledged, and nothing acknowledged is lost.

#include "overload.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;

TEST_CASE("everything an overloaded endpoint says can be shown to others, and holds",
          "[integration]") {
  LoadLimits load;
  load.queue_max = 8;
  load.refused_openings = {};
  Overload overload(
      {.openings = 300, .handoffs = 40, .connections = 24, .capacity_openings = 40, .load = load});
  const OverloadReport report = overload.run();

  for (const std::string& fault : report.faults) FAIL_CHECK(fault);
  CHECK(report.handoffs_receipted + report.handoffs_unlogged == 40);
  CHECK(report.openings_admitted + report.openings_busy == 300);
  CHECK(report.openings_admitted > 0);
  CHECK(report.openings_busy > 0);
  CHECK(report.acknowledged_lost == 0);
  CHECK(report.broken == 0);
  CHECK(report.after.waiting == 0);
  CHECK(report.after.reserved_waiting == 0);
  CHECK(report.after.waiting_bytes == 0);
}
