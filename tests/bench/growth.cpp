// What becomes of a log as it grows: what an entry costs, how long a proof takes, how much memory
// its verification needs; and what an entry costs a log that others wrote.

#include <entente/audit/note.h>
#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "figure.h"
#include "kettle.h"
#include "measure.h"

namespace fs = std::filesystem;

namespace entente::bench {
namespace {

constexpr std::size_t batch = 1'000;
constexpr std::size_t window = 20;  // batches
constexpr std::uint64_t early = 10'000;
const std::string origin = "kettle.example/log";
constexpr std::int64_t made_ms = 1'795'510'445'123;

// A log of the brand of the tests, whose first entry is the card that names its key.
std::unique_ptr<Ledger> open_log(const fs::path& directory, const tests::Brand& brand,
                                 Entropy& entropy) {
  auto ledger = must(Ledger::open({.directory = directory, .origin = origin, .master_key_file = {}},
                                  brand.log, entropy));
  ledger->append({.kind = EntryKind::card,
                  .case_id = CaseId{},
                  .direction = Direction::own,
                  .time_ms = made_ms,
                  .content = brand.card});
  must(ledger->commit());
  return ledger;
}

// Of the thread that asks: the machine may be shared.
double processor_s(const std::function<void()>& work) {
  const auto now_s = [] {
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
  };
  const double begin = now_s();
  work();
  return now_s() - begin;
}

// Ten entries of each case, as many cases as that makes.
void append_one(Ledger& ledger) {
  const std::uint64_t index = ledger.next_index();
  CaseId case_id;
  for (std::size_t at = 0; at < 8; ++at) {
    case_id.bytes[at] = static_cast<std::uint8_t>((index / 10 + 1) >> (8 * at));
  }
  ledger.append({.kind = EntryKind::message,
                 .case_id = case_id,
                 .position = index % 10,
                 .direction = Direction::received,
                 .time_ms = made_ms + static_cast<std::int64_t>(index),
                 .content = Bytes(600, 7),
                 .parts_received = {},
                 .effect = "binding"});
}

double batch_s(Ledger& ledger, std::size_t entries) {
  return seconds_of([&] {
    for (std::size_t i = 0; i < entries; ++i) append_one(ledger);
    must(ledger.commit());
  });
}

// Of batches at two places, by the clock and by the processor.
struct Spent {
  std::vector<double> clock, processor;
};

void spend(Ledger& ledger, Spent& spent) {
  spent.processor.push_back(processor_s([&] { spent.clock.push_back(batch_s(ledger, batch)); }));
}

struct Growth {
  double late_over_early = 0;
  double late_over_early_processor = 0;
  double proof_ms = 0;  // of the processor; of a hundred proofs, one takes longer
};

Growth grow(const fs::path& directory, std::uint64_t size) {
  SystemEntropy entropy;
  const tests::Brand brand = tests::make_brand(1, made_ms);
  const auto ledger = open_log(directory, brand, entropy);
  Spent begin, end, between;
  while (ledger->size() < size) {
    const std::uint64_t before = ledger->size();
    const bool begins = before >= early && begin.clock.size() < window;
    const bool ends = size - before <= window * batch;
    spend(*ledger, begins ? begin : ends ? end : between);
    if (ledger->size() / (size / 10) != before / (size / 10)) {
      progress("a log that grows: " + std::to_string(ledger->size()) + " of " +
               std::to_string(size) + " entries");
    }
  }
  std::mt19937_64 chance(1);
  std::vector<double> proofs;
  for (int i = 0; i < 2'000; ++i) {
    const std::uint64_t index = chance() % size;
    proofs.push_back(processor_s([&] { must(ledger->receipt(index)); }));
  }
  std::ranges::sort(proofs);
  return {.late_over_early = median(end.clock) / median(begin.clock),
          .late_over_early_processor = median(end.processor) / median(begin.processor),
          .proof_ms = proofs[proofs.size() * 99 / 100] * 1e3};
}

// The most that a process holds which does nothing but verify the log.
double verify_megabytes(const fs::path& store) {
  const tests::Brand brand = tests::make_brand(1, made_ms);
  const std::string vkey =
      must(Vkey::make(origin, SignatureType::ed25519, brand.log.public_key())).encode();
  progress("verifying it");
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "bench", "--verify", store.c_str(), vkey.c_str(), nullptr);
    _exit(2);
  }
  int status = 0;
  rusage used{};
  if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0) {
    give_up("the process that verifies has failed");
  }
  return static_cast<double>(used.ru_maxrss) * 1024 / 1e6;
}

constexpr std::size_t small_batch = 32;
constexpr std::size_t small_batches = 100;

double entry_s(const fs::path& directory) {
  SystemEntropy entropy;
  const tests::Brand brand = tests::make_brand(1, made_ms);
  const auto ledger = open_log(directory, brand, entropy);
  double spent = 0;
  for (std::size_t i = 0; i < small_batches; ++i) spent += batch_s(*ledger, small_batch);
  return spent / (small_batch * small_batches);
}

// Zero if it cannot be built here.
double entry_of_go_s(const fs::path& directory) {
  fs::create_directories(directory);
  const std::string source = ENTENTE_SOURCE_DIR "/tests/interop/tlog";
  const std::string build = "cd " + source +
                            " && GO111MODULE=off GOFLAGS= GOPATH=/usr/share/gocode go build -o " +
                            (directory.parent_path() / "tlog").string() + " . 2>/dev/null";
  if (!fs::exists(directory.parent_path() / "tlog") && std::system(build.c_str()) != 0) return 0;
  const std::string run = (directory.parent_path() / "tlog").string() + " append " +
                          directory.string() + " " + std::to_string(small_batch * small_batches) +
                          " " + std::to_string(small_batch);
  FILE* output = popen(run.c_str(), "r");
  if (output == nullptr) return 0;
  double each = 0;
  const int read = std::fscanf(output, "%lf", &each);
  return pclose(output) == 0 && read == 1 ? each : 0;
}

Figure beside_go(const fs::path& directory) {
  Figure figure{.name = "log.go",
                .unit = "x",
                .means =
                    "one entry of a log of golang.org/x/mod made durable in batches of 32, "
                    "over one of ours, which is sealed and indexed, too"};
  int run = 0;
  bool is_there = true;
  figure.value = median_of_rounds(5, [&] {
    const std::string round = std::to_string(++run);
    const double go = entry_of_go_s(directory / ("go-" + round));
    is_there = is_there && go > 0;
    return go / entry_s(directory / ("ours-" + round));
  });
  if (!is_there) figure.skipped = "go or golang.org/x/mod is not installed";
  return figure;
}

}  // namespace

std::vector<Figure> measure_growth(const BenchOptions& options) {
  const tests::TemporaryDirectory directory;
  const std::uint64_t size = options.full ? 10'000'000 : 1'000'000;
  const std::string of = options.full ? " of 10,000,000" : " of 1,000,000";
  const Growth growth = grow(directory.path() / "grown", size);
  return {
      {.name = "log.growth",
       .value = growth.late_over_early,
       .goal = 1.3,
       .at_most = true,
       .unit = "x",
       .means = "an entry at the end of a log" + of + ", over one after 10,000, by the clock"},
      {.name = "log.growth.cpu",
       .value = growth.late_over_early_processor,
       .goal = 1.3,
       .at_most = true,
       .unit = "x",
       .means = "the same in processor time: a busy disk does not count"},
      {.name = "log.proof",
       .value = growth.proof_ms,
       .goal = 1,
       .at_most = true,
       .unit = "ms",
       .means = "a receipt of any entry" + of + ": of a hundred, one takes longer; processor time"},
      {.name = "log.verify",
       .value = verify_megabytes(directory.path() / "grown"),
       .goal = 64,
       .at_most = true,
       .unit = "MB",
       .means = "memory of a process that verifies the log" + of},
      beside_go(directory.path())};
}

int verify_alone(std::span<const char* const> words) {
  if (words.size() != 2) give_up("usage: bench --verify STORE VKEY");
  const fs::path store = words[0];
  const auto auditor = must(Auditor::open({&store, 1}, {.trust = must(Trust::in_log(words[1]))}));
  const Report report = must(auditor.verify_log());
  if (report.broken() != 0) give_up("the log that was made is broken:\n" + to_text(report));
  return 0;
}

}  // namespace entente::bench
