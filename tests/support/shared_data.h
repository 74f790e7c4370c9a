#pragma once
// Where the optional test data lies: the folder named by ENTENTE_SHARED, or ../shared beside the
// sources. It is not part of the repository; a test that needs it says so and passes by.
//
//     const auto folder = find_shared("vectors/jcs");
//     if (!folder) return;
//
// Needs ENTENTE_SOURCE_DIR, which entente_unit_tests defines.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>

namespace entente::tests {

inline std::filesystem::path shared_folder() {
  const char* named = std::getenv("ENTENTE_SHARED");
  if (named && *named) return named;
  return std::filesystem::path(ENTENTE_SOURCE_DIR) / ".." / "shared";
}

// Prints a "skipped:" line and gives nothing if it is not there.
inline std::optional<std::filesystem::path> find_shared(const std::string& name) {
  const auto path = shared_folder() / name;
  if (std::filesystem::exists(path)) return path;
  std::cerr << "skipped: no " << path.string() << " (set ENTENTE_SHARED)\n";
  return std::nullopt;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace entente::tests
