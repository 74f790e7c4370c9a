#include <entente/store/last_signed.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

#include "database.h"

namespace entente {
namespace {

constexpr Database::Kind last_signed_kind = {0x456e7433, R"sql(
CREATE TABLE last(one INTEGER PRIMARY KEY CHECK(one = 1), text TEXT NOT NULL);
INSERT INTO last VALUES(1, '');
CREATE TABLE halt(one INTEGER PRIMARY KEY CHECK(one = 1), why TEXT NOT NULL);
)sql"};

// In files that were made before there was such a table.
constexpr const char* halt_table =
    "CREATE TABLE IF NOT EXISTS halt(one INTEGER PRIMARY KEY CHECK(one = 1), why TEXT NOT NULL)";

Result<std::string> first_text(const Database& database, const char* sql) {
  ENTENTE_LET(read, database.prepare(sql));
  auto use = read.use();
  ENTENTE_LET(found, use.step());
  return found ? use.text(0) : std::string();
}

}  // namespace

struct LastSigned::State {
  Database database;
  Statement swap;
  std::string text;
  std::string halted;

  Status write_text(const char* sql, const std::string& value) const {
    ENTENTE_LET(write, database.prepare(sql));
    return write.use().bind_text(value).run();
  }
};

LastSigned::LastSigned(std::unique_ptr<State> state) : state_(std::move(state)) {}
LastSigned::~LastSigned() = default;

Result<std::unique_ptr<LastSigned>> LastSigned::open(const std::filesystem::path& file,
                                                     StoreMode mode) {
  ENTENTE_LET(database, Database::open(file, last_signed_kind, mode));
  ENTENTE_LET(rows, database.read_number("SELECT count(*) FROM last"));
  if (rows != 1) return fail(ErrorCode::store_corrupt, "no last signed checkpoint");
  ENTENTE_LET(text, first_text(database, "SELECT text FROM last"));
  std::string why;
  if (mode == StoreMode::write) {
    ENTENTE_TRY(database.run(halt_table));
    ENTENTE_LET(halted, first_text(database, "SELECT why FROM halt"));
    why = halted;
  }
  // RETURNING tells whether the swap took place, in the same statement.
  ENTENTE_LET(swap, database.prepare("UPDATE last SET text=? WHERE text=? RETURNING one"));
  return std::unique_ptr<LastSigned>(new LastSigned(
      std::make_unique<State>(State{std::move(database), std::move(swap), text, why})));
}

const std::string& LastSigned::text() const { return state_->text; }
const std::string& LastSigned::halted() const { return state_->halted; }

Status LastSigned::advance(const std::string& expected, const std::string& next) {
  if (!halted().empty()) return fail(ErrorCode::log_forked, halted());
  auto use = state_->swap.use();
  use.bind_text(next).bind_text(expected);
  ENTENTE_LET(swapped, use.step());
  if (!swapped) {
    return fail(ErrorCode::log_forked,
                "another process signs with this log's key, or a backup was restored");
  }
  ENTENTE_LET(more, use.step());  // the row is durable only once the statement has finished
  if (more) return fail(ErrorCode::store_corrupt, "two last signed checkpoints");
  state_->text = next;
  return {};
}

Status LastSigned::halt(const std::string& why) {
  State& s = *state_;
  if (!s.halted.empty()) return {};
  ENTENTE_TRY(s.write_text("INSERT INTO halt VALUES(1, ?)", why));
  s.halted = why;
  return {};
}

Status LastSigned::begin_log(const std::string& text) {
  State& s = *state_;
  ENTENTE_TRY(s.database.run("BEGIN IMMEDIATE"));
  Status done = s.write_text("UPDATE last SET text=?", text);
  if (done) done = s.database.run("DELETE FROM halt");
  if (done) done = s.database.run("COMMIT");
  if (!done) {
    [[maybe_unused]] const Status undone = s.database.run("ROLLBACK");
    return done;
  }
  s.text = text;
  s.halted.clear();
  return {};
}

void LastSigned::abandon() { state_->database.abandon(); }

namespace {

constexpr std::size_t path_bytes_max = 4096;

// Of the log that this key signed last, as its own process wrote it down; empty: nobody did.
std::string noted_directory(const std::filesystem::path& note) {
  std::ifstream in(note, std::ios::binary);
  std::string text(path_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<StoreLock> StoreLock::take_key(const std::filesystem::path& key_file,
                                      const std::filesystem::path& directory) {
  const int descriptor = ::open(key_file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail(ErrorCode::file_missing, key_file.string());
  StoreLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::store_locked, "another process signs a log with " + key_file.string() +
                                             ": two on one key would sign two histories");
  }
  std::error_code error;
  const auto here = std::filesystem::weakly_canonical(directory, error).string();
  const auto note = key_file.string() + ".log";
  const std::string noted = noted_directory(note);
  if (noted == here) return lock;
  if (!noted.empty() && std::filesystem::exists(noted + "/store.db", error)) {
    return fail(ErrorCode::log_forked, key_file.string() + " signs the log in " + noted +
                                           ", not in " + here +
                                           ": a log has one directory. If it was moved, " +
                                           "delete the old one; a new log takes a new key");
  }
  // Where the keys lie on a file system that is only read, the lock alone must do.
  std::ofstream(note, std::ios::binary) << here << '\n';
  return lock;
}

StoreLock::StoreLock(int descriptor) : descriptor_(descriptor) {}
StoreLock::StoreLock(StoreLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}
StoreLock& StoreLock::operator=(StoreLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
StoreLock::~StoreLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<StoreLock> StoreLock::take(const std::filesystem::path& directory) {
  const auto file = directory / "lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(ErrorCode::store_failed, "cannot create " + file.string());
  StoreLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::store_locked, directory.string() + " is in use by another process");
  }
  return lock;
}

Result<StoreLock> StoreLock::take_to_read(const std::filesystem::path& directory) {
  const int descriptor = ::open((directory / "lock").c_str(), O_RDONLY | O_CLOEXEC);
  StoreLock lock(descriptor);  // where there is no such file, nobody ever wrote here
  if (descriptor >= 0 && ::flock(descriptor, LOCK_SH | LOCK_NB) != 0) {
    return fail(ErrorCode::store_locked, directory.string() + " is in use by another process");
  }
  return lock;
}

}  // namespace entente
