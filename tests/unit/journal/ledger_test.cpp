#include <entente/audit/proof.h>
#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

constexpr const char* origin = "kettle.example/log";

struct Log {
  SystemEntropy entropy;
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 3)));

  Result<std::unique_ptr<Ledger>> open(const fs::path& directory) {
    return Ledger::open({.directory = directory, .origin = origin}, key, entropy);
  }
};

Digest digest(std::uint8_t number) {
  Digest made;
  made.bytes.fill(number);
  return made;
}

EntryDraft draft(const std::string& content, std::uint8_t case_number = 5) {
  return {.kind = EntryKind::message,
          .case_id = digest(case_number),
          .direction = Direction::received,
          .time_ms = 1000,
          .content = to_bytes(content),
          .effect = "binding"};
}

void copy_store(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

}  // namespace

TEST_CASE("every committed entry has a receipt that proves it", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  auto ledger = *log.open(directory.path());
  for (int batch = 0; batch < 5; ++batch) {
    for (int i = 0; i <= batch; ++i) ledger->append(draft("m" + std::to_string(batch * 10 + i)));
    REQUIRE(ledger->commit());
    for (std::uint64_t index = 0; index < ledger->size(); ++index) {
      const auto receipt = ledger->receipt(index);
      REQUIRE(receipt);
      const auto proof = decode_proof(receipt->proof);
      const auto checkpoint = verify_proof_of_leaf(*proof, receipt->leaf, ledger->vkey());
      REQUIRE(checkpoint);
      CHECK(checkpoint->size == ledger->size());
      const auto entry = ledger->read(index);
      REQUIRE(entry);
      CHECK(commitment(receipt->salt, entry->content) == decode<LogEntry>(receipt->leaf)->commit);
    }
  }
}

TEST_CASE("entries of a case are chained by their leaves", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  auto ledger = *log.open(directory.path());
  ledger->append(draft("a", 5));
  ledger->append(draft("b", 6));
  REQUIRE(ledger->commit());
  ledger->append(draft("c", 5));
  REQUIRE(ledger->commit());

  CHECK(ledger->read(0)->leaf.prev_leaf.is_zero());
  CHECK(ledger->read(1)->leaf.prev_leaf.is_zero());
  CHECK(ledger->read(2)->leaf.prev_leaf == leaf_hash(ledger->receipt(0)->leaf));
  CHECK(ledger->read(2)->leaf.blind_case == ledger->read(0)->leaf.blind_case);
  CHECK(ledger->read(1)->leaf.blind_case != ledger->read(0)->leaf.blind_case);
}

TEST_CASE("a log goes on where it was", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  std::string before;
  {
    auto ledger = *log.open(directory.path());
    ledger->append(draft("a"));
    REQUIRE(ledger->commit());
    before = ledger->checkpoint_note();
    ledger->append(draft("never committed"));
  }
  auto ledger = *log.open(directory.path());
  CHECK(ledger->size() == 1);
  CHECK(ledger->checkpoint_note() == before);
  CHECK(to_text(ledger->read(0)->content) == "a");
}

TEST_CASE("a batch whose signature a crash cut off is signed before anything new", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  const auto live = directory.path() / "live";
  {
    auto ledger = *log.open(live);
    ledger->append(draft("a"));
    REQUIRE(ledger->commit());
  }
  fs::copy_file(live / "last-signed.db", directory.path() / "early");
  {
    auto ledger = *log.open(live);
    ledger->append(draft("b"));
    REQUIRE(ledger->commit());
  }
  fs::copy_file(directory.path() / "early", live / "last-signed.db",
                fs::copy_options::overwrite_existing);

  auto ledger = log.open(live);

  REQUIRE(ledger);
  CHECK((*ledger)->size() == 2);
  CHECK(verify_checkpoint((*ledger)->checkpoint_note(), (*ledger)->vkey())->size == 2);
}

TEST_CASE("a restored backup does not sign a second history", "[journal][negative]") {
  const TemporaryDirectory directory;
  Log log;
  const auto live = directory.path() / "live";
  {
    auto ledger = *log.open(live);
    ledger->append(draft("a"));
    REQUIRE(ledger->commit());
  }
  copy_store(live, directory.path() / "backup");
  {
    auto ledger = *log.open(live);
    ledger->append(draft("b"));
    REQUIRE(ledger->commit());
  }
  fs::copy_file(directory.path() / "backup/store.db", live / "store.db",
                fs::copy_options::overwrite_existing);

  CHECK(log.open(live).error().code == ErrorCode::log_corrupt);
}

TEST_CASE("a store with another history than the one signed is refused", "[journal][negative]") {
  const TemporaryDirectory directory;
  Log log;
  for (const char* name : {"one", "two"}) {
    auto ledger = *log.open(directory.path() / name);
    ledger->append(draft(name));
    REQUIRE(ledger->commit());
  }
  for (const char* file : {"store.db", "keys.db", "master.key"}) {
    fs::copy_file(directory.path() / "two" / file, directory.path() / "one" / file,
                  fs::copy_options::overwrite_existing);
  }
  CHECK(log.open(directory.path() / "one").error().code == ErrorCode::log_corrupt);
}

TEST_CASE("content does not open under another master key", "[journal][negative]") {
  const TemporaryDirectory directory;
  Log log;
  {
    REQUIRE(log.open(directory.path()));
  }
  std::ofstream(directory.path() / "master.key") << std::string(64, 'a') << "\n";
  CHECK(log.open(directory.path()).error().code == ErrorCode::store_corrupt);
}

TEST_CASE("two processes do not write one log", "[journal][negative]") {
  const TemporaryDirectory directory;
  Log log;
  const auto first = log.open(directory.path());
  REQUIRE(first);
  CHECK(log.open(directory.path()).error().code == ErrorCode::store_locked);
}
