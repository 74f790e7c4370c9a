// What it costs to keep those who wait for news of their case.

#include <sys/resource.h>

#include "bench_endpoint.h"
#include "figure.h"
#include "measure.h"

namespace entente::bench {
namespace {

constexpr std::size_t polls_wanted = 9'000;
constexpr std::size_t descriptors_beside = 200;
constexpr int wait_ms = 30'000;
constexpr std::size_t openers = 64;

// Both ends need a descriptor for each; the server keeps a quarter of its own for other things.
std::size_t raise_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<std::size_t>(polls_wanted, limit.rlim_cur / 4 * 3 - descriptors_beside);
}

}  // namespace

std::vector<Figure> measure_idle(const BenchOptions&) {
  const std::size_t polls = raise_descriptors();
  run_on_core(client_core());
  BenchEndpoint endpoint(true);
  Crowd openers_crowd(endpoint, openers);
  std::vector<std::unique_ptr<Shopper>> shoppers;
  while (shoppers.size() < polls) {
    openers_crowd.open_cases();
    for (auto& shopper : openers_crowd.take_shoppers()) shoppers.push_back(std::move(shopper));
  }
  progress("idle: " + std::to_string(shoppers.size()) + " cases open; connecting");
  const Target target = endpoint.target();
  const std::size_t before = resident_bytes_of(endpoint.process().id());
  LoadClient client(target, polls);
  for (std::size_t i = 0; i < polls; ++i) {
    const std::string path = shoppers[i]->case_path() +
                             "?after=" + std::to_string(shoppers[i]->next_position()) +
                             "&wait=" + std::to_string(wait_ms);
    client.send(i,
                http_get(target, path, "Authorization: " + shoppers[i]->sign_read(path) + "\r\n"));
  }
  progress("idle: all wait");
  while (client.poll(2'000, [](std::size_t, const Answer&) { give_up("a poll came back"); })) {
  }
  const double used = static_cast<double>(resident_bytes_of(endpoint.process().id()) - before);
  std::string means = "KB of memory for each of " + std::to_string(polls) +
                      " TLS connections that wait for news of a case";
  if (polls < polls_wanted) means += " (the descriptor limit forbids 9000)";
  return {{.name = "idle",
           .value = used / static_cast<double>(polls) / 1024,
           .goal = 40,
           .at_most = true,
           .unit = "KB",
           .means = means}};
}

}  // namespace entente::bench
