// Exports and evidence say the same as the store they came from, and nothing is added to them, cut
// off or taken away unnoticed.

#include <entente/audit/tiled_log.h>
#include <entente/crypto/hash.h>
#include <entente/replay/key_change.h>
#include <entente/text/json.h>

#include <fstream>
#include <iterator>
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

// As a replay tells it to people; empty if it cannot be read.
std::string replay_of(const fs::path& source) {
  const auto auditor = Auditor::open({&source, 1});
  const auto report =
      auditor ? auditor->replay() : Result<Report>(std::unexpected(auditor.error()));
  return report ? to_text(*report) : std::string();
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

TEST_CASE("a signed checkpoint of another name is not taken for this log's", "[audit][attack]") {
  const TemporaryDirectory directory;
  const fs::path store = directory.path() / "store";
  fs::copy(aftermath().consumer_store(), store, fs::copy_options::recursive);
  const auto broken = [&] {
    const auto auditor =
        Auditor::open(std::vector{store}, {.trust = *Trust::in_log(aftermath().brand_key)});
    return auditor->verify_log()->count_of(Rule::log_signed, Judgement::broken);
  };
  CHECK(broken() == 0);
  std::string note = slurp(store / "checkpoint");
  REQUIRE(note.starts_with("did:key:z6Mk"));
  note[11] = 'K';
  spill(store / "checkpoint", note);
  CHECK(broken() == 1);
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
  const std::string untouched = replay_of(aftermath().brand_store());
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
      const bool carries_nothing = replay_of(copy) == untouched;
      CHECK((carries_nothing || !broken_in({copy}).empty()));
    }
  }
}

namespace {

// As somebody would who wants it believed: the manifest lists what lies there now.
void put_listed(const fs::path& files, const std::string& path, const std::string& bytes) {
  const auto entry_of = [&](const std::string& content) {
    return "{\"bytes\":" + std::to_string(content.size()) + ",\"path\":\"" + path +
           "\",\"sha256\":\"" + to_hex(sha256(view(content))) + "\"}";
  };
  std::string manifest = slurp(files / "manifest.json");
  const std::string listed = entry_of(slurp(files / path));
  const std::size_t at = manifest.find(listed);
  REQUIRE(at != std::string::npos);
  spill(files / "manifest.json", manifest.replace(at, listed.size(), entry_of(bytes)));
  spill(files / path, bytes);
}

// An export of a log that a witness has cosigned but for its last entry, and the auditor's trust.
struct WatchedExport {
  TemporaryDirectory directory;
  fs::path files = directory.path() / "export";
  Trust trust = *Trust::in_log(aftermath().brand_key);

  explicit WatchedExport(const Signer* key = &aftermath().brand.log) {
    watch_brand_store(directory.path() / "store");
    REQUIRE(export_log(directory.path() / "store", files, {.log_key = key}));
    trust.take(*WitnessPolicy::parse("witness w " + watcher_key().encode() + "\nquorum w\n"));
  }

  std::string cosigned() const { return slurp(files / "checkpoint.cosigned"); }
  void put(const std::string& path, const std::string& bytes) const {
    put_listed(files, path, bytes);
  }
  Report report() const {
    const auto auditor = Auditor::open(std::vector{files}, {.trust = trust});
    REQUIRE(auditor);
    return *auditor->verify_log();
  }
};

// The export as tools for C2SP logs read it, under one of its two notes.
class PlainTiles final : public TileReader {
 public:
  PlainTiles(fs::path directory, std::string note)
      : directory_(std::move(directory)), note_(std::move(note)) {}
  Result<Bytes> read(const std::string& path) const override {
    if (path == cosigned_path) return fail(ErrorCode::file_missing, path);
    const fs::path file = directory_ / (path == "checkpoint" ? note_ : path);
    if (!fs::exists(file)) return fail(ErrorCode::file_missing, path);
    return to_bytes(slurp(file));
  }

 private:
  fs::path directory_;
  std::string note_;
};

}  // namespace

TEST_CASE("an export carries what witnesses cosigned, and is a plain log under either note",
          "[audit][witness]") {
  const WatchedExport watched;
  const Checkpoint newest = *decode_unverified_checkpoint(slurp(watched.files / "checkpoint"));
  const Checkpoint cosigned = *decode_unverified_checkpoint(watched.cosigned());
  CHECK(cosigned.size + 1 == newest.size);
  const Report report = watched.report();
  INFO(to_text(report));
  CHECK(report.broken() == 0);
  CHECK(report.logs[0].grade == Grade::witnessed);
  CHECK(report.logs[0].witnesses.size() == 1);
  for (const char* note : {"checkpoint", "checkpoint.cosigned"}) {
    const auto log = verify_tiled_log(
        PlainTiles(watched.files, note),
        {.log = *Vkey::decode(aftermath().brand_key), .witnesses = {watcher_key()}});
    if (!log) FAIL(note << ": " << describe(log.error()));
    CHECK(log->cosigned.cosignatures.size() == (note == std::string("checkpoint") ? 0 : 1));
  }
  // Without the owner's key it is signed as far as it was cosigned.
  fs::remove(watched.directory.path() / "store" / "checkpoint");
  const fs::path files = watched.directory.path() / "unsigned";
  REQUIRE(export_log(watched.directory.path() / "store", files));
  CHECK(fs::exists(files / "checkpoint.unsigned"));
  CHECK(slurp(files / "checkpoint.cosigned") == watched.cosigned());
}

TEST_CASE("what was cosigned is believed for its own tree, with lines that hold",
          "[audit][witness][attack]") {
  const KeyPair& log_key = aftermath().brand.log;
  const auto broken_with = [&](const std::string& note) {
    const WatchedExport watched;
    watched.put("checkpoint.cosigned", note);
    const Report report = watched.report();
    INFO(to_text(report));
    std::vector<std::string> broken;
    for (const Finding& each : report.findings) {
      if (each.judgement == Judgement::broken) broken.emplace_back(name(each.rule));
    }
    return broken;
  };
  const WatchedExport watched;
  const Checkpoint seen = *decode_unverified_checkpoint(watched.cosigned());
  Checkpoint forked = seen;
  forked.root.bytes[0] ^= 1;
  Checkpoint longer = seen;
  longer.size += 9;
  const std::vector<std::string> fork = {"log.fork"};
  CHECK(broken_with(*sign_checkpoint(seen, log_key)).empty());
  CHECK(broken_with(*sign_checkpoint(forked, log_key)) == fork);
  // The tiles of another size are not those of the log.
  CHECK(broken_with(*sign_checkpoint(longer, log_key)).front() == "log.nodes");
  const std::string note = watched.cosigned();
  for (const std::string line : {"kettle.example/log ", "w.example "}) {
    std::string bad = note;
    const std::size_t signature = bad.find("\xe2\x80\x94 " + line) + 4 + line.size() + 40;
    bad[signature] = bad[signature] == 'A' ? 'B' : 'A';
    CHECK(broken_with(bad) == std::vector<std::string>{"log.signed"});
  }
  CHECK(!broken_with("no note\n").empty());
}

TEST_CASE("the tiles that an export has for what was cosigned are held against its entries",
          "[audit][witness][attack]") {
  const WatchedExport watched;
  const std::uint64_t size = decode_unverified_checkpoint(watched.cosigned())->size;
  REQUIRE(size < tile_width_max);
  for (const std::string level : {"0", "entries"}) {
    const WatchedExport changed;
    const std::string path = "tile/" + level + "/000.p/" + std::to_string(size);
    std::string bytes = slurp(changed.files / path);
    bytes[bytes.size() / 2] ^= 1;
    changed.put(path, bytes);
    const Report report = changed.report();
    INFO(path << to_text(report));
    CHECK(report.count_of(Rule::log_nodes, Judgement::broken) == 1);
    CHECK(report.broken() == 1);
  }
}

TEST_CASE("an export shows the entry that changed the log's key, and nothing else as one",
          "[audit][attack]") {
  const TemporaryDirectory directory;
  const fs::path store = directory.path() / "store";
  fs::copy(aftermath().brand_store(), store, fs::copy_options::recursive);
  SystemEntropy entropy;
  const KeyPair next = std::move(*KeyPair::from_seed(Bytes(32, 66)));
  {
    const auto ledger = *Ledger::open({.directory = store, .origin = "kettle.example/log"},
                                      aftermath().brand.log, entropy);
    REQUIRE(ledger->change_key(next, 0, SystemClock().now_ms()));
  }
  const fs::path files = exported(directory, store, &next);
  CHECK(broken_in({files}).empty());
  const std::string path = key_change_path(1);
  const std::string shown = slurp(files / path);
  const auto change = decode_key_change(shown);
  REQUIRE(change);
  CHECK(change->change.from.encode() == aftermath().brand_key);
  CHECK(change->change.to.public_key() == next.public_key());
  CHECK(verify_proof_of_leaf_hash(change->proof, change->leaf_hash, change->change.to));

  Proof other = *decode_proof(shown);
  other.hashes.back().bytes[0] ^= 1;
  put_listed(files, path, *encode_proof(other));
  CHECK(broken_in({files}) == std::vector<std::string>{"log.record"});
  put_listed(files, path, shown);
  CHECK(broken_in({files}).empty());
  fs::rename(files / path, files / key_change_path(2));
  std::string manifest = slurp(files / "manifest.json");
  manifest.replace(manifest.find(path), path.size(), key_change_path(2));
  spill(files / "manifest.json", manifest);
  CHECK(broken_in({files}) == std::vector<std::string>{"log.readable"});
}
