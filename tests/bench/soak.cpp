// A steady load for half an hour: what must not grow does not, and the log still verifies.

#include <entente/auditor.h>

#include <chrono>

#include "bench_endpoint.h"
#include "figure.h"
#include "measure.h"

namespace entente::bench {
namespace {

constexpr int usual_seconds = 1'800;
constexpr double messages_per_second = 500;
constexpr std::size_t connections = 32;
constexpr int hops_of_a_case = 8;
constexpr double warm_share = 0.2;  // of the run: caches fill before anything is compared

struct Sample {
  double resident = 0;
  double descriptors = 0;
  double wal_bytes = 0;
};

Sample sample(const BenchEndpoint& endpoint) {
  std::error_code absent;
  const auto wal = std::filesystem::file_size(endpoint.store() / "store.db-wal", absent);
  return {.resident = static_cast<double>(resident_bytes_of(endpoint.process().id())),
          .descriptors = static_cast<double>(descriptors_of(endpoint.process().id())),
          .wal_bytes = absent ? 0 : static_cast<double>(wal)};
}

// The middle of the last quarter over that of the first, after the warm-up.
double growth(const std::vector<Sample>& samples, double Sample::* what) {
  const std::size_t warm =
      static_cast<std::size_t>(static_cast<double>(samples.size()) * warm_share);
  const std::size_t quarter = std::max<std::size_t>(1, (samples.size() - warm) / 4);
  std::vector<double> first;
  std::vector<double> last;
  for (std::size_t i = 0; i < quarter; ++i) {
    first.push_back(samples[warm + i].*what);
    last.push_back(samples[samples.size() - 1 - i].*what);
  }
  return median(last) / std::max(1.0, median(first));
}

std::vector<Sample> load(BenchEndpoint& endpoint, int seconds) {
  using Clock = std::chrono::steady_clock;
  Crowd crowd(endpoint, connections);
  const auto until = Clock::now() + std::chrono::seconds(seconds);
  auto told = Clock::now();
  std::vector<Sample> samples;
  while (Clock::now() < until || samples.size() < 8) {
    crowd.open_cases();
    // Every hop is two messages: one of each party.
    crowd.propose_at(messages_per_second / 2, static_cast<int>(crowd.size()) * hops_of_a_case);
    crowd.close_cases();  // what stays open stays in memory, and would
    samples.push_back(sample(endpoint));
    if (Clock::now() < told) continue;
    told += std::chrono::seconds(30);
    progress("soak: " + std::to_string(samples.back().resident / 1048576) + " MB, " +
             std::to_string(samples.back().descriptors) + " descriptors");
  }
  return samples;
}

Figure flat(const std::string& name, double value, const char* what) {
  return {
      .name = "soak." + name,
      .value = value,
      .goal = 1.1,
      .at_most = true,
      .unit = "x",
      .means = std::string(what) + " in the last quarter of a steady load, over the first quarter"};
}

}  // namespace

std::vector<Figure> measure_soak(const BenchOptions& options) {
  const int seconds = options.soak_seconds > 0 ? options.soak_seconds : usual_seconds;
  progress("soak: " + std::to_string(seconds) + " s");
  run_on_core(client_core());
  tests::TemporaryDirectory directory;
  std::vector<Sample> samples;
  std::size_t broken = 0;
  {
    BenchEndpoint endpoint(true, directory.path());
    samples = load(endpoint, seconds);
  }
  progress("soak: verifying the log");
  const auto store = directory.path() / "brand";
  broken = must(must(Auditor::open({&store, 1})).replay()).broken();
  return {flat("memory", growth(samples, &Sample::resident), "resident memory"),
          flat("descriptors", growth(samples, &Sample::descriptors), "descriptors"),
          flat("wal", growth(samples, &Sample::wal_bytes), "the write-ahead log of the store"),
          {.name = "soak.broken",
           .value = static_cast<double>(broken),
           .goal = 0,
           .at_most = true,
           .means = "findings of a replay of the log that was written meanwhile"}};
}

}  // namespace entente::bench
