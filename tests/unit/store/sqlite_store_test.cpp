#include <entente/store/last_signed.h>
#include <entente/store/store.h>
#include <sqlite3.h>

#include <fstream>
#include <map>

#include "catch.h"
#include "temporary_directory.h"

using namespace entente;
using entente::tests::TemporaryDirectory;

namespace {

Digest digest(std::uint8_t number) {
  Digest made;
  made.bytes.fill(number);
  return made;
}

StoreBatch batch_of(std::uint64_t index) {
  StoreBatch batch;
  batch.entries.push_back({.index = index, .leaf = {1, 2}, .sealed = {3}, .case_id = digest(7)});
  batch.tiles.push_back({.level = 0, .index = index, .hashes = {9, 9}});
  batch.checkpoint = "size " + std::to_string(index + 1);
  return batch;
}

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("what was written is there after reopening", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  {
    auto store = *open_sqlite_store(file, StoreMode::write);
    StoreBatch batch = batch_of(0);
    batch.parts.push_back({digest(7), digest(8), PartClass::media, {5}});
    batch.receipts.push_back({digest(7), digest(6), {1}, {}, "proof"});
    batch.cases.push_back({digest(7), {}, {}, true});
    batch.revoked.push_back({digest(3), PublicKey{{4}}, 11});
    REQUIRE(store->write(batch));
  }

  auto store = *open_sqlite_store(file, StoreMode::read);

  CHECK(store->size() == 1);
  CHECK(*store->checkpoint() == "size 1");
  CHECK(store->read_entry(0)->leaf == Bytes{1, 2});
  CHECK(store->read_entry(0)->case_id == digest(7));
  CHECK(*store->read_tile(0, 0) == Bytes{9, 9});
  CHECK(store->entries_of(digest(7))->size() == 1);
  CHECK(store->parts_of(digest(7))->at(0).part_class == PartClass::media);
  CHECK(store->receipts_of(digest(7))->at(0).proof == "proof");
  CHECK((*store->find_case(digest(7)))->closed);
  CHECK(store->revoked()->at(0).mandate == digest(3));
  CHECK(store->revoked()->at(0).principal == PublicKey{{4}});
  CHECK(store->revoked()->at(0).index == 11);
}

TEST_CASE("entries are read some at a time as they are read one by one", "[store]") {
  const TemporaryDirectory directory;
  auto store = *open_sqlite_store(directory.path() / "store.db", StoreMode::write);
  for (std::uint64_t index = 0; index < 10; ++index) {
    StoreBatch batch = batch_of(index);
    batch.entries[0].leaf.push_back(static_cast<std::uint8_t>(index));
    if (index % 3 == 0) batch.entries[0].case_id.reset();
    batch.cases.push_back({digest(static_cast<std::uint8_t>(index / 2)), {}, {}, true});
    batch.cases[0].opener.bytes.fill(static_cast<std::uint8_t>(index / 2));
    REQUIRE(store->write(batch));
  }
  for (std::uint64_t first = 0; first < 12; ++first) {
    for (std::size_t count = 0; count < 12; ++count) {
      const auto rows = store->read_entries(first, count);
      REQUIRE(rows);
      REQUIRE(rows->size() == std::min<std::uint64_t>(count, first < 10 ? 10 - first : 0));
      for (std::size_t i = 0; i < rows->size(); ++i) {
        const EntryRow alone = *store->read_entry(first + i);
        CHECK(rows->at(i).index == first + i);
        CHECK(rows->at(i).leaf == alone.leaf);
        CHECK(rows->at(i).sealed == alone.sealed);
        CHECK(rows->at(i).case_id == alone.case_id);
      }
    }
  }
  CHECK(store->case_count() == 5);
  CHECK(store->cases()->size() == 5);
}

TEST_CASE("erased rows are empty or gone, others are not, and it is known what is left to do",
          "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  const ErasedRows wish{.case_id = digest(7),
                        .erasure = 1,
                        .entries = {0},
                        .parts = {PartClass::contact},
                        .receipts = true};
  {
    auto store = *open_sqlite_store(file, StoreMode::write);
    StoreBatch batch = batch_of(0);
    batch.entries.push_back({.index = 1, .leaf = {3}, .sealed = {4}, .case_id = digest(7)});
    batch.entries.push_back({.index = 2, .leaf = {4}, .sealed = {5}, .case_id = digest(8)});
    batch.parts.push_back({digest(7), digest(1), PartClass::contact, {5}});
    batch.parts.push_back({digest(7), digest(2), PartClass::media, {6}});
    batch.parts.push_back({digest(8), digest(1), PartClass::contact, {7}});
    batch.receipts.push_back({digest(7), digest(6), {1}, {}, "proof"});
    batch.receipts.push_back({digest(8), digest(6), {1}, {}, "proof"});
    batch.retention.push_back({.index = 1, .case_id = digest(7)});
    REQUIRE(store->write(batch));
    REQUIRE(store->erase({&wish, 1}));
    REQUIRE(store->erase({&wish, 1}));
  }
  auto store = *open_sqlite_store(file, StoreMode::write);
  CHECK(store->read_entry(0)->sealed.empty());
  CHECK(store->read_entry(0)->leaf == Bytes{1, 2});
  CHECK(store->read_entry(1)->sealed == Bytes{4});
  REQUIRE(store->parts_of(digest(7))->size() == 1);
  CHECK(store->parts_of(digest(7))->at(0).part_class == PartClass::media);
  CHECK(store->parts_of(digest(8))->size() == 1);
  CHECK(store->receipts_of(digest(7))->empty());
  CHECK(store->receipts_of(digest(8))->size() == 1);
  CHECK_FALSE(store->retention()->at(0).done);
  REQUIRE(store->settle({&wish, 1}));
  CHECK(store->retention()->at(0).done);
  CHECK(store->retention()->at(0).case_id == digest(7));
}

TEST_CASE("a case of which a row is missing is not told as it once was", "[store][negative]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  {
    auto store = *open_sqlite_store(file, StoreMode::write);
    for (const std::uint64_t index : {0, 1, 2}) {
      StoreBatch batch = batch_of(index);
      batch.receipts.push_back({digest(7), digest(static_cast<std::uint8_t>(index)), {1}, {}, "p"});
      batch.cases.push_back({digest(7), {}, {}, false});
      REQUIRE(store->write(batch));
    }
    // One that is there already is counted once.
    StoreBatch again = batch_of(3);
    again.receipts.push_back({digest(7), digest(2), {1}, {}, "p"});
    REQUIRE(store->write(again));
  }
  const auto answers_after = [&](const char* damage) {
    run_sql(file, damage);
    const auto store = *open_sqlite_store(file, StoreMode::read);
    return std::pair(store->entries_of(digest(7)), store->receipts_of(digest(7)));
  };
  {
    const auto [entries, receipts] = answers_after("SELECT 1");
    CHECK(entries->size() == 4);
    CHECK(receipts->size() == 3);
  }
  {
    const auto [entries, receipts] = answers_after("UPDATE entries SET owner=NULL WHERE idx=3");
    CHECK(entries.error().code == ErrorCode::store_corrupt);
    CHECK(receipts->size() == 3);
  }
  const auto [entries, receipts] =
      answers_after("DELETE FROM receipts WHERE message=(SELECT max(message) FROM receipts)");
  CHECK(entries.error().code == ErrorCode::store_corrupt);
  CHECK(receipts.error().code == ErrorCode::store_corrupt);
}

TEST_CASE("an index that was damaged names no other entries of a case", "[store][negative]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  {
    auto store = *open_sqlite_store(file, StoreMode::write);
    for (std::uint64_t index = 0; index < 12; ++index) {
      StoreBatch batch = batch_of(index);
      batch.entries[0].case_id = digest(static_cast<std::uint8_t>(7 + index % 3));
      if (index % 4 == 3) batch.entries[0].case_id.reset();
      REQUIRE(store->write(batch));
    }
  }
  const auto number = [&](const char* sql) {
    sqlite3* database = nullptr;
    std::size_t found = 0;
    const auto read = [](void* into, int, char** values, char**) {
      *static_cast<std::size_t*>(into) = std::stoul(values[0]);
      return 0;
    };
    REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_exec(database, sql, read, &found, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    return found;
  };
  const std::size_t size = number("PRAGMA page_size");
  const std::size_t page =
      number("SELECT rootpage FROM sqlite_master WHERE name='entries_by_owner'") - 1;
  const auto entries_of = [&](std::uint8_t which) {
    return (*open_sqlite_store(file, StoreMode::read))->entries_of(digest(which));
  };
  const std::map<std::uint8_t, std::vector<std::uint64_t>> sound = {
      {7, *entries_of(7)}, {8, *entries_of(8)}, {9, *entries_of(9)}};
  std::size_t found_out = 0;
  const auto flip = [&](std::size_t at, unsigned bit) {
    std::fstream bytes(file, std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekg(static_cast<std::streamoff>(at));
    const int byte = bytes.get();
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(byte ^ (1 << bit)));
  };
  // The rows of a page fill it from its end.
  for (std::size_t at = (page + 1) * size - 60; at < (page + 1) * size; ++at) {
    for (const unsigned bit : {0U, 1U, 2U, 3U, 6U}) {
      CAPTURE(at, bit);
      flip(at, bit);
      for (const auto& [which, entries] : sound) {
        const auto read = entries_of(which);
        found_out += read ? 0 : 1;
        CHECK((!read || *read == entries));
      }
      flip(at, bit);
    }
  }
  CHECK(found_out > 100);
}

TEST_CASE("a table of which a row is missing is not told as it once was", "[store][negative]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  {
    auto store = *open_sqlite_store(file, StoreMode::write);
    StoreBatch batch = batch_of(0);
    for (const std::uint8_t number : {std::uint8_t{7}, std::uint8_t{8}}) {
      batch.cases.push_back({digest(number), {}, {number}, false});
      batch.revoked.push_back({digest(number), {}, 1});
      batch.retention.push_back({.index = number, .case_id = digest(number)});
    }
    REQUIRE(store->write(batch));
    StoreBatch again = batch_of(1);
    again.cases.push_back({digest(7), {}, {7}, true});
    again.revoked.push_back({digest(7), {}, 2});
    REQUIRE(store->write(again));
    CHECK(store->cases()->size() == 2);
    CHECK(store->case_count() == 2);
    CHECK((*store->find_case(digest(7)))->closed);
    CHECK(store->revoked()->size() == 2);
    CHECK(store->retention()->size() == 2);
  }
  const auto reread_without = [&](const char* table) {
    const std::string of(table == std::string("revoked") ? "mandate" : "case_id");
    run_sql(file, "DELETE FROM " + std::string(table) + " WHERE " + of + "=(SELECT max(" + of +
                      ") FROM " + table + ")");
    return *open_sqlite_store(file, StoreMode::read);
  };
  CHECK(reread_without("retention")->retention().error().code == ErrorCode::store_corrupt);
  CHECK(reread_without("revoked")->revoked().error().code == ErrorCode::store_corrupt);
  CHECK(reread_without("cases")->cases().error().code == ErrorCode::store_corrupt);
}

TEST_CASE("a receipt of a case without entries is not taken", "[store][negative]") {
  const TemporaryDirectory directory;
  auto store = *open_sqlite_store(directory.path() / "store.db", StoreMode::write);
  StoreBatch batch;
  batch.receipts.push_back({digest(7), digest(6), {1}, {}, "proof"});
  CHECK(store->write(batch).error().code == ErrorCode::store_corrupt);
  CHECK(store->receipts_of(digest(7))->empty());
}

TEST_CASE("a batch that cannot be written whole leaves nothing", "[store][negative]") {
  const TemporaryDirectory directory;
  auto store = *open_sqlite_store(directory.path() / "store.db", StoreMode::write);
  REQUIRE(store->write(batch_of(0)));
  StoreBatch twice = batch_of(1);
  twice.entries.push_back(twice.entries.front());  // an index can be taken only once

  CHECK_FALSE(store->write(twice));

  CHECK(store->size() == 1);
  CHECK_FALSE(store->read_entry(1));
  REQUIRE(store->write(batch_of(1)));
  CHECK(store->size() == 2);
}

TEST_CASE("a reader sees the store as it was when it was opened", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  auto writer = *open_sqlite_store(file, StoreMode::write);
  REQUIRE(writer->write(batch_of(0)));
  const auto reader = *open_sqlite_store(file, StoreMode::read);
  REQUIRE(writer->write(batch_of(1)));

  CHECK(reader->size() == 1);
  CHECK(reader->entries_of(digest(7))->size() == 1);
  CHECK_FALSE(reader->read_entry(1));
  CHECK((*open_sqlite_store(file, StoreMode::read))->entries_of(digest(7))->size() == 2);
}

TEST_CASE("what is missing is said to be missing", "[store][negative]") {
  const TemporaryDirectory directory;
  auto store = *open_sqlite_store(directory.path() / "store.db", StoreMode::write);
  CHECK(store->read_entry(0).error().code == ErrorCode::store_corrupt);
  CHECK(store->read_tile(0, 0).error().code == ErrorCode::store_corrupt);
  CHECK_FALSE((*store->find_case(digest(1))).has_value());
  CHECK(open_sqlite_store(directory.path() / "none.db", StoreMode::read).error().code ==
        ErrorCode::file_missing);
}

TEST_CASE("a file that is no store of ours is refused", "[store][negative]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "store.db";
  const auto write = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  };
  for (const std::string& bytes :
       {std::string("hello"), std::string(4096, 'x'),
        "SQLite format 3" + std::string(1, '\0') + std::string(5000, '\x7f'), std::string()}) {
    write(bytes);
    CHECK_FALSE(open_sqlite_store(file, StoreMode::read));
  }
  // Another kind of file of ours is no store either.
  REQUIRE(LastSigned::open(directory.path() / "last.db", StoreMode::write));
  CHECK(open_sqlite_store(directory.path() / "last.db", StoreMode::read).error().code ==
        ErrorCode::store_corrupt);
}

TEST_CASE("the last signed text moves only from what it was", "[store]") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "last.db";
  auto first = *LastSigned::open(file, StoreMode::write);
  auto second = *LastSigned::open(file, StoreMode::write);
  REQUIRE(first->advance("", "one"));

  CHECK(second->advance("", "two").error().code == ErrorCode::log_forked);

  REQUIRE(first->advance("one", "two"));
  first.reset();
  second.reset();
  CHECK((*LastSigned::open(file, StoreMode::read))->text() == "two");
}

TEST_CASE("a directory has one writer", "[store][negative]") {
  const TemporaryDirectory directory;
  {
    const auto lock = StoreLock::take(directory.path());
    REQUIRE(lock);
    CHECK(StoreLock::take(directory.path()).error().code == ErrorCode::store_locked);
  }
  CHECK(StoreLock::take(directory.path()));
}
