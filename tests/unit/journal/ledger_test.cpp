#include <entente/audit/proof.h>
#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "catch.h"
#include "shared_data.h"
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

void append_many(Ledger& ledger, std::uint64_t until, std::uint64_t at_once) {
  while (ledger.size() < until) {
    for (std::uint64_t i = 0; i < at_once && ledger.next_index() < until; ++i) {
      ledger.append(draft(std::to_string(ledger.next_index()),
                          static_cast<std::uint8_t>(ledger.next_index() % 7 + 1)));
    }
    REQUIRE(ledger.commit());
  }
}

bool is_proved(const Ledger& ledger, std::uint64_t index) {
  const auto receipt = ledger.receipt(index);
  if (!receipt) return false;
  const auto proof = decode_proof(receipt->proof);
  return proof && verify_proof_of_leaf(*proof, receipt->leaf, ledger.vkey()).has_value();
}

TreeHead head_of(const Ledger& ledger) {
  return verify_checkpoint(ledger.checkpoint_note(), ledger.vkey())->head();
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

TEST_CASE("proofs hold across full tiles, in memory and after a restart", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  std::vector<TreeHead> heads;
  const auto check_all = [&](const Ledger& ledger) {
    for (std::uint64_t index = 0; index < ledger.size(); ++index) {
      if (!is_proved(ledger, index)) FAIL("entry " << index << " of " << ledger.size());
    }
    for (const TreeHead& older : heads) {
      const auto proof = ledger.consistency_from(older.size);
      REQUIRE(proof);
      CHECK(verify_consistency(older, head_of(ledger), *proof));
    }
  };
  // Around the ends of tiles, where a node is now in the open tile, now in a stored one.
  for (const std::uint64_t size : {255, 256, 257, 511, 512, 600}) {
    auto ledger = *log.open(directory.path());
    if (!heads.empty()) check_all(*ledger);
    append_many(*ledger, size, 50);
    check_all(*ledger);
    heads.push_back(head_of(*ledger));
  }
}

TEST_CASE("proofs hold in a log whose tiles fill a tile", "[journal]") {
  const char* full = std::getenv("ENTENTE_FULL");
  if (full == nullptr || std::string(full) != "1") {
    std::cerr << "skipped: a log of 66,000 entries (set ENTENTE_FULL=1)\n";
    return;
  }
  const TemporaryDirectory directory;
  Log log;
  const auto check_some = [](const Ledger& ledger) {
    for (std::uint64_t index = 0; index < ledger.size(); index += 641) {
      if (!is_proved(ledger, index)) FAIL("entry " << index << " of " << ledger.size());
    }
    CHECK(is_proved(ledger, ledger.size() - 1));
  };
  {
    auto ledger = *log.open(directory.path());
    append_many(*ledger, 66'000, 5'000);
    check_some(*ledger);
  }
  auto ledger = *log.open(directory.path());
  check_some(*ledger);
  append_many(*ledger, 66'300, 100);
  check_some(*ledger);
}

TEST_CASE("a log whose tile was changed does not open", "[journal][negative]") {
  const TemporaryDirectory directory;
  Log log;
  Digest first;
  {
    auto ledger = *log.open(directory.path());
    append_many(*ledger, 300, 100);
    first = leaf_hash(ledger->receipt(0)->leaf);
  }
  std::string bytes = tests::read_file(directory.path() / "store.db");
  const auto at = bytes.find(std::string(first.bytes.begin(), first.bytes.end()));
  REQUIRE(at != std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  std::ofstream(directory.path() / "store.db", std::ios::binary | std::ios::trunc) << bytes;

  CHECK(log.open(directory.path()).error().code == ErrorCode::log_corrupt);
}
