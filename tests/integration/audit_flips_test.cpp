// One bit of every byte: of a store at rest, of one that was copied while its write-ahead logs held
// what its files do not, of an export and of evidence. Whoever reads it says so, or says byte for
// byte what it says of the untouched files; and no proof is ever made of anything else.
//
// A run takes a share of the bytes, another each time, and ENTENTE_FULL=1 a fifty times larger one.
// ENTENTE_FLIP_ALL=1 takes all of them, which needs hours with sanitizers. ENTENTE_FLIP_SEED=N
// takes the share that a run which failed had printed.

#include <entente/audit/proof.h>
#include <entente/text/json.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <numeric>
#include <random>
#include <span>
#include <thread>

#include "../../sdk/cli/transcript.h"
#include "audit_world.h"
#include "catch.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

struct Said {
  bool reported = false;
  std::string text;
};

Said of(const Result<Report>& report) {
  if (!report) return {true, "error: " + describe(report.error())};
  // Of a head that was not signed yet a log says so without an accusation.
  const bool unsure = report->count_of(Rule::log_last_signed, Judgement::not_checkable) > 0;
  return {report->broken() > 0 || unsure, to_text(*report) + to_json(*report)};
}

Result<Auditor> auditor_of(const fs::path& source) {
  return Auditor::open(std::vector{source}, {.trust = *Trust::in_log(aftermath().brand_key)});
}

Said replayed(const fs::path& source) {
  const auto auditor = auditor_of(source);
  return auditor ? of(auditor->replay()) : Said{true, describe(auditor.error())};
}

Said verified(const fs::path& source) {
  const auto auditor = auditor_of(source);
  return auditor ? of(auditor->verify_log()) : Said{true, describe(auditor.error())};
}

Result<std::string> show(const fs::path& store) {
  ENTENTE_LET(opened, cli::PartyStore::open(store));
  ENTENTE_LET(case_id, opened.find(""));
  ENTENTE_LET(read, opened.read(case_id));
  ENTENTE_LET(json, cli::to_json_value(read));
  return to_json(json);
}

Said shown(const fs::path& store) {
  auto text = show(store);
  return text ? Said{false, std::move(*text)} : Said{true, describe(text.error())};
}

struct Reader {
  const char* name;
  Said (*read)(const fs::path& source);
};
constexpr Reader by_replay{"audit replay", replayed};
constexpr Reader by_verify{"log verify", verified};
constexpr Reader by_show{"case show", shown};

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && std::string(value) == "1";
}

bool takes_all() { return is_set("ENTENTE_FLIP_ALL"); }

std::size_t seed() {
  static const std::size_t chosen = [] {
    const char* given = std::getenv("ENTENTE_FLIP_SEED");
    const std::size_t number = given ? std::stoul(given) : std::random_device()();
    std::printf("ENTENTE_FLIP_SEED=%zu\n", number);
    return number;
  }();
  return chosen;
}

struct Place {
  fs::path file;  // below the root
  std::size_t at = 0;
  unsigned bit = 0;

  std::string text() const {
    return file.string() + ":" + std::to_string(at) + " bit " + std::to_string(bit);
  }
};

// Room taken in advance carries nothing, and nobody but its owner opens it.
bool is_read(const fs::path& file) {
  const std::string name = file.filename().string();
  return name != "unlogged" && name != "lock" && !name.ends_with("-shm");
}

// What opens the store and what says how far it is: few bytes among many.
bool is_key_or_head(const fs::path& file) {
  return is_read(file) && !file.filename().string().starts_with("store.db");
}

using Wanted = bool (*)(const fs::path& file);

// About so many places of the files below `root`, or more of them as told above. The step has no
// divisor in common with the number of bytes, so that no column of a page is passed over for good.
std::vector<Place> places_in(const fs::path& root, Wanted is_wanted, std::size_t about) {
  std::vector<std::pair<fs::path, std::size_t>> files;
  for (const auto& item : fs::recursive_directory_iterator(root)) {
    if (!item.is_regular_file() || !is_wanted(item.path())) continue;
    files.emplace_back(fs::relative(item.path(), root), item.file_size());
  }
  std::ranges::sort(files);
  std::size_t total = 0;
  for (const auto& [file, bytes] : files) total += bytes;
  const std::size_t wanted = takes_all() ? total : about * (is_set("ENTENTE_FULL") ? 50 : 1);
  std::size_t step = std::max<std::size_t>(1, total / wanted);
  while (std::gcd(step, total) != 1) ++step;
  std::vector<Place> places;
  std::size_t next = seed() % step;
  for (const auto& [file, bytes] : files) {
    // One checksum covers all of a frame, so that its bytes are alike.
    const std::size_t share = takes_all() && file.string().ends_with("-wal") ? 16 : 1;
    for (; next < bytes; next += step * share) {
      places.push_back({file, next, static_cast<unsigned>((seed() + places.size()) % 8)});
    }
    next = takes_all() ? 0 : next - bytes;
  }
  return places;
}

// In place: what is cut off and written anew, a file system forces to its disk.
void flip(const fs::path& root, const Place& place) {
  std::fstream file(root / place.file, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(place.at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(place.at));
  file.put(static_cast<char>(byte ^ (1 << place.bit)));
  if (!file.flush()) throw std::runtime_error("cannot flip " + place.text());
}

// What SQLite leaves beside a database that it has read, and what it would look at again.
void remove_side_files(const fs::path& root) {
  for (const char* name : {"store.db-shm", "keys.db-shm", "last-signed.db-shm"}) {
    fs::remove(root / name);
  }
  for (const char* name : {"store.db-wal", "keys.db-wal", "last-signed.db-wal"}) {
    std::error_code error;
    if (fs::file_size(root / name, error) == 0 && !error) fs::remove(root / name);
  }
}

struct Silence {
  Lines lies;          // reported by nobody, and something else is said
  Lines same;          // the same is said, outside a database's free space
  std::size_t of = 0;  // places
};

// A copy whose bits are flipped and flipped back, and what each reader says of it untouched.
class Flipped {
 public:
  Flipped(const fs::path& source, const std::vector<Reader>& readers)
      : readers_(readers), root_(directory_.path() / "copy") {
    fs::copy(source, root_, fs::copy_options::recursive);
    fs::remove(root_ / "lock");
    for (const Reader& reader : readers_) untouched_.push_back(reader.read(root_));
    remove_side_files(root_);
  }

  struct Heard {
    bool same_to_all = true;
    Lines liars;
  };
  Heard hear(std::span<const Place> places) {
    Heard heard;
    for (const Place& place : places) flip(root_, place);
    for (std::size_t at = 0; at < readers_.size(); ++at) {
      const Said said = readers_[at].read(root_);
      remove_side_files(root_);
      const bool same = said.text == untouched_[at].text;
      heard.same_to_all = heard.same_to_all && same;
      if (!same && !said.reported) heard.liars.emplace_back(readers_[at].name);
    }
    for (const Place& place : places) flip(root_, place);
    return heard;
  }

 private:
  const TemporaryDirectory directory_{memory_directory()};
  const std::vector<Reader>& readers_;
  const fs::path root_;
  std::vector<Said> untouched_;
};

// Neighbours, of one file: what carries nothing lies together.
constexpr std::size_t neighbours_max = 32;

std::vector<std::span<const Place>> neighbours_in(std::span<const Place> places) {
  std::vector<std::span<const Place>> runs;
  std::size_t begin = 0;
  for (std::size_t end = 1; end <= places.size(); ++end) {
    const bool goes_on = takes_all() && end < places.size() && end - begin < neighbours_max &&
                         places[end].file == places[begin].file;
    if (goes_on) continue;
    runs.push_back(places.subspan(begin, end - begin));
    begin = end;
  }
  return runs;
}

// Each place alone, by one of several threads; but first a run of neighbours at once: if nobody
// says anything else then, nobody reads any of them.
Silence flip_each(const fs::path& source, const std::vector<Reader>& readers,
                  const std::vector<Place>& places) {
  Silence all{.lies = {}, .same = {}, .of = places.size()};
  std::mutex mutex;
  const auto runs = neighbours_in(places);
  std::atomic<std::size_t> next{0};
  const auto note = [&](std::span<const Place> flipped, const Flipped::Heard& heard) {
    const std::scoped_lock lock(mutex);
    for (const Place& place : flipped) {
      for (const std::string& liar : heard.liars) all.lies.push_back(place.text() + ": " + liar);
      if (heard.same_to_all) all.same.push_back(place.text());
    }
  };
  const auto work = [&] {
    Flipped copy(source, readers);
    for (std::size_t i = next++; i < runs.size(); i = next++) {
      if (takes_all() && i % 100 == 0) {
        std::fprintf(stderr, "flips: %zu of %zu bytes\n", i * neighbours_max, places.size());
      }
      const Flipped::Heard together = copy.hear(runs[i]);
      if (runs[i].size() == 1 || together.same_to_all) {
        note(runs[i], together);
        continue;
      }
      for (const Place& place : runs[i]) note({&place, 1}, copy.hear({&place, 1}));
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    threads.emplace_back(work);
  }
  threads.clear();
  std::ranges::sort(all.lies);
  return all;
}

}  // namespace

TEST_CASE("a bit of evidence or of an export is reported, whichever it is", "[audit][flips]") {
  const TemporaryDirectory directory;
  const fs::path evidence = directory.path() / "evidence";
  fs::create_directory(evidence);
  const std::string case_id = to_hex(aftermath().case_id).substr(0, 12);
  REQUIRE(export_evidence(aftermath().consumer_store(), case_id, evidence / "case.evidence.json"));
  const Reader read_file{
      "audit replay", [](const fs::path& root) { return replayed(root / "case.evidence.json"); }};
  const Silence of_evidence = flip_each(evidence, {read_file}, places_in(evidence, is_read, 40));
  CHECK(of_evidence.lies == Lines{});
  CHECK(of_evidence.same == Lines{});

  const fs::path files = directory.path() / "export";
  const fs::path store = directory.path() / "store";
  watch_brand_store(store);
  REQUIRE(export_log(store, files, {.log_key = &aftermath().brand.log}));
  REQUIRE(fs::exists(files / "checkpoint.cosigned"));
  const Silence of_export = flip_each(files, {by_replay, by_verify}, places_in(files, is_read, 40));
  CHECK(of_export.lies == Lines{});
  CHECK(of_export.same == Lines{});
}

TEST_CASE("a bit of a store is reported, or carries nothing", "[audit][flips]") {
  for (const fs::path& store : {aftermath().brand_store(), aftermath().consumer_store()}) {
    const Silence silence =
        flip_each(store, {by_replay, by_verify, by_show}, places_in(store, is_read, 40));
    CHECK(silence.lies == Lines{});
    CHECK(silence.same.size() < silence.of);
  }
}

TEST_CASE("a bit of a store with a write-ahead log is reported, or carries nothing",
          "[audit][flips]") {
  for (const fs::path& store : {aftermath().live_brand(), aftermath().live_consumer()}) {
    for (const char* file : {"store.db-wal", "keys.db-wal", "last-signed.db-wal"}) {
      REQUIRE(fs::file_size(store / file) > 0);
    }
    const Silence silence =
        flip_each(store, {by_replay, by_verify, by_show}, places_in(store, is_read, 40));
    CHECK(silence.lies == Lines{});
    CHECK(silence.same.size() < silence.of);
  }
}

TEST_CASE("a bit of the keys or of the head is reported, or carries nothing", "[audit][flips]") {
  for (const fs::path& store : {aftermath().brand_store(), aftermath().live_brand()}) {
    const Silence silence =
        flip_each(store, {by_replay, by_verify, by_show}, places_in(store, is_key_or_head, 30));
    CHECK(silence.lies == Lines{});
    CHECK(silence.same.size() < silence.of);
  }
}

TEST_CASE("a store with a flipped bit proves nothing but what it held", "[audit][flips]") {
  SystemEntropy entropy;
  const Brand& brand = aftermath().brand;
  const auto open = [&](const fs::path& store) {
    return Ledger::open({.directory = store, .origin = "kettle.example/log"}, brand.log, entropy);
  };
  for (const fs::path& store : {aftermath().brand_store(), aftermath().live_brand()}) {
    const TemporaryDirectory directory(memory_directory());
    const fs::path copy = directory.path() / "store";
    const auto start_over = [&] {
      fs::remove_all(copy);
      fs::copy(store, copy, fs::copy_options::recursive);
    };
    start_over();
    std::vector<Bytes> leaves;
    TreeHead head;
    {
      const auto ledger = *open(copy);
      head = verify_checkpoint(ledger->checkpoint_note(), ledger->vkey())->head();
      for (std::uint64_t index = 0; index < ledger->size(); ++index) {
        leaves.push_back(ledger->receipt(index)->leaf);
      }
    }
    REQUIRE(leaves.size() >= 20);
    int opened = 0;
    for (const Place& place : places_in(store, is_read, 30)) {
      start_over();
      flip(copy, place);
      CAPTURE(place.text());
      const auto ledger = open(copy);
      if (!ledger) continue;
      ++opened;
      CHECK(verify_checkpoint((*ledger)->checkpoint_note(), (*ledger)->vkey())->head() == head);
      for (std::uint64_t index = 0; index < leaves.size(); ++index) {
        const auto receipt = (*ledger)->receipt(index);
        if (!receipt) continue;
        CHECK(receipt->leaf == leaves[index]);
        CHECK(
            verify_proof_of_leaf(*decode_proof(receipt->proof), receipt->leaf, (*ledger)->vkey()));
      }
    }
    CHECK(opened > 0);
  }
}
