#pragma once
// A disk that fails when it is told to: a SQLite VFS over the system's, and the default one of this
// process, so that stores are opened exactly as in production. Each storage call on a file under
// the directory counts.
//
//     FaultyDisk disk(directory / "brand");
//     disk.fail_at(17, Fault::no_space, Lasting::until_healed);
//     ...
//     disk.heal();
//
// One at a time; from any thread. Needs faulty_disk.cpp and SQLite.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace entente::tests {

enum class Fault : std::uint8_t {
  none,
  kill,         // SIGKILL before the call
  torn_kill,    // SIGKILL in the middle of a write; at other calls as above
  io_error,     // EIO, whatever the call
  no_space,     // ENOSPC, of the next write
  short_write,  // half of the next write, and an error
  sync_fails,   // of the next fsync; what was written stays readable
  sync_drops    // of the next fsync; what was written since the last one is gone
};
std::string_view name(Fault fault);

enum class Lasting : std::uint8_t { once, until_healed };

class FaultyDisk {
 public:
  explicit FaultyDisk(const std::filesystem::path& under);
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk();

  // The call with this number, or the first one after it that can fail so. Calls are counted
  // from 1.
  void fail_at(std::uint64_t call, Fault fault, Lasting lasting);
  // From the next call on.
  void fail_now(Fault fault, Lasting lasting) { fail_at(calls() + 1, fault, lasting); }
  // One bit of the next write that contains this text is another on the disk, and nobody is told.
  void flip_in(std::string_view text);
  void heal();

  std::uint64_t calls() const;
  std::uint64_t failures() const;
};

}  // namespace entente::tests
