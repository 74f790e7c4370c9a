#include "database.h"

#include <entente/store/durable.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace entente {
namespace {

constexpr int busy_ms = 2000;
constexpr int value_bytes_max = 16 * 1024 * 1024;

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return ErrorCode::store_corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::store_locked;
    case SQLITE_CANTOPEN:
      return ErrorCode::file_missing;
    default:
      return ErrorCode::store_failed;
  }
}

// What a failed fsync leaves in the page cache may never have reached the disk, and the system
// calls it clean: a writer starts from what the disk itself gives. The file must not be open
// elsewhere in this process, as closing a descriptor drops all its locks.
Status drop_cached_pages(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return {};
    return fail(ErrorCode::store_failed, "open " + file.string() + ": " + std::strerror(errno));
  }
  const int synced = ::fdatasync(descriptor) == 0 ? 0 : errno;
  ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
  ::close(descriptor);
  if (synced == 0) return {};
  return fail(ErrorCode::store_failed, "sync " + file.string() + ": " + std::strerror(synced));
}

// An empty file is what a creation leaves that a crash cut off.
bool is_there(const std::filesystem::path& file) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(file, error);
  return error ? error != std::errc::no_such_file_or_directory : bytes > 0;
}

}  // namespace

Error Database::error(std::string_view doing) const {
  const int result = sqlite3_extended_errcode(handle_);
  return {code_of(result), std::string(doing) + ": " + sqlite3_errmsg(handle_)};
}

Result<Database> Database::open(const std::filesystem::path& file, const Kind& kind,
                                StoreMode mode) {
  if (mode == StoreMode::write) {
    if (!is_there(file)) ENTENTE_TRY(make(file, kind));
    ENTENTE_TRY(drop_cached_pages(file));
    ENTENTE_TRY(drop_cached_pages(file.string() + "-wal"));
  }
  ENTENTE_LET(database, connect(file, mode));
  sqlite3* const handle = database.handle_;
  sqlite3_busy_timeout(handle, busy_ms);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, value_bytes_max);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  ENTENTE_TRY(database.run("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"));
  if (mode == StoreMode::write) {
    // SQLite 3.40 can lose commits when two connections write and checkpoint: this is the only one
    // that does either. FULL, because NORMAL in WAL mode forgets acknowledged commits.
    ENTENTE_TRY(
        database.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"));
  } else {
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    // One transaction for all that is read: a log that grows meanwhile is seen as it was, and no
    // row costs a lock. Eight megabytes hold the inner pages of a very large store.
    ENTENTE_TRY(database.run("PRAGMA query_only=ON; PRAGMA cache_size=-2048; BEGIN;"));
  }
  ENTENTE_LET(id, database.read_number("PRAGMA application_id"));
  if (id != kind.application_id) {
    return fail(ErrorCode::store_corrupt, file.string() + " is not such a store");
  }
  return std::move(database);
}

// Under its name once it is whole, so that a file that is there is a store, whoever opens it.
Status Database::make(const std::filesystem::path& file, const Kind& kind) {
  std::error_code error;
  const std::filesystem::path draft = file.string() + ".new";
  for (const char* part : {"", "-journal", "-wal", "-shm"}) {
    std::filesystem::remove(draft.string() + part, error);
    // Left by a file that somebody removed, they would be read as parts of this one.
    std::filesystem::remove(file.string() + part, error);
  }
  {
    ENTENTE_LET(made, connect(draft, StoreMode::write));
    // Of a draft nobody needs the half: it is forced to the disk once, at its end.
    ENTENTE_TRY(made.run("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN IMMEDIATE"));
    ENTENTE_TRY(made.run(kind.schema));
    const std::string id = "PRAGMA application_id=" + std::to_string(kind.application_id);
    ENTENTE_TRY(made.run(id.c_str()));
    ENTENTE_TRY(made.run("COMMIT; PRAGMA journal_mode=WAL"));
  }
  ENTENTE_TRY(sync_path(draft));
  std::filesystem::rename(draft, file, error);
  if (!error) return sync_path(file.parent_path());
  return fail(ErrorCode::store_failed, "make " + file.string() + ": " + error.message());
}

Result<Database> Database::connect(const std::filesystem::path& file, StoreMode mode) {
  const bool writes = mode == StoreMode::write;
  const int flags = writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Result<Database> database = Database(handle);
  if (opened == SQLITE_OK) return database;
  Error error = database->error("open " + file.string());
  // A writer makes the file it does not find: what cannot be opened is the disk's doing.
  if (writes && error.code == ErrorCode::file_missing) error.code = ErrorCode::store_failed;
  return std::unexpected(std::move(error));
}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

void Database::abandon() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

// The last one to close brings the write-ahead log into the file and removes it.
Database::~Database() { sqlite3_close_v2(handle_); }

Status Database::run(const char* sql) const {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(error("database"));
  }
  return {};
}

// secure_delete leaves copies where a page was once split; a file that is built anew has none.
Status Database::compact() const {
  ENTENTE_TRY(run("VACUUM"));
  const int emptied =
      sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (emptied == SQLITE_OK) return {};
  return fail(code_of(emptied), "the write-ahead log cannot be emptied while somebody reads");
}

Result<Statement> Database::prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    // A table that is missing or has other columns: not a file we wrote.
    return fail(ErrorCode::store_corrupt, error("prepare").detail);
  }
  return Statement(statement);
}

Result<std::int64_t> Database::read_number(const char* sql) const {
  ENTENTE_LET(statement, prepare(sql));
  auto use = statement.use();
  ENTENTE_LET(found, use.step());
  return found ? use.number(0) : 0;
}

Statement::Use& Statement::Use::bind(std::int64_t value) {
  sqlite3_bind_int64(handle_, ++bound_, value);
  return *this;
}

Statement::Use& Statement::Use::bind(ByteView value) {
  // A null pointer would bind NULL; an empty blob is a value.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  sqlite3_bind_blob64(handle_, ++bound_, data, value.size(), SQLITE_STATIC);
  return *this;
}

Statement::Use& Statement::Use::bind_text(std::string_view value) {
  sqlite3_bind_text64(handle_, ++bound_, value.empty() ? "" : value.data(), value.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Result<bool> Statement::Use::step() {
  const int result = sqlite3_step(handle_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  return fail(code_of(result), sqlite3_errmsg(sqlite3_db_handle(handle_)));
}

Status Statement::Use::run() {
  ENTENTE_LET(row, step());
  if (row) return fail(ErrorCode::internal, "a statement that writes gave a row");
  return {};
}

Bytes Statement::Use::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(handle_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
  return data == nullptr ? Bytes{} : Bytes(data, data + size);
}

std::string Statement::Use::text(int column) const { return to_text(bytes(column)); }

Status Statement::Use::bytes_into(int column, std::span<std::uint8_t> out) const {
  const Bytes value = bytes(column);
  if (value.size() != out.size()) {
    return fail(ErrorCode::store_corrupt, "a column has the wrong length");
  }
  std::memcpy(out.data(), value.data(), out.size());
  return {};
}

}  // namespace entente
