#include <entente/store/last_signed.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "database.h"

namespace entente {
namespace {

constexpr Database::Kind last_signed_kind = {0x456e7433, R"sql(
CREATE TABLE last(one INTEGER PRIMARY KEY CHECK(one = 1), text TEXT NOT NULL);
INSERT INTO last VALUES(1, '');
)sql"};

}  // namespace

struct LastSigned::State {
  Database database;
  Statement swap;
  std::string text;
};

LastSigned::LastSigned(std::unique_ptr<State> state) : state_(std::move(state)) {}
LastSigned::~LastSigned() = default;

Result<std::unique_ptr<LastSigned>> LastSigned::open(const std::filesystem::path& file,
                                                     StoreMode mode) {
  ENTENTE_LET(database, Database::open(file, last_signed_kind, mode));
  std::string text;
  {
    ENTENTE_LET(read, database.prepare("SELECT text FROM last"));
    auto use = read.use();
    ENTENTE_LET(found, use.step());
    if (!found) return fail(ErrorCode::store_corrupt, "no last signed checkpoint");
    text = use.text(0);
  }
  // RETURNING tells whether the swap took place, in the same statement.
  ENTENTE_LET(swap, database.prepare("UPDATE last SET text=? WHERE text=? RETURNING one"));
  return std::unique_ptr<LastSigned>(new LastSigned(
      std::make_unique<State>(State{std::move(database), std::move(swap), std::move(text)})));
}

const std::string& LastSigned::text() const { return state_->text; }

Status LastSigned::advance(const std::string& expected, const std::string& next) {
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

void LastSigned::abandon() { state_->database.abandon(); }

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
