#include <entente/store/copy.h>
#include <entente/store/durable.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr int instructions_between_looks = 1'000'000;
constexpr int busy_ms = 2000;

std::unexpected<Error> cannot(const std::string& doing) {
  return fail(ErrorCode::store_failed, doing + ": " + std::strerror(errno));
}

struct Closing {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};

std::unexpected<Error> failed(sqlite3* handle, const fs::path& file) {
  const int code = sqlite3_errcode(handle) & 0xff;
  const auto as = code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? ErrorCode::store_corrupt
                  : code == SQLITE_BUSY || code == SQLITE_LOCKED  ? ErrorCode::store_locked
                                                                  : ErrorCode::store_failed;
  return fail(as, "copy " + file.string() + ": " + sqlite3_errmsg(handle));
}

struct Look {
  const fs::path& to;
  const std::function<void(std::uint64_t)>& progress;

  static int tell(void* self) {
    const Look& look = *static_cast<const Look*>(self);
    std::error_code error;
    const auto bytes = fs::file_size(look.to, error);
    if (!error) look.progress(bytes);
    return 0;
  }
};

}  // namespace

DraftDirectory::DraftDirectory(fs::path path, fs::path to)
    : path_(std::move(path)), to_(std::move(to)) {}
DraftDirectory::DraftDirectory(DraftDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})), to_(std::move(other.to_)) {}
DraftDirectory::~DraftDirectory() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

Result<DraftDirectory> DraftDirectory::beside(const fs::path& directory) {
  std::error_code error;
  const bool taken = fs::exists(directory, error) &&
                     !(fs::is_directory(directory, error) && fs::is_empty(directory, error));
  if (taken) {
    return fail(ErrorCode::file_invalid, directory.string() + " exists and is not empty");
  }
  const fs::path whole = fs::absolute(directory).lexically_normal();
  const fs::path clean = whole.has_filename() ? whole : whole.parent_path();
  fs::create_directories(clean.parent_path(), error);
  std::string name = clean.string() + ".XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) return cannot("cannot create " + name);
  return DraftDirectory(name, clean);
}

Status DraftDirectory::publish() {
  ENTENTE_TRY(sync_path(path_));
  if (::rename(path_.c_str(), to_.c_str()) != 0) return cannot("cannot create " + to_.string());
  path_.clear();
  return sync_path(to_.parent_path());
}

Result<std::int64_t> read_key_epoch(const fs::path& keys_file) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(keys_file.c_str(), &opened,
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, Closing> database(opened);
  if (code != SQLITE_OK) return failed(opened, keys_file);
  sqlite3_busy_timeout(opened, busy_ms);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_stmt* statement = nullptr;
  const char* const sql = "SELECT max(epoch) FROM epochs";
  if (sqlite3_prepare_v2(opened, sql, -1, &statement, nullptr) != SQLITE_OK) {
    return failed(opened, keys_file);
  }
  const bool found = sqlite3_step(statement) == SQLITE_ROW;
  const std::int64_t epoch = found ? sqlite3_column_int64(statement, 0) : 0;
  sqlite3_finalize(statement);
  if (!found) return failed(opened, keys_file);
  return epoch;
}

// One read transaction from first page to last: the owner's batches go on beside it. Copying pages
// instead would take free ones along, with what was erased from them.
Status copy_database(const fs::path& from, const fs::path& to,
                     const std::function<void(std::uint64_t)>& progress) {
  std::error_code error;
  if (!fs::exists(from, error)) return fail(ErrorCode::file_missing, from.string());
  const int made = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) return cannot(to.string());
  ::close(made);
  sqlite3* opened = nullptr;
  const int code =
      sqlite3_open_v2(from.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, Closing> database(opened);
  if (code != SQLITE_OK) return failed(opened, from);
  sqlite3_busy_timeout(opened, busy_ms);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  Look look{to, progress};
  if (progress) {
    sqlite3_progress_handler(opened, instructions_between_looks, &Look::tell, &look);
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(opened, "VACUUM INTO ?", -1, &statement, nullptr) != SQLITE_OK) {
    return failed(opened, from);
  }
  sqlite3_bind_text(statement, 1, to.c_str(), -1, SQLITE_TRANSIENT);
  const int done = sqlite3_step(statement);
  sqlite3_finalize(statement);
  if (done != SQLITE_DONE) return failed(opened, from);
  return sync_path(to);  // SQLite leaves that to whoever asks for the copy
}

}  // namespace entente
