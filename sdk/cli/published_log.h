#pragma once
// A directory with a log as tiles and nothing beside them: what any log of this kind publishes, or
// a mirror took from a web server.

#include <entente/audit/tiled_log.h>

#include <filesystem>

namespace entente::cli {

// A checkpoint and tiles, and neither a store nor an export of ours.
bool is_published_log(const std::filesystem::path& directory);

class TileDirectory final : public TileReader {
 public:
  explicit TileDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {}
  Result<Bytes> read(const std::string& path) const override;

 private:
  std::filesystem::path directory_;
};

}  // namespace entente::cli
