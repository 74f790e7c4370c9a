#include <entente/store/durable.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace entente {
namespace fs = std::filesystem;

namespace {

std::unexpected<Error> cannot_write(const fs::path& file) {
  return fail(ErrorCode::store_failed,
              "cannot write " + file.string() + ": " + std::strerror(errno));
}

Status write_and_close(int descriptor, const fs::path& file, ByteView bytes) {
  const bool written = write_all(descriptor, bytes) && ::fsync(descriptor) == 0;
  Status done = written ? Status() : cannot_write(file);
  ::close(descriptor);
  return done;
}

}  // namespace

Status write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(ErrorCode::store_failed, std::strerror(errno));
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status sync_path(const fs::path& path) {
  const int descriptor = ::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_write(path);
  Status synced = ::fsync(descriptor) == 0 ? Status() : cannot_write(path);
  ::close(descriptor);
  return synced;
}

Status write_new_file(const fs::path& file, ByteView bytes, mode_t mode) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) {
    return fail(ErrorCode::file_invalid,
                "cannot create " + file.string() + ": " + std::strerror(errno));
  }
  return write_and_close(descriptor, file, bytes);
}

Status replace_file(const fs::path& file, ByteView bytes, mode_t mode) {
  fs::path draft = file;
  draft += ".new";
  std::error_code error;
  fs::remove(draft, error);
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return cannot_write(draft);
  Status done = write_and_close(descriptor, draft, bytes);
  if (done && ::rename(draft.c_str(), file.c_str()) != 0) done = cannot_write(file);
  if (done) return sync_path(file.parent_path());
  fs::remove(draft, error);  // half a key is still a secret
  return done;
}

}  // namespace entente
