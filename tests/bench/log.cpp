// What it costs to remember: entries of the log beside bare commits of the same database.

#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>
#include <entente/store/last_signed.h>

#include "figure.h"
#include "measure.h"
#include "temporary_directory.h"

namespace entente::bench {
namespace {

constexpr int rounds = 7;

double entry_s(const std::filesystem::path& directory) {
  constexpr int batches = 30, batch = 32;
  SystemEntropy entropy;
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 1)));
  auto ledger =
      must(Ledger::open({.directory = directory, .origin = "bench.example/log"}, key, entropy));
  const double spent = seconds_of([&] {
    for (int i = 0; i < batches; ++i) {
      for (int j = 0; j < batch; ++j) {
        CaseId case_id;
        case_id.bytes.fill(static_cast<std::uint8_t>(j + 1));
        ledger->append({.kind = EntryKind::message,
                        .case_id = case_id,
                        .direction = Direction::received,
                        .time_ms = 1,
                        .content = Bytes(600, 7),
                        .effect = "binding"});
      }
      must(ledger->commit());
    }
  });
  return spent / (batches * batch);
}

double bare_commit_s(const std::filesystem::path& directory) {
  constexpr int commits = 300;
  std::filesystem::create_directories(directory);
  auto last = must(LastSigned::open(directory / "last.db", StoreMode::write));
  const double spent = seconds_of([&] {
    for (int i = 0; i < commits; ++i) must(last->advance(last->text(), std::to_string(i + 1)));
  });
  return spent / commits;
}

}  // namespace

std::vector<Figure> measure_log(const BenchOptions&) {
  const tests::TemporaryDirectory directory;
  int run = 0;
  const double ratio = median_of_rounds(rounds, [&] {
    const std::string round = std::to_string(++run);
    const double entry = entry_s(directory.path() / ("log-" + round));
    return bare_commit_s(directory.path() / ("bare-" + round)) / entry;
  });
  return {{.name = "log.batch32",
           .value = ratio,
           .goal = 6,
           .unit = "x",
           .means = "one bare commit of a row, over one log entry made durable in batches of 32"}};
}

}  // namespace entente::bench
