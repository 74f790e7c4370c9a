// Speed as ratios, each measured within one run against a bound of the same machine:
//   bench [--json]
// A ratio of 1 means: no slower than the signatures (or the bare database) alone would be.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>
#include <entente/store/last_signed.h>
#include <entente/text/json.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

#include "kettle.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

struct Figure {
  std::string name;
  double value = 0;
  std::string means;
};

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The middle of five, so that one dip of a shared machine does not decide.
double median_of(const std::function<double()>& measure) {
  std::vector<double> values;
  for (int i = 0; i < 5; ++i) values.push_back(measure());
  std::ranges::sort(values);
  return values[values.size() / 2];
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "bench: %s\n", describe(result.error()).c_str());
  std::exit(1);
}

void must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "bench: %s\n", describe(status.error()).c_str());
  std::exit(1);
}

// Seconds for one verification and one signature of a message's size.
double crypto_bound_s() {
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 1)));
  const Bytes message(500, 7);
  const Signature signature = must(key.sign(message));
  constexpr int rounds = 2000;
  bool all = true;
  const double spent = seconds_of([&] {
    for (int i = 0; i < rounds; ++i) {
      all = all && verify(key.public_key(), message, signature) && key.sign(message).has_value();
    }
  });
  return all ? spent / rounds : 0;
}

struct Played {
  double seconds_per_message = 0;
  std::uint64_t messages = 0;
};

// Whole negotiations in one process, both parties durable; one after the other.
Played negotiate(const fs::path& directory, int cases) {
  SystemClock clock;
  KettleShop shop;
  const Brand brand = make_brand(1, clock.now_ms());
  auto endpoint = must(Endpoint::start(kettle_endpoint(directory / "brand", brand, shop)));
  LocalBrand line(*endpoint, brand.card);
  const Goal goal = must(Goal::parse(kettle_goal(), "goal.yaml"));
  Played played;
  const double spent = seconds_of([&] {
    for (int i = 0; i < cases; ++i) {
      const auto seed = static_cast<std::uint8_t>(i + 1);
      Agreeable principal(seed, shop);
      const KeyPair key =
          must(KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(seed + 100))));
      auto assistant =
          must(Assistant::start({.directory = directory / ("consumer-" + std::to_string(i)),
                                 .goal = &goal,
                                 .files = {{"kettle.jpg", to_bytes("a photo")}},
                                 .brand = &line,
                                 .principal = &principal,
                                 .key = &key}));
      const CaseId case_id = must(assistant->open());
      must(assistant->run(case_id));
      played.messages += assistant->find_case(case_id)->next_position();
    }
  });
  played.seconds_per_message = spent / static_cast<double>(played.messages);
  return played;
}

double durable_entry_s(const fs::path& directory) {
  SystemEntropy entropy;
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 1)));
  auto ledger =
      must(Ledger::open({.directory = directory, .origin = "bench.example/log"}, key, entropy));
  constexpr int batches = 30, batch = 32;
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

// What SQLite alone takes for one small durable commit.
double single_commit_s(const fs::path& directory) {
  fs::create_directories(directory);
  auto last = must(LastSigned::open(directory / "last.db", StoreMode::write));
  constexpr int commits = 300;
  const double spent = seconds_of([&] {
    for (int i = 0; i < commits; ++i) must(last->advance(last->text(), std::to_string(i + 1)));
  });
  return spent / commits;
}

double verify_s() {
  const KeyPair key = must(KeyPair::from_seed(Bytes(32, 1)));
  const Bytes message(500, 7);
  const Signature signature = must(key.sign(message));
  constexpr int rounds = 2000;
  return seconds_of([&] {
           for (int i = 0; i < rounds; ++i) {
             if (!verify(key.public_key(), message, signature)) std::exit(1);
           }
         }) /
         rounds;
}

std::vector<Figure> measure() {
  const TemporaryDirectory directory;
  std::vector<Figure> figures;
  const double crypto = median_of(crypto_bound_s);
  const Played played = negotiate(directory.path(), 40);
  figures.push_back(
      {"negotiation", crypto / played.seconds_per_message,
       "one verify + one sign, over a message of a whole negotiation (both parties, durable)"});
  int run = 0;
  const auto fresh = [&](const char* name) {
    return directory.path() / (name + std::to_string(++run));
  };
  const double entry = median_of([&] { return durable_entry_s(fresh("log-")); });
  const double commit = median_of([&] { return single_commit_s(fresh("bare-")); });
  figures.push_back({"log.batch32", commit / entry,
                     "one bare SQLite commit, over one log entry in batches of 32"});
  const fs::path store = directory.path() / "brand";
  const double replay = median_of([&] {
    return seconds_of([&] {
      const Auditor auditor = must(Auditor::open({&store, 1}));
      if (must(auditor.replay()).broken() != 0) std::exit(1);
    });
  });
  figures.push_back({"replay", median_of(verify_s) * static_cast<double>(played.messages) / replay,
                     "verifying each message, over replaying the brand's log"});
  return figures;
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc > 1 && std::string_view(argv[1]) == "--json";
  const std::vector<Figure> figures = measure();
  if (!json) {
    for (const Figure& figure : figures) {
      std::printf("%-12s %7.2f   %s\n", figure.name.c_str(), figure.value, figure.means.c_str());
    }
    return 0;
  }
  Json all = Json::array({});
  for (const Figure& figure : figures) {
    all.push(Json::object({{"figure", figure.name},
                           {"value_percent", static_cast<std::int64_t>(figure.value * 100)},
                           {"means", figure.means}}));
  }
  std::printf("%s\n", to_json(all, JsonStyle::pretty).c_str());
}
