#include <entente/store/spool.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace entente {
namespace {

// A record is its length in four bytes, most significant first, and its bytes. A length of zero
// ends the list, and is written with the record before it.
constexpr std::size_t length_bytes = 4;

std::unexpected<Error> failed(const std::string& doing, int error) {
  return fail(ErrorCode::store_failed, doing + " the spool: " + std::strerror(error));
}

Status write_all(int descriptor, ByteView bytes, std::size_t at) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failed("write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    at += static_cast<std::size_t>(wrote);
  }
  if (::fdatasync(descriptor) != 0) return failed("sync", errno);
  return {};
}

Result<Bytes> read_some(int descriptor, std::size_t bytes, std::size_t at) {
  Bytes read(bytes);
  std::size_t got = 0;
  while (got < bytes) {
    const ssize_t more =
        ::pread(descriptor, read.data() + got, bytes - got, static_cast<off_t>(at + got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return failed("read", errno);
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  read.resize(got);
  return read;
}

std::size_t length_in(ByteView bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | bytes[i];
  return length;
}

void append_length(Bytes& to, std::size_t length) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::uint8_t>(length >> shift));
  }
}

}  // namespace

Result<Spool> Spool::open(const std::filesystem::path& file, std::size_t bytes) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed("open", errno);
  Spool spool(descriptor, bytes);
  struct stat now{};
  if (::fstat(descriptor, &now) != 0) return failed("open", errno);
  if (static_cast<std::size_t>(now.st_size) < bytes) {
    const int taken = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
    if (taken != 0) return failed("take room for", taken);
    if (::fsync(descriptor) != 0) return failed("sync", errno);
  }
  ENTENTE_LET(known, spool.records());
  for (const Bytes& record : known) spool.used_ += length_bytes + record.size();
  return spool;
}

Spool::Spool(Spool&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), bytes_(other.bytes_), used_(other.used_) {}

Spool& Spool::operator=(Spool&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  std::swap(used_, other.used_);
  return *this;
}

Spool::~Spool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::size_t Spool::room() const {
  const std::size_t taken = used_ + 2 * length_bytes;
  return taken < bytes_ ? bytes_ - taken : 0;
}

Status Spool::append(ByteView record) {
  if (record.empty() || record.size() > room()) {
    return fail(ErrorCode::store_failed, "the spool has no room for a record");
  }
  Bytes written;
  append_length(written, record.size());
  entente::append(written, record);
  append_length(written, 0);
  ENTENTE_TRY(write_all(descriptor_, written, used_));
  used_ += length_bytes + record.size();
  return {};
}

Result<std::vector<Bytes>> Spool::records() const {
  std::vector<Bytes> found;
  for (std::size_t at = 0; at + length_bytes <= bytes_;) {
    ENTENTE_LET(head, read_some(descriptor_, length_bytes, at));
    const std::size_t length = head.size() == length_bytes ? length_in(head) : 0;
    at += length_bytes;
    if (length == 0 || length > bytes_ - at) break;
    ENTENTE_LET(record, read_some(descriptor_, length, at));
    found.push_back(std::move(record));
    at += length;
  }
  return found;
}

// Whose records they were may have been forgotten while they lay here: nothing of them stays.
Status Spool::clear() {
  ENTENTE_TRY(write_all(descriptor_, Bytes(std::min(used_ + length_bytes, bytes_), 0), 0));
  used_ = 0;
  return {};
}

Status Spool::wipe() { return write_all(descriptor_, Bytes(bytes_ - used_, 0), used_); }

}  // namespace entente
