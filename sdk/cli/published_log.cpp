#include "published_log.h"

#include "files.h"

namespace fs = std::filesystem;

namespace entente::cli {

bool is_published_log(const fs::path& directory) {
  std::error_code error;
  const auto holds = [&](const char* name) { return fs::exists(directory / name, error); };
  return holds("checkpoint") && !holds("manifest.json") && !holds("store.db");
}

Result<Bytes> TileDirectory::read(const std::string& path) const {
  std::error_code error;
  const fs::path file = directory_ / path;
  if (!fs::is_regular_file(file, error)) return fail(ErrorCode::file_missing, path);
  if (fs::file_size(file, error) > bundle_bytes_max) return fail(ErrorCode::too_large, path);
  return read_file(file);
}

}  // namespace entente::cli
