#include "database.h"

#include <sqlite3.h>

#include <cstring>

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

Result<Statement> prepare(sqlite3* handle, const char* sql, std::initializer_list<Value> bound) {
  sqlite3_stmt* made = nullptr;
  if (sqlite3_prepare_v2(handle, sql, -1, &made, nullptr) != SQLITE_OK) {
    return fail(ErrorCode::store_failed, sqlite3_errmsg(handle));
  }
  Statement statement(made);
  int place = 0;
  for (const Value& value : bound) {
    ++place;
    const auto* words = std::get_if<std::string>(&value);
    const int bound_well =
        words == nullptr ? sqlite3_bind_int64(made, place, std::get<std::int64_t>(value))
                         : sqlite3_bind_text(made, place, words->data(),
                                             static_cast<int>(words->size()), SQLITE_TRANSIENT);
    if (bound_well != SQLITE_OK) return fail(ErrorCode::store_failed, sqlite3_errmsg(handle));
  }
  return statement;
}

Row read_row(sqlite3_stmt* statement) {
  Row row;
  for (int column = 0; column < sqlite3_column_count(statement); ++column) {
    if (sqlite3_column_type(statement, column) == SQLITE_INTEGER) {
      row.emplace_back(sqlite3_column_int64(statement, column));
      continue;
    }
    const unsigned char* words = sqlite3_column_text(statement, column);
    row.emplace_back(words == nullptr ? std::string() : reinterpret_cast<const char*>(words));
  }
  return row;
}

bool equals(sqlite3_stmt* statement, const Row& expected) {
  if (sqlite3_column_count(statement) != static_cast<int>(expected.size())) return false;
  for (int column = 0; column < static_cast<int>(expected.size()); ++column) {
    const Value& value = expected[static_cast<std::size_t>(column)];
    const auto* words = std::get_if<std::string>(&value);
    const bool whole = sqlite3_column_type(statement, column) == SQLITE_INTEGER;
    if (whole != (words == nullptr)) return false;
    if (whole && sqlite3_column_int64(statement, column) != number(value)) return false;
    if (whole) continue;
    const auto* found = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    if (*words != (found == nullptr ? "" : found)) return false;
  }
  return true;
}

Result<sqlite3*> open(const char* name) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(name, &handle, flags, nullptr) == SQLITE_OK) return handle;
  const std::string why = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
  sqlite3_close(handle);
  return fail(ErrorCode::store_failed, why);
}

}  // namespace

std::int64_t number(const Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found == nullptr ? 0 : *found;
}

const std::string& text(const Value& value) {
  static const std::string none;
  const auto* found = std::get_if<std::string>(&value);
  return found == nullptr ? none : *found;
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

Result<Database> Database::make() { return open_file(":memory:"); }

Result<Database> Database::open_file(const std::string& path) {
  ENTENTE_LET(handle, open(path.c_str()));
  return Database(handle);
}

Result<Database> Database::from_image(const std::vector<unsigned char>& image) {
  ENTENTE_LET(database, make());
  auto* bytes = static_cast<unsigned char*>(sqlite3_malloc64(image.size()));
  if (bytes == nullptr) return fail(ErrorCode::store_failed, "out of memory");
  std::memcpy(bytes, image.data(), image.size());
  const auto size = static_cast<sqlite3_int64>(image.size());
  const int read =
      sqlite3_deserialize(database.handle_.get(), "main", bytes, size, size,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
  if (read != SQLITE_OK) return fail(ErrorCode::store_failed, "not an image of a database");
  return std::move(database);
}

std::vector<unsigned char> Database::image() const {
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(handle_.get(), "main", &size, 0);
  std::vector<unsigned char> copy(bytes, bytes + size);
  sqlite3_free(bytes);
  return copy;
}

Result<std::vector<Row>> Database::query(const char* sql,
                                         std::initializer_list<Value> bound) const {
  ENTENTE_LET(statement, prepare(handle_.get(), sql, bound));
  std::vector<Row> rows;
  int step = sqlite3_step(statement.get());
  for (; step == SQLITE_ROW; step = sqlite3_step(statement.get())) {
    rows.push_back(read_row(statement.get()));
  }
  if (step != SQLITE_DONE) return fail(ErrorCode::store_failed, sqlite3_errmsg(handle_.get()));
  return rows;
}

Result<bool> Database::holds(const char* sql, const std::vector<const Row*>& expected) const {
  ENTENTE_LET(statement, prepare(handle_.get(), sql, {}));
  std::size_t at = 0;
  int step = sqlite3_step(statement.get());
  for (; step == SQLITE_ROW; step = sqlite3_step(statement.get())) {
    if (at == expected.size() || !equals(statement.get(), *expected[at++])) return false;
  }
  if (step != SQLITE_DONE) return fail(ErrorCode::store_failed, sqlite3_errmsg(handle_.get()));
  return at == expected.size();
}

Result<std::int64_t> Database::change(const char* sql, std::initializer_list<Value> bound) {
  ENTENTE_LET(statement, prepare(handle_.get(), sql, bound));
  if (sqlite3_step(statement.get()) != SQLITE_DONE) {
    return fail(ErrorCode::store_failed, sqlite3_errmsg(handle_.get()));
  }
  return static_cast<std::int64_t>(sqlite3_changes(handle_.get()));
}

Status Database::run(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fail(ErrorCode::store_failed, sqlite3_errmsg(handle_.get()));
}

Transaction::Transaction(Database& database)
    : database_(database), open_(database.run("BEGIN").has_value()) {}

Transaction::~Transaction() {
  if (open_) static_cast<void>(database_.run("ROLLBACK"));
}

Status Transaction::commit() {
  if (!open_) return fail(ErrorCode::store_failed, "no transaction");
  open_ = false;
  return database_.run("COMMIT");
}

}  // namespace retail
