// A ledger whose disk fails at each storage call of a commit in turn, in each way a disk fails.

#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>

#include <set>

#include "catch.h"
#include "faulty_disk.h"
#include "temporary_directory.h"

using namespace entente;
using namespace entente::tests;
namespace fs = std::filesystem;

namespace {

constexpr Fault faults[] = {Fault::io_error, Fault::no_space, Fault::short_write, Fault::sync_fails,
                            Fault::sync_drops};
constexpr std::size_t spool_bytes = 64 * 1024;

struct Log {
  SystemEntropy entropy;
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 3)));

  Result<std::unique_ptr<Ledger>> open(const fs::path& directory) {
    return Ledger::open(
        {.directory = directory, .origin = "kettle.example/log", .spool_bytes = spool_bytes}, key,
        entropy);
  }
};

CaseId case_of(int number) {
  CaseId made;
  made.bytes.fill(static_cast<std::uint8_t>(number));
  return made;
}

// A case of its own each, so that every batch needs new keys.
void say(Ledger& ledger, int number) {
  ledger.append({.kind = EntryKind::message,
                 .case_id = case_of(number),
                 .direction = Direction::received,
                 .time_ms = 1'000 + number,
                 .content = to_bytes("message " + std::to_string(number)),
                 .effect = "binding"});
}

std::set<std::string> contents(const Ledger& ledger) {
  std::set<std::string> found;
  for (std::uint64_t index = 0; index < ledger.size(); ++index) {
    const auto entry = ledger.read(index);
    REQUIRE(entry);
    REQUIRE(ledger.receipt(index));
    found.insert(to_text(entry->content));
  }
  return found;
}

// Three commits, the disk failing once at `call` or from it on; what was committed must be there
// and what was not may be. Returns true if the trouble came.
bool survives(std::uint64_t call, Fault fault, Lasting lasting) {
  const TemporaryDirectory directory;
  Log log;
  FaultyDisk disk(directory.path());
  auto ledger = *log.open(directory.path());
  const std::uint64_t before = disk.calls();
  disk.fail_at(before + call, fault, lasting);
  std::set<std::string> committed;
  for (int number = 1; number <= 3; ++number) {
    say(*ledger, number);
    if (ledger->commit()) {
      committed.insert("message " + std::to_string(number));
      continue;
    }
    CHECK(ledger->commit().error().code == ErrorCode::store_failed);
    if (lasting == Lasting::until_healed) {
      CHECK_FALSE(ledger->reopen());
      disk.heal();
    }
    REQUIRE(ledger->reopen());
    CHECK(ledger->next_index() == ledger->size());
  }
  const bool came = disk.failures() > 0;
  disk.heal();
  for (const std::string& each : committed) CHECK(contents(*ledger).contains(each));
  const std::string note = ledger->checkpoint_note();
  ledger.reset();
  ledger = *log.open(directory.path());
  CHECK(ledger->checkpoint_note() == note);
  for (const std::string& each : committed) CHECK(contents(*ledger).contains(each));
  return came;
}

// The first commit of a new log, whose disk fails while its files are made. Returns true if the
// trouble came.
bool begins(std::uint64_t call, Fault fault, Lasting lasting) {
  const TemporaryDirectory directory(memory_directory());
  Log log;
  FaultyDisk disk(directory.path());
  disk.fail_at(call, fault, lasting);
  const auto commit = [&]() -> Status {
    ENTENTE_LET(ledger, log.open(directory.path()));
    say(*ledger, 1);
    return ledger->commit();
  };
  constexpr int attempts = 4;  // as often as somebody starts it before the disk is replaced
  Status committed = commit();
  for (int more = 1; more < attempts && !committed; ++more) committed = commit();
  const bool came = disk.failures() > 0;
  disk.heal();
  CAPTURE(call, name(fault), lasting == Lasting::once);
  // Whoever reads finds no file or a whole one.
  const auto named = name_of_log(directory.path(), "kettle.example/log");
  INFO((named ? "" : describe(named.error())));
  CHECK(named);
  if (!committed) committed = commit();
  INFO((committed ? "" : describe(committed.error())));
  CHECK(committed);
  return came;
}

}  // namespace

TEST_CASE("a log begins after a disk that failed at any call of its making", "[journal]") {
  const std::uint64_t step = std::getenv("ENTENTE_FULL") != nullptr ? 1 : 5;
  std::uint64_t first = 0;
  for (const Fault fault : faults) {
    for (const Lasting lasting : {Lasting::once, Lasting::until_healed}) {
      std::uint64_t call = 1 + first++ % step;
      while (begins(call, fault, lasting)) call += step;
      CHECK(call > 2 * step);
    }
  }
}

TEST_CASE("a log goes on after a disk that failed at any call, in any way", "[journal]") {
  const std::uint64_t step = std::getenv("ENTENTE_FULL") != nullptr ? 1 : 11;
  std::uint64_t first = 0;
  for (const Fault fault : faults) {
    for (const Lasting lasting : {Lasting::once, Lasting::until_healed}) {
      std::uint64_t call = 1 + first++ % step;
      INFO(name(fault));
      while (survives(call, fault, lasting)) call += step;
      CHECK(call > 2 * step);
    }
  }
}

TEST_CASE("what a failed commit left on the disk is signed or gone, never half there",
          "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  FaultyDisk disk(directory.path());
  auto ledger = *log.open(directory.path());
  say(*ledger, 1);
  REQUIRE(ledger->commit());
  disk.fail_now(Fault::sync_drops, Lasting::once);
  say(*ledger, 2);
  REQUIRE_FALSE(ledger->commit());
  REQUIRE(ledger->reopen());
  CHECK(contents(*ledger) == std::set<std::string>{"message 1"});
  CHECK(ledger->checkpoint_note().find("\n1\n") != std::string::npos);
}

TEST_CASE("an entry that reads back with another bit is not signed", "[journal][attack]") {
  const TemporaryDirectory directory;
  Log log;
  FaultyDisk disk(directory.path());
  auto ledger = *log.open(directory.path());
  say(*ledger, 1);
  REQUIRE(ledger->commit());
  const std::string note = ledger->checkpoint_note();

  disk.flip_in("binding");  // of the leaf, which is stored in the clear
  say(*ledger, 2);
  const Status committed = ledger->commit();
  CHECK(disk.failures() == 1);
  REQUIRE_FALSE(committed);
  CHECK(committed.error().code == ErrorCode::log_corrupt);
  CHECK(ledger->checkpoint_note() == note);

  // The wrong bit never reached more than the write-ahead log, which does not hold by its checksum.
  REQUIRE(ledger->reopen());
  CHECK(contents(*ledger) == std::set<std::string>{"message 1"});
  CHECK(ledger->checkpoint_note() == note);
}

TEST_CASE("a closed log answers with an error and takes nothing", "[journal][negative]") {
  const TemporaryDirectory directory;
  Log log;
  FaultyDisk disk(directory.path());
  auto ledger = *log.open(directory.path());
  say(*ledger, 1);
  REQUIRE(ledger->commit());
  const std::string note = ledger->checkpoint_note();
  disk.fail_now(Fault::io_error, Lasting::until_healed);
  REQUIRE_FALSE(ledger->reopen());

  CHECK(ledger->read(0).error().code == ErrorCode::store_failed);
  CHECK(ledger->receipt(0).error().code == ErrorCode::store_failed);
  CHECK(ledger->entries_of(case_of(1)).error().code == ErrorCode::store_failed);
  CHECK(ledger->checkpoint_note() == note);
  say(*ledger, 2);
  CHECK(ledger->commit().error().code == ErrorCode::store_failed);
}

TEST_CASE("what is kept without a log is there after a restart, until it is let go", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  auto ledger = *log.open(directory.path());
  REQUIRE(ledger->keep_unlogged(view("one")));
  REQUIRE(ledger->keep_unlogged(view("two")));
  CHECK(ledger->keep_unlogged(Bytes(spool_bytes, 1)).error().code == ErrorCode::store_failed);
  ledger.reset();

  ledger = *log.open(directory.path());
  const auto kept = ledger->unlogged();
  REQUIRE(kept);
  CHECK(*kept == std::vector<Bytes>{to_bytes("one"), to_bytes("two")});
  REQUIRE(ledger->keep_unlogged(view("three")));
  CHECK(ledger->unlogged()->size() == 3);
  REQUIRE(ledger->forget_unlogged());
  CHECK(ledger->unlogged()->empty());
}

TEST_CASE("an entry is never older than the one before it", "[journal]") {
  const TemporaryDirectory directory;
  Log log;
  auto ledger = *log.open(directory.path());
  say(*ledger, 9);
  say(*ledger, 2);
  REQUIRE(ledger->commit());
  CHECK(ledger->read(1)->leaf.time_ms == ledger->read(0)->leaf.time_ms);
  CHECK(ledger->last_time_ms() == 1'009);
  ledger.reset();
  ledger = *log.open(directory.path());
  CHECK(ledger->last_time_ms() == 1'009);
}
