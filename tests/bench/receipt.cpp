// How long a consumer waits for a receipt that already carries its proof.

#include <fcntl.h>
#include <unistd.h>

#include "bench_endpoint.h"
#include "figure.h"
#include "measure.h"

namespace entente::bench {
namespace {

constexpr std::size_t connections = 32;
constexpr int rounds = 5;
constexpr int hops_of_a_case = 8;

// Half of what a burst of the same requests gets through.
double half_load(Crowd& crowd) {
  crowd.open_cases();
  const double seconds = seconds_of([&] { crowd.propose(hops_of_a_case); });
  return static_cast<double>(crowd.size()) * hops_of_a_case / seconds / 2;
}

double sync_s(const std::filesystem::path& file) {
  constexpr int writes = 50;
  const Bytes record(600, 7);
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<double> took;
  for (int i = 0; i < writes; ++i) {
    took.push_back(seconds_of([&] {
      if (write(descriptor, record.data(), record.size()) < 0 || fdatasync(descriptor) != 0) {
        give_up("cannot write " + file.string());
      }
    }));
  }
  close(descriptor);
  return median(std::move(took));
}

}  // namespace

std::vector<Figure> measure_receipt(const BenchOptions&) {
  run_on_core(client_core());
  BenchEndpoint endpoint(true);
  Crowd crowd(endpoint, connections);
  const double ratio = median_of_rounds(rounds, [&] {
    const double per_second = half_load(crowd);
    const double bound =
        sync_s(endpoint.store().parent_path() / "sync") + crypto_bound_s(crowd.signed_bytes());
    crowd.open_cases();
    const double waited =
        median(crowd.propose_at(per_second, static_cast<int>(crowd.size()) * (hops_of_a_case - 2)));
    progress("receipt: " + std::to_string(waited * 1e6) + " us at " + std::to_string(per_second) +
             " a second");
    return waited / bound;
  });
  return {{.name = "receipt",
           .value = ratio,
           .goal = 4,
           .at_most = true,
           .means =
               "median wait for an answer with receipts at half load, over one fdatasync + one "
               "verify + one sign"}};
}

}  // namespace entente::bench
