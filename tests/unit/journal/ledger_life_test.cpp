// What may happen to a log besides entries: it is halted, another key signs it, it goes on under
// another name. Whatever happens, no name and key ever sign two histories.

#include <entente/crypto/system.h>
#include <entente/journal/content.h>
#include <entente/journal/ledger.h>
#include <entente/store/last_signed.h>
#include <entente/wire/log_life.h>

#include <fstream>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

constexpr const char* first_name = "kettle.example/log";
constexpr const char* next_name = "kettle.example/log-2";

KeyPair key(std::uint8_t seed) { return std::move(*KeyPair::from_seed(Bytes(32, seed))); }

struct Log {
  TemporaryDirectory directory;
  SystemEntropy entropy;
  const KeyPair first = key(3), second = key(4);

  fs::path store() const { return directory.path() / "store"; }
  Result<std::unique_ptr<Ledger>> open(const KeyPair& with, const char* name = first_name,
                                       const KeyPair* old = nullptr) {
    return Ledger::open({.directory = store(), .origin = name, .old_log_key = old}, with, entropy);
  }
  Result<std::unique_ptr<Ledger>> roll_over(const KeyPair& next) {
    return Ledger::roll_over(
        {.directory = store(), .origin = first_name}, first, entropy,
        {.origin = next_name, .next_key = &next, .reason = "restored", .at_ms = 5000});
  }
  // Some entries, one commit each.
  void write(int count, const KeyPair& with, const char* name = first_name) {
    auto ledger = open(with, name);
    REQUIRE(ledger);
    for (int i = 0; i < count; ++i) {
      (*ledger)->append({.kind = EntryKind::policy,
                         .case_id = no_case,
                         .direction = Direction::own,
                         .time_ms = 1000 + i,
                         .content = to_bytes("entry " + std::to_string(i))});
      REQUIRE((*ledger)->commit());
    }
  }
};

Vkey vkey(const KeyPair& of, const char* name = first_name) {
  return *Vkey::make(name, SignatureType::ed25519, of.public_key());
}

void copy_over(const fs::path& from, const fs::path& to) {
  fs::remove_all(to);
  fs::copy(from, to, fs::copy_options::recursive);
}

RolloverRecord rollover_in(const Ledger& ledger, std::uint64_t index) {
  const auto entry = ledger.read(index);
  REQUIRE(entry);
  REQUIRE(entry->leaf.kind == EntryKind::rollover);
  return *decode<RolloverRecord>(entry->content);
}

}  // namespace

TEST_CASE("a log that was halted signs nothing, in this process and in the next ones",
          "[journal][negative]") {
  Log log;
  log.write(2, log.first);
  {
    auto ledger = *log.open(log.first);
    ledger->append({.kind = EntryKind::policy,
                    .case_id = no_case,
                    .direction = Direction::own,
                    .time_ms = 2000,
                    .content = to_bytes("never")});
    REQUIRE(ledger->halt("two histories"));
    CHECK(ledger->commit().error().code == ErrorCode::log_forked);
    CHECK(ledger->commit().error().code == ErrorCode::store_failed);
    CHECK(ledger->reopen().error().code == ErrorCode::log_forked);
  }
  const auto again = log.open(log.first);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::log_forked);
  CHECK(again.error().detail.starts_with("two histories"));
  CHECK((*LastSigned::open(log.store() / "last-signed.db", StoreMode::read))
            ->text()
            .starts_with("kettle.example/log\n2\n"));
}

TEST_CASE("a halted log keeps the first reason", "[journal]") {
  const TemporaryDirectory directory;
  auto last = *LastSigned::open(directory.path() / "last.db", StoreMode::write);
  REQUIRE(last->halt("first"));
  REQUIRE(last->halt("second"));
  CHECK(last->halted() == "first");
  CHECK(last->advance("", "text").error().detail == "first");
  REQUIRE(last->begin_log("other"));
  CHECK(last->halted().empty());
  CHECK(last->advance("other", "more"));
}

TEST_CASE("after a change of key both keys sign until the day, then the new one alone",
          "[journal]") {
  Log log;
  log.write(2, log.first);
  constexpr std::int64_t both_until_ms = 10'000;
  REQUIRE((*log.open(log.first))->change_key(log.second, both_until_ms, 3000));

  const auto entry_at = [&](std::int64_t time_ms) {
    auto ledger = log.open(log.second, first_name, &log.first);
    REQUIRE(ledger);
    (*ledger)->append({.kind = EntryKind::policy,
                       .case_id = no_case,
                       .direction = Direction::own,
                       .time_ms = time_ms,
                       .content = to_bytes(std::to_string(time_ms))});
    REQUIRE((*ledger)->commit());
    return (*ledger)->checkpoint_note();
  };
  const std::string during = entry_at(both_until_ms - 1);
  CHECK(verify_checkpoint(during, vkey(log.first)));
  CHECK(verify_checkpoint(during, vkey(log.second)));
  const std::string after = entry_at(both_until_ms);
  CHECK_FALSE(verify_checkpoint(after, vkey(log.first)));
  CHECK(verify_checkpoint(after, vkey(log.second)));
}

TEST_CASE("the old key does not sign alone what it has handed over", "[journal][negative]") {
  Log log;
  log.write(1, log.first);
  REQUIRE((*log.open(log.first))->change_key(log.second, 10'000, 3000));
  const KeyPair third = key(5);
  for (const KeyPair* wrong : {&log.first, &third}) {
    const auto opened = log.open(*wrong);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::config_invalid);
    CHECK(opened.error().detail.find(to_did_key(log.second.public_key())) != std::string::npos);
  }
  const auto alone = log.open(log.second);
  REQUIRE(alone);
  CHECK_FALSE(verify_checkpoint((*alone)->checkpoint_note(), vkey(log.first)));
}

TEST_CASE("a log is not changed to the key it has", "[journal][negative]") {
  Log log;
  log.write(1, log.first);
  CHECK((*log.open(log.first))->change_key(log.first, 10'000, 3000).error().code ==
        ErrorCode::wrong_use);
}

TEST_CASE("a whole log ends with an entry that names the next, which begins with all of it",
          "[journal]") {
  Log log;
  log.write(3, log.first);
  for (const KeyPair* next : {&log.first, &log.second}) {
    DYNAMIC_SECTION((next == &log.first ? "the same key" : "another key")) {
      Digest old_root;
      {
        auto ledger = log.roll_over(*next);
        if (!ledger) FAIL(describe(ledger.error()));
        CHECK((*ledger)->size() == 5);
        CHECK(verify_checkpoint((*ledger)->checkpoint_note(), vkey(*next, next_name)));
        const RolloverRecord last = rollover_in(**ledger, 3);
        CHECK_FALSE(last.begins);
        CHECK(last.origin == next_name);
        CHECK(last.vkey == vkey(*next, next_name).encode());
        const RolloverRecord begin = rollover_in(**ledger, 4);
        CHECK(begin.begins);
        CHECK(begin.origin == first_name);
        CHECK(begin.size == 4);
        old_root = begin.root;
        CHECK(*root_of(**ledger, 4) == old_root);
      }
      // The last word of the old name, for auditors.
      std::ifstream in(log.store() / "ended-kettle.example-log.checkpoint");
      const std::string note((std::istreambuf_iterator<char>(in)), {});
      const auto ended = verify_checkpoint(note, vkey(log.first));
      REQUIRE(ended);
      CHECK(ended->size == 4);
      CHECK(ended->root == old_root);

      CHECK_FALSE(log.open(log.first));
      log.write(1, *next, next_name);
      CHECK(name_of_log(log.store(), first_name).value() == first_name);  // no extension of it
    }
  }
}

TEST_CASE("a log that is behind what it signed goes on under another name alone",
          "[journal][negative]") {
  Log log;
  log.write(3, log.first);
  copy_over(log.store(), log.directory.path() / "copy");
  log.write(2, log.first);
  for (const char* file : {"store.db", "keys.db"}) {
    fs::copy_file(log.directory.path() / "copy" / file, log.store() / file,
                  fs::copy_options::overwrite_existing);
  }
  CHECK(log.open(log.first).error().code == ErrorCode::log_corrupt);

  REQUIRE(log.roll_over(log.first));
  const auto ledger = log.open(log.first, next_name);
  REQUIRE(ledger);
  CHECK((*ledger)->size() == 4);
  const RolloverRecord begin = rollover_in(**ledger, 3);
  CHECK(begin.begins);
  CHECK(begin.size == 3);
  // Nothing was added to the old log, and what it signed last is kept.
  std::ifstream in(log.store() / "ended-kettle.example-log.checkpoint");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  CHECK(text.starts_with("kettle.example/log\n5\n"));
  CHECK_FALSE(log.open(log.first));
}

TEST_CASE("a halted log goes on under another name, and only so", "[journal]") {
  Log log;
  log.write(2, log.first);
  REQUIRE((*log.open(log.first))->halt("two histories"));
  REQUIRE(log.roll_over(log.second));
  log.write(1, log.second, next_name);
  CHECK_FALSE(log.open(log.first));
}

TEST_CASE("a rollover that was cut off before the new name was signed is finished by the next",
          "[journal]") {
  Log log;
  log.write(2, log.first);
  fs::copy_file(log.store() / "last-signed.db", log.directory.path() / "last-signed.db");
  REQUIRE(log.roll_over(log.first));
  // As a crash between the two files leaves it.
  fs::copy_file(log.directory.path() / "last-signed.db", log.store() / "last-signed.db",
                fs::copy_options::overwrite_existing);
  const auto cut_off = log.open(log.first);
  REQUIRE_FALSE(cut_off);
  CHECK(cut_off.error().detail.find("kettle.example/log-2") != std::string::npos);
  REQUIRE(log.roll_over(log.first));
  const auto ledger = log.open(log.first, next_name);
  REQUIRE(ledger);
  CHECK((*ledger)->size() == 4);
}

TEST_CASE("a log does not go on under its own name, and none that signed nothing",
          "[journal][negative]") {
  Log log;
  CHECK(log.roll_over(log.first).error().code == ErrorCode::not_found);
  log.write(1, log.first);
  CHECK(Ledger::roll_over({.directory = log.store(), .origin = first_name}, log.first, log.entropy,
                          {.origin = first_name, .next_key = &log.second, .at_ms = 1})
            .error()
            .code == ErrorCode::wrong_use);
}

TEST_CASE("one key signs in one directory and one process", "[journal][negative]") {
  const TemporaryDirectory directory;
  const auto in = [&](const char* name) { return directory.path() / name; };
  std::ofstream(in("log.key")) << "a key";
  for (const char* name : {"one", "two"}) fs::create_directory(in(name));
  {
    const auto held = StoreLock::take_key(in("log.key"), in("one"));
    REQUIRE(held);
    CHECK(StoreLock::take_key(in("log.key"), in("one")).error().code == ErrorCode::store_locked);
    CHECK(StoreLock::take_key(in("log.key"), in("two")).error().code == ErrorCode::store_locked);
  }
  // The directory of the first has no store yet: the second may have been meant.
  REQUIRE(StoreLock::take_key(in("log.key"), in("two")));
  std::ofstream(in("two") / "store.db") << "a store";
  const auto other = StoreLock::take_key(in("log.key"), in("one"));
  REQUIRE_FALSE(other);
  CHECK(other.error().code == ErrorCode::log_forked);
  CHECK(StoreLock::take_key(in("log.key"), in("two")));
  // Moved, not copied.
  fs::rename(in("two"), in("three"));
  CHECK(StoreLock::take_key(in("log.key"), in("three")));
}
