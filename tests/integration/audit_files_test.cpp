// Exports and evidence say the same as the store they came from, and no byte of any of them can be
// changed unnoticed.

#include <entente/text/json.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "audit_world.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spill(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

int rounds() {
  const char* full = std::getenv("ENTENTE_FULL");
  return full != nullptr && std::string(full) == "1" ? 1000 : 200;
}

fs::path exported(const TemporaryDirectory& directory, const fs::path& store,
                  const Signer* key = nullptr) {
  const fs::path to = directory.path() / "export";
  const Status done = export_log(store, to, {.log_key = key});
  if (!done) FAIL(describe(done.error()));
  return to;
}

fs::path evidence(const TemporaryDirectory& directory, const fs::path& store,
                  const Signer* key = nullptr) {
  const fs::path to = directory.path() / "case.evidence.json";
  const Status done =
      export_evidence(store, to_hex(aftermath().case_id).substr(0, 12), to, {.log_key = key});
  if (!done) FAIL(describe(done.error()));
  return to;
}

std::size_t number_at(const std::string& bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]) * std::size_t{256} +
         static_cast<unsigned char>(bytes[at + 1]);
}

// True where SQLite's format (sqlite.org/fileformat2.html) keeps nothing: between the cell pointers
// of a b-tree page and its cells, and in its free blocks.
bool is_free_space(const std::string& bytes, std::size_t at) {
  const std::size_t page_bytes = number_at(bytes, 16) == 1 ? 65536 : number_at(bytes, 16);
  const std::size_t page = at / page_bytes * page_bytes;
  const std::size_t head = page == 0 ? 100 : page;
  const auto type = static_cast<unsigned char>(bytes[head]);
  if (type != 2 && type != 5 && type != 10 && type != 13) return true;  // of no table: free
  const std::size_t pointers = head + (type == 2 || type == 5 ? 12 : 8);
  const std::size_t cells = page + number_at(bytes, head + 5);
  if (at >= pointers + 2 * number_at(bytes, head + 3) && at < cells) return true;
  for (std::size_t block = number_at(bytes, head + 1); block != 0;
       block = number_at(bytes, page + block)) {
    if (at >= page + block && at < page + block + number_at(bytes, page + block + 2)) return true;
  }
  return false;
}

struct Place {
  fs::path file;
  std::size_t at = 0;
};

// One byte of all files below `root`, each byte as likely as any other.
Place random_place(const fs::path& root, std::mt19937_64& chance) {
  std::vector<std::pair<fs::path, std::size_t>> files;
  std::size_t total = 0;
  const auto add = [&](const fs::path& file) {
    files.emplace_back(file, fs::file_size(file));
    total += files.back().second;
  };
  if (fs::is_regular_file(root)) {
    add(root);
  } else {
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) add(entry.path());
    }
  }
  std::ranges::sort(files);
  std::size_t at = std::uniform_int_distribution<std::size_t>(0, total - 1)(chance);
  for (const auto& [file, bytes] : files) {
    if (at < bytes) return {file, at};
    at -= bytes;
  }
  return {};
}

// What SQLite leaves beside a database that it has read.
void remove_side_files(const fs::path& root) {
  if (!fs::is_directory(root)) return;
  for (const char* name : {"store.db", "keys.db", "last-signed.db"}) {
    for (const char* extra : {"-wal", "-shm"}) fs::remove(root / (std::string(name) + extra));
  }
}

// Changes one byte at a time; each change is reported, or the report is as if nothing had been
// changed. Returns how many of the latter there were in each file.
std::map<std::string, int> flip_bytes(const fs::path& root, std::uint64_t seed) {
  std::mt19937_64 chance(seed);
  const std::string untouched = report_text({root});
  remove_side_files(root);
  std::map<std::string, int> silent;
  for (int round = 0; round < rounds(); ++round) {
    const Place place = random_place(root, chance);
    const std::string before = slurp(place.file);
    std::string after = before;
    after[place.at] =
        static_cast<char>(after[place.at] ^ std::uniform_int_distribution<int>(1, 255)(chance));
    spill(place.file, after);
    const auto broken = broken_in({root});
    const bool same = broken.empty() && report_text({root}) == untouched;
    const std::string where = place.file.filename().string() + ":" + std::to_string(place.at);
    spill(place.file, before);
    remove_side_files(root);
    INFO(where);
    CHECK((!broken.empty() || same));
    if (!same) continue;
    const bool is_database = place.file.extension() == ".db";
    const char* region = !is_database                      ? ""
                         : place.at < 100                  ? " file header"
                         : is_free_space(before, place.at) ? " free space"
                                                           : " other";
    ++silent[place.file.filename().string() + region];
    if (is_database && std::string(region) == " other") WARN("silent: " << where);
  }
  return silent;
}

}  // namespace

TEST_CASE("an export and the evidence of a case are as sound as their store", "[audit]") {
  const Aftermath& world = aftermath();
  for (const fs::path& store : {world.brand_store(), world.consumer_store()}) {
    const TemporaryDirectory directory;
    const Signer* key = store == world.brand_store() ? &world.brand.log : nullptr;
    const fs::path files = exported(directory, store, key);
    const fs::path one = evidence(directory, store, key);
    INFO(report_text({files}));
    CHECK(broken_in({files}).empty());
    INFO(report_text({one}));
    CHECK(broken_in({one}).empty());
  }
}

TEST_CASE("a signed export is checked with the auditor's key and graded by it", "[audit]") {
  const TemporaryDirectory directory;
  const fs::path files = exported(directory, aftermath().brand_store(), &aftermath().brand.log);
  const auto auditor =
      Auditor::open(std::vector{files}, {.trust = *Trust::in_log(aftermath().brand_key)});
  REQUIRE(auditor);
  const auto report = auditor->replay();
  REQUIRE(report);
  CHECK(report->logs.front().grade == Grade::receipted);
  CHECK(report->count_of(Rule::log_signed, Judgement::holds) == 1);
}

TEST_CASE("a key of another log does not vouch for this one", "[audit]") {
  const TemporaryDirectory directory;
  const fs::path files = exported(directory, aftermath().brand_store(), &aftermath().brand.message);
  CHECK(broken_in({files}) == std::vector<std::string>{"log.signed"});
}

TEST_CASE("no byte of an evidence file can be changed unnoticed", "[audit]") {
  const TemporaryDirectory directory;
  const auto silent = flip_bytes(evidence(directory, aftermath().consumer_store()), 1);
  CHECK(silent.empty());
}

TEST_CASE("no byte of an export can be changed unnoticed", "[audit]") {
  const TemporaryDirectory directory;
  const auto silent = flip_bytes(exported(directory, aftermath().brand_store()), 2);
  CHECK(silent.empty());
}

TEST_CASE("a byte of a store is reported, or carries nothing", "[audit]") {
  for (const fs::path& store : {aftermath().brand_store(), aftermath().consumer_store()}) {
    const TemporaryDirectory directory;
    const fs::path copy = directory.path() / "store";
    fs::copy(store, copy);
    fs::remove(copy / "lock");
    const auto silent = flip_bytes(copy, 3);
    int sum = 0;
    for (const auto& [file, count] : silent) {
      sum += count;
      WARN(file << ": " << count << " of " << rounds() << " carried nothing");
    }
    CHECK(sum < rounds());
  }
}

TEST_CASE("a file that nobody listed, and one that is gone, are found", "[audit]") {
  const TemporaryDirectory directory;
  const fs::path files = exported(directory, aftermath().brand_store());
  spill(files / "tile" / "extra", "x");
  CHECK(broken_in({files}) == std::vector<std::string>{"log.readable"});
  fs::remove(files / "tile" / "extra");
  CHECK(broken_in({files}).empty());
  fs::remove(files / "tile/0/000.p" /
             fs::directory_iterator(files / "tile/0/000.p")->path().filename());
  CHECK(!broken_in({files}).empty());
}

TEST_CASE("an export is never written over something", "[audit]") {
  const TemporaryDirectory directory;
  const fs::path files = exported(directory, aftermath().brand_store());
  const Status again = export_log(aftermath().brand_store(), files);
  REQUIRE(!again);
  CHECK(again.error().code == ErrorCode::file_invalid);
}

TEST_CASE("cut off anywhere, evidence is refused", "[audit]") {
  const TemporaryDirectory directory;
  const fs::path file = evidence(directory, aftermath().brand_store());
  const std::string whole = slurp(file);
  for (std::size_t i = 0; i < 50; ++i) {
    spill(file, whole.substr(0, whole.size() * i / 50));
    const auto broken = broken_in({file});
    REQUIRE(broken.size() == 1);
    CHECK(broken.front().starts_with("error: "));
  }
  spill(file, whole + "\n");
  CHECK(broken_in({file}).front().starts_with("error: "));
}

TEST_CASE("stores that an enemy wrote are survived", "[audit]") {
  std::mt19937_64 chance(4);
  for (const char* name : {"store.db", "keys.db", "last-signed.db"}) {
    for (int round = 0; round < 20; ++round) {
      const TemporaryDirectory directory;
      const fs::path copy = directory.path() / "store";
      fs::copy(aftermath().brand_store(), copy);
      std::string bytes = slurp(copy / name);
      const std::size_t from = round % 2 == 0 ? 100 : 16;
      for (std::size_t at = from; at < bytes.size(); ++at) {
        if (round < 10 || chance() % 64 == 0) bytes[at] = static_cast<char>(chance());
      }
      if (round % 5 == 4) bytes.resize(bytes.size() * (chance() % 100) / 100);
      spill(copy / name, bytes);
      INFO(name << " round " << round);
      CHECK(!broken_in({copy}).empty());
    }
  }
}
