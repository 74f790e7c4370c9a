// Exports and evidence say the same as the store they came from, and nothing is added to them, cut
// off or taken away unnoticed.

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
