#include "files.h"

#include <entente/store/durable.h>

#include <fstream>
#include <system_error>

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{64} * 1024 * 1024;
constexpr std::size_t armour_columns = 76;

std::string armour_line(std::string_view edge, std::string_view kind) {
  return "-----" + std::string(edge) + " ENTENTE " + std::string(kind) + "-----\n";
}

}  // namespace

Result<Bytes> read_file(const fs::path& file) {
  std::error_code error;
  if (fs::is_directory(file, error)) {
    return fail(ErrorCode::file_missing, file.string() + " is a directory");
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::file_missing, file.string());
  Bytes bytes;
  std::array<char, 65536> block{};
  while (in.read(block.data(), block.size()) || in.gcount() > 0) {
    append(bytes, std::string_view(block.data(), static_cast<std::size_t>(in.gcount())));
    if (bytes.size() > file_bytes_max) return fail(ErrorCode::too_large, file.string());
  }
  return bytes;
}

Result<std::string> read_text(const fs::path& file) {
  ENTENTE_LET(bytes, read_file(file));
  return to_text(bytes);
}

Status write_file(const fs::path& file, ByteView bytes, Access access) {
  if (file.has_parent_path()) ENTENTE_TRY(make_directory(file.parent_path()));
  return replace_file(file, bytes, access == Access::owner ? 0600 : 0644);
}

Status write_file(const fs::path& file, std::string_view text, Access access) {
  return write_file(file, view(text), access);
}

Status make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return fail(ErrorCode::store_failed, directory.string() + ": " + error.message());
  return {};
}

fs::path beside(const fs::path& file, const fs::path& path) {
  return path.is_absolute() ? path : file.parent_path() / path;
}

Status write_armoured(const fs::path& file, std::string_view kind, ByteView envelope) {
  const std::string base64 = to_base64(envelope);
  std::string text = armour_line("BEGIN", kind);
  for (std::size_t i = 0; i < base64.size(); i += armour_columns) {
    text += base64.substr(i, armour_columns) + "\n";
  }
  return write_file(file, text + armour_line("END", kind));
}

Result<Bytes> read_armoured(const fs::path& file, std::string_view kind) {
  ENTENTE_LET(text, read_text(file));
  const std::string begin = armour_line("BEGIN", kind);
  const std::string end = armour_line("END", kind);
  if (!text.starts_with(begin) || !text.ends_with(end) || text.size() < begin.size() + end.size()) {
    return fail(ErrorCode::file_invalid, file.string() + ": expected " + begin.substr(0, 40));
  }
  std::string base64;
  for (const char c : text.substr(begin.size(), text.size() - begin.size() - end.size())) {
    if (c != '\n') base64 += c;
  }
  auto bytes = from_base64(base64);
  if (!bytes) return fail(ErrorCode::file_invalid, file.string() + ": not base64");
  return std::move(*bytes);
}

}  // namespace entente::cli
