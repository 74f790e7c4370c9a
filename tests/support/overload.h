#pragma once
// Ten times what an endpoint can carry, over HTTPS on loopback: cases opened by fresh keys, and
// requests for a person by members. An open loop, so that a slow answer holds back nobody else's
// question; bounded in number and time. Every answer is checked from its bytes.
//
//     const OverloadReport report = Overload({.openings = 5000, .handoffs = 500}).run();

#include <entente/endpoint.h>

#include <memory>
#include <string>
#include <vector>

namespace entente::tests {

struct OverloadOptions {
  std::size_t openings = 600;
  std::size_t handoffs = 60;
  std::size_t connections = 32;
  // Arrivals a second: so many times what the endpoint opened before, one after the other on
  // each connection. 0: everything at once.
  double times_capacity = 0;
  std::size_t capacity_openings = 200;
  std::size_t capacity_connections = 4;
  LoadLimits load;
  std::int64_t seconds_max = 60;
};

struct OverloadReport {
  double capacity_per_s = 0;
  double offered_per_s = 0;
  double spent_s = 0;
  std::size_t openings_admitted = 0;
  std::size_t openings_busy = 0;  // with a signed refusal of that very message
  std::size_t openings_busy_unsigned = 0;
  std::size_t handoffs_receipted = 0;
  std::size_t handoffs_unlogged = 0;  // acknowledged by signature, entry owed
  std::vector<std::string> faults;    // whatever was none of these
  // From when it was sent on a connection of its own until it was answered, sorted: of the openings
  // admitted, and of the requests for a person.
  std::vector<double> admitted_ms;
  std::vector<double> handoffs_ms;
  std::size_t late = 0;               // sent more than 50 ms after they were due
  LoadStats after;                    // once idle
  std::size_t acknowledged_lost = 0;  // not in the log afterwards
  std::size_t broken = 0;             // findings of a replay of the log
  std::size_t rss_before_kb = 0;
  std::size_t rss_during_kb = 0;
  std::size_t rss_after_kb = 0;
};

double percentile_ms(const std::vector<double>& sorted_ms, double share);

class Overload {
 public:
  // Starts the endpoint: its threads may run where the one may that calls this.
  explicit Overload(const OverloadOptions& options);
  ~Overload();
  // Once. The thread that calls it sends everything, and computes nothing meanwhile.
  OverloadReport run();

 private:
  class Storm;
  std::unique_ptr<Storm> storm_;
};

}  // namespace entente::tests
