#include "custody_copy.h"

#include <entente/crypto/hash.h>
#include <entente/store/durable.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Even the time of last access stays as it is, where the file is ours to ask that.
int open_to_read(const fs::path& file) {
  const int quiet = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOATIME);
  if (quiet >= 0 || errno != EPERM) return quiet;
  return ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
}

bool same(const struct stat& one, const struct stat& other) {
  return one.st_size == other.st_size && one.st_mtim.tv_sec == other.st_mtim.tv_sec &&
         one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

// `to` below zero: nowhere.
Result<KeptFile> read_through(const fs::path& file, int to, const BytesRead& progress) {
  const File from(open_to_read(file));
  struct stat before{};
  if (from.get() < 0 || ::fstat(from.get(), &before) != 0) {
    return fail(ErrorCode::file_missing, file.string() + ": " + std::strerror(errno));
  }
  if (!S_ISREG(before.st_mode)) return fail(ErrorCode::file_invalid, file.string());
  Sha256 hash;
  KeptFile read;
  Bytes block(block_bytes);
  for (;;) {
    const ssize_t count = ::read(from.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return fail(ErrorCode::file_missing, file.string() + ": " + std::strerror(errno));
    if (count == 0) break;
    const ByteView bytes(block.data(), static_cast<std::size_t>(count));
    hash.update(bytes);
    if (to >= 0) ENTENTE_TRY(write_all(to, bytes));
    read.bytes += bytes.size();
    if (progress) progress(read.bytes);
  }
  read.digest = hash.finish();
  struct stat after{};
  if (::fstat(from.get(), &after) != 0 || !same(before, after) ||
      read.bytes != static_cast<std::uint64_t>(after.st_size)) {
    return fail(ErrorCode::store_locked, file.string() + " changed while it was read");
  }
  return read;
}

}  // namespace

Result<KeptFile> digest_file(const fs::path& file, const BytesRead& progress) {
  return read_through(file, -1, progress);
}

Result<KeptFile> copy_file(const fs::path& from, const fs::path& to, const BytesRead& progress) {
  const File made(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (made.get() < 0) {
    return fail(ErrorCode::store_failed, to.string() + ": " + std::strerror(errno));
  }
  ENTENTE_LET(read, read_through(from, made.get(), progress));
  if (::fsync(made.get()) != 0) {
    return fail(ErrorCode::store_failed, to.string() + ": " + std::strerror(errno));
  }
  return read;
}

}  // namespace entente
