// One hop of a negotiation: a signed proposal comes in, is durable, the policy decides, and a
// signed proposal goes out with the receipts of both.

#include "bench_endpoint.h"
#include "figure.h"
#include "measure.h"

namespace entente::bench {
namespace {

constexpr std::size_t connections = 64;
constexpr int rounds = 9;
constexpr int hops_of_a_case = 8;
constexpr int turns = 3;

}  // namespace

std::vector<Figure> measure_hop(const BenchOptions&) {
  run_on_core(client_core());
  BenchEndpoint endpoint(true);
  Crowd crowd(endpoint, connections);
  const double ratio = median_of_rounds(rounds, [&] {
    const double cost = crowd.cpu_seconds_each(hops_of_a_case, turns);
    const double bound = crypto_bound_s(crowd.signed_bytes());
    progress("hop: " + std::to_string(cost * 1e6) + " us each, of which " +
             std::to_string(bound * 1e6) + " one verify + one sign");
    return bound / cost;
  });
  return {{.name = "hop",
           .value = ratio,
           .goal = 0.55,
           .means = "proposals answered by proposals with receipts over TLS, per second of the "
                    "server's processor, over one verify + one sign"}};
}

}  // namespace entente::bench
