#pragma once
// A directory of its own under the system's or the one named, removed when dropped.

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace entente::tests {

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
