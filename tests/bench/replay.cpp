// What replay costs beside the signatures it verifies, and the memory it takes for a log of some
// size. The time counts the processor, so that it is a figure per core.

#include <entente/auditor.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>

#include "figure.h"
#include "large_log.h"
#include "measure.h"

namespace fs = std::filesystem;

namespace entente::bench {
namespace {

constexpr std::size_t sample_max = 20'000;  // signatures verified for the mean

double processor_s() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

double verify_all_s(const LogSignatures& signatures) {
  const double begin = processor_s();
  for (const SignedBytes& one : signatures.first) {
    if (!verify(one.key, one.bytes, one.signature)) give_up("a signature of the log is broken");
  }
  const double each = (processor_s() - begin) / static_cast<double>(signatures.first.size());
  return each * static_cast<double>(signatures.count);
}

void replay_once(const fs::path& store, const std::string& log_key) {
  const auto trust = Trust::in_log(log_key);
  if (!trust) give_up(describe(trust.error()));
  const auto auditor = Auditor::open({&store, 1}, {.trust = *trust});
  if (!auditor) give_up(describe(auditor.error()));
  const auto broken = auditor->write_replay(ReportForm::text, [](std::string_view) {});
  if (!broken) give_up(describe(broken.error()));
  if (*broken != 0) give_up("the log that was made is broken");
}

double replay_s(const LargeLog& log) {
  const double begin = processor_s();
  replay_once(log.store, log.log_key);
  return processor_s() - begin;
}

std::size_t resident_bytes(const LargeLog& log) {
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "bench", "--replay", log.store.c_str(), log.log_key.c_str(), nullptr);
    _exit(2);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0) {
    give_up("the process that replays has failed");
  }
  return static_cast<std::size_t>(used.ru_maxrss) * 1024;
}

LargeLog make_log(const fs::path& directory, std::uint64_t messages) {
  std::mutex mutex;
  std::uint64_t told = 0;
  return make_large_log(directory, messages, [&](std::uint64_t made) {
    const std::scoped_lock lock(mutex);
    if (made < told + 5000) return;
    told = made;
    progress("a log for replay: " + std::to_string(made) + " of " + std::to_string(messages) +
             " messages");
  });
}

struct ReplaySpeed {
  double of_verify_only = 0;
  double megabytes = 0;  // resident, at most, of a process that does nothing else
};

ReplaySpeed measure(std::uint64_t messages, int rounds) {
  const tests::TemporaryDirectory directory;
  const LargeLog log = make_log(directory.path(), messages);
  const LogSignatures signatures = signatures_of(log, sample_max);
  return {.of_verify_only = median_of_rounds(rounds,
                                             [&] {
                                               const double verify_only = verify_all_s(signatures);
                                               return verify_only / replay_s(log);
                                             }),
          .megabytes = static_cast<double>(resident_bytes(log)) / 1e6};
}

}  // namespace

std::vector<Figure> measure_replay(const BenchOptions& options) {
  constexpr double share_goal = 0.85;
  const ReplaySpeed small = measure(10'000, 5);
  std::vector<Figure> figures = {
      {.name = "replay",
       .value = small.of_verify_only,
       .goal = share_goal,
       .means = "verifying each signature of a log of 10,000 messages, over replaying it"}};
  if (!options.full) return figures;
  const ReplaySpeed large = measure(1'000'000, 1);
  figures.push_back({.name = "replay.large",
                     .value = large.of_verify_only,
                     .goal = share_goal,
                     .means = "the same, of 1,000,000 messages"});
  figures.push_back({.name = "replay.memory",
                     .value = large.megabytes / small.megabytes,
                     .goal = 1.5,
                     .at_most = true,
                     .means = "memory of a replay of the large log, over one of the small"});
  return figures;
}

int replay_alone(std::span<const char* const> words) {
  if (words.size() != 2) give_up("usage: bench --replay STORE VKEY");
  replay_once(words[0], words[1]);
  return 0;
}

}  // namespace entente::bench
