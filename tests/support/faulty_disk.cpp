#include "faulty_disk.h"

#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace entente::tests {
namespace {

enum class Call : std::uint8_t { open, close, read, write, truncate, sync, other };

struct Plan {
  std::mutex mutex;
  std::string under;
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t at = 0;
  Fault fault = Fault::none;
  Lasting lasting = Lasting::once;
  std::string flip_in;  // empty: nowhere
};
Plan plan;

bool can_fail(Fault fault, Call call) {
  switch (fault) {
    case Fault::none:
      return false;
    case Fault::kill:
    case Fault::torn_kill:
    case Fault::io_error:
      return true;
    case Fault::no_space:
    case Fault::short_write:
      return call == Call::write;
    case Fault::sync_fails:
    case Fault::sync_drops:
      return call == Call::sync;
  }
  return false;
}

// Counts the call, and says how it fails.
Fault next(Call call) {
  const std::scoped_lock lock(plan.mutex);
  ++plan.calls;
  const Fault fault = plan.fault;
  if (plan.calls < plan.at || !can_fail(fault, call)) return Fault::none;
  if (plan.lasting == Lasting::once) plan.fault = Fault::none;
  ++plan.failures;
  if (fault == Fault::kill || (fault == Fault::torn_kill && call != Call::write)) {
    ::kill(::getpid(), SIGKILL);
  }
  return fault;
}

bool is_ours(const char* file) {
  const std::scoped_lock lock(plan.mutex);
  return file != nullptr && !plan.under.empty() && std::string(file).starts_with(plan.under);
}

// What a write or truncation since the last fsync has destroyed.
struct Undo {
  sqlite3_int64 size = 0;
  sqlite3_int64 at = 0;
  std::vector<char> bytes;
};

struct File {
  sqlite3_file base;
  bool ours;
  std::vector<Undo>* undo;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return file_of(file).real(); }
const sqlite3_io_methods& methods_of(sqlite3_file* file) { return *real_of(file)->pMethods; }

Fault next(sqlite3_file* file, Call call) { return file_of(file).ours ? next(call) : Fault::none; }

void remember(sqlite3_file* file, sqlite3_int64 at, sqlite3_int64 bytes) {
  File& f = file_of(file);
  if (!f.ours) return;
  Undo undo{.at = at, .bytes = {}};
  methods_of(file).xFileSize(f.real(), &undo.size);
  const sqlite3_int64 there = std::min(bytes, undo.size - at);
  if (there > 0) {
    undo.bytes.resize(static_cast<std::size_t>(there));
    methods_of(file).xRead(f.real(), undo.bytes.data(), static_cast<int>(there), at);
  }
  f.undo->push_back(std::move(undo));
}

void drop_unsynced(sqlite3_file* file) {
  File& f = file_of(file);
  for (auto undo = f.undo->rbegin(); undo != f.undo->rend(); ++undo) {
    if (!undo->bytes.empty()) {
      methods_of(file).xWrite(f.real(), undo->bytes.data(), static_cast<int>(undo->bytes.size()),
                              undo->at);
    }
    methods_of(file).xTruncate(f.real(), undo->size);
  }
  f.undo->clear();
}

int close_file(sqlite3_file* file) {
  next(file, Call::close);  // closing cannot fail in a way that anybody could act on
  File& f = file_of(file);
  const int closed = methods_of(file).xClose(f.real());
  delete f.undo;
  return closed;
}

int read_file(sqlite3_file* file, void* to, int bytes, sqlite3_int64 at) {
  if (next(file, Call::read) != Fault::none) return SQLITE_IOERR_READ;
  return methods_of(file).xRead(real_of(file), to, bytes, at);
}

// Where a bit of this write is to be flipped.
std::optional<std::size_t> find_flip(sqlite3_file* file, std::string_view written) {
  const std::scoped_lock lock(plan.mutex);
  if (!file_of(file).ours || plan.flip_in.empty()) return std::nullopt;
  const std::size_t at = written.find(plan.flip_in);
  if (at == std::string_view::npos) return std::nullopt;
  plan.flip_in.clear();
  ++plan.failures;
  return at;
}

int write_file(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 at) {
  const Fault fault = next(file, Call::write);
  if (fault == Fault::io_error) return SQLITE_IOERR_WRITE;
  if (fault == Fault::no_space) return SQLITE_FULL;
  remember(file, at, bytes);
  std::string written(static_cast<const char*>(from), static_cast<std::size_t>(bytes));
  if (const auto flip = find_flip(file, written)) written[*flip] ^= 1;
  if (fault == Fault::none)
    return methods_of(file).xWrite(real_of(file), written.data(), bytes, at);
  methods_of(file).xWrite(real_of(file), from, bytes / 2, at);
  if (fault == Fault::torn_kill) ::kill(::getpid(), SIGKILL);
  return SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (next(file, Call::truncate) != Fault::none) return SQLITE_IOERR_TRUNCATE;
  sqlite3_int64 now = 0;
  methods_of(file).xFileSize(real_of(file), &now);
  remember(file, size, std::max<sqlite3_int64>(now - size, 0));
  return methods_of(file).xTruncate(real_of(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  const Fault fault = next(file, Call::sync);
  if (fault == Fault::sync_drops) drop_unsynced(file);
  if (fault != Fault::none) return SQLITE_IOERR_FSYNC;
  const int synced = methods_of(file).xSync(real_of(file), flags);
  if (synced == SQLITE_OK && file_of(file).ours) file_of(file).undo->clear();
  return synced;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  if (next(file, Call::other) != Fault::none) return SQLITE_IOERR_FSTAT;
  return methods_of(file).xFileSize(real_of(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  if (next(file, Call::other) != Fault::none) return SQLITE_IOERR_LOCK;
  return methods_of(file).xLock(real_of(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return methods_of(file).xUnlock(real_of(file), level);
}

int check_reserved(sqlite3_file* file, int* result) {
  return methods_of(file).xCheckReservedLock(real_of(file), result);
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  return methods_of(file).xFileControl(real_of(file), operation, argument);
}

int sector_size(sqlite3_file* file) { return methods_of(file).xSectorSize(real_of(file)); }

int device_characteristics(sqlite3_file* file) {
  return methods_of(file).xDeviceCharacteristics(real_of(file));
}

int map_shared(sqlite3_file* file, int page, int bytes, int extend, void volatile** to) {
  if (next(file, Call::other) != Fault::none) return SQLITE_IOERR_SHMMAP;
  return methods_of(file).xShmMap(real_of(file), page, bytes, extend, to);
}

int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  // Letting go of a lock in memory does not fail.
  const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
  if (next(file, Call::other) != Fault::none && locks) return SQLITE_IOERR_SHMLOCK;
  return methods_of(file).xShmLock(real_of(file), offset, count, flags);
}

void barrier_shared(sqlite3_file* file) { methods_of(file).xShmBarrier(real_of(file)); }

int unmap_shared(sqlite3_file* file, int remove) {
  return methods_of(file).xShmUnmap(real_of(file), remove);
}

const sqlite3_io_methods methods = {2,
                                    close_file,
                                    read_file,
                                    write_file,
                                    truncate_file,
                                    sync_file,
                                    size_of_file,
                                    lock_file,
                                    unlock_file,
                                    check_reserved,
                                    control_file,
                                    sector_size,
                                    device_characteristics,
                                    map_shared,
                                    lock_shared,
                                    barrier_shared,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

sqlite3_vfs* system_vfs = nullptr;
sqlite3_vfs faulty_vfs;

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out) {
  File& f = file_of(file);
  f.base.pMethods = nullptr;
  f.ours = is_ours(path);
  if (f.ours && next(Call::open) != Fault::none) return SQLITE_CANTOPEN;
  const int opened = system_vfs->xOpen(system_vfs, path, f.real(), flags, out);
  if (f.real()->pMethods == nullptr) return opened;
  f.undo = new std::vector<Undo>();
  f.base.pMethods = &methods;
  return opened;
}

int delete_file(sqlite3_vfs*, const char* path, int sync) {
  if (is_ours(path) && next(Call::other) != Fault::none) return SQLITE_IOERR_DELETE;
  return system_vfs->xDelete(system_vfs, path, sync);
}

int access_file(sqlite3_vfs*, const char* path, int flags, int* result) {
  if (is_ours(path) && next(Call::other) != Fault::none) return SQLITE_IOERR_ACCESS;
  return system_vfs->xAccess(system_vfs, path, flags, result);
}

}  // namespace

std::string_view name(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "none";
    case Fault::kill:
      return "kill";
    case Fault::torn_kill:
      return "torn_kill";
    case Fault::io_error:
      return "io_error";
    case Fault::no_space:
      return "no_space";
    case Fault::short_write:
      return "short_write";
    case Fault::sync_fails:
      return "sync_fails";
    case Fault::sync_drops:
      return "sync_drops";
  }
  return "unknown";
}

FaultyDisk::FaultyDisk(const std::filesystem::path& under) {
  heal();
  {
    const std::scoped_lock lock(plan.mutex);
    plan.under = under.string();
    plan.calls = plan.failures = 0;
  }
  system_vfs = sqlite3_vfs_find(nullptr);
  faulty_vfs = *system_vfs;
  faulty_vfs.zName = "faulty";
  faulty_vfs.szOsFile = static_cast<int>(sizeof(File)) + system_vfs->szOsFile;
  faulty_vfs.xOpen = open_file;
  faulty_vfs.xDelete = delete_file;
  faulty_vfs.xAccess = access_file;
  sqlite3_vfs_register(&faulty_vfs, 1);
}

FaultyDisk::~FaultyDisk() {
  heal();
  sqlite3_vfs_unregister(&faulty_vfs);
  sqlite3_vfs_register(system_vfs, 1);
  const std::scoped_lock lock(plan.mutex);
  plan.under.clear();
}

void FaultyDisk::fail_at(std::uint64_t call, Fault fault, Lasting lasting) {
  const std::scoped_lock lock(plan.mutex);
  plan.at = call;
  plan.fault = fault;
  plan.lasting = lasting;
}

void FaultyDisk::flip_in(std::string_view text) {
  const std::scoped_lock lock(plan.mutex);
  plan.flip_in = text;
}

void FaultyDisk::heal() {
  const std::scoped_lock lock(plan.mutex);
  plan.fault = Fault::none;
  plan.flip_in.clear();
}

std::uint64_t FaultyDisk::calls() const {
  const std::scoped_lock lock(plan.mutex);
  return plan.calls;
}

std::uint64_t FaultyDisk::failures() const {
  const std::scoped_lock lock(plan.mutex);
  return plan.failures;
}

}  // namespace entente::tests
