#pragma once
// A directory of its own under the system's or the one named, removed when dropped.

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace entente::tests {

// Files in memory, where there is such a place: for a test that kills processes or breaks files so
// often that waiting for a disk would be most of it.
inline std::filesystem::path memory_directory() {
  std::error_code error;
  const std::filesystem::path memory = "/dev/shm";
  constexpr std::uintmax_t enough = 1ULL << 30;
  const auto space = std::filesystem::space(memory, error);
  return !error && space.available >= enough ? memory : std::filesystem::path();
}

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::filesystem::path under = {}) {
    if (under.empty()) under = std::filesystem::temp_directory_path();
    std::string name = (under / "entente-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace entente::tests
