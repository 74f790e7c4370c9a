#include "order_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace entente {
namespace {

Status cannot_write(const std::filesystem::path& file) {
  return fail(ErrorCode::store_failed, file.string() + ": " + std::strerror(errno));
}

Status write_durably(const std::filesystem::path& file, const std::string& text) {
  const int descriptor =
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return cannot_write(file);
  const bool written =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(descriptor) == 0;
  const Status failed = written ? Status() : cannot_write(file);
  ::close(descriptor);
  return failed;
}

// A new name is durable once its directory is.
Status sync_directory(const std::filesystem::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return cannot_write(directory);
  const Status synced = ::fsync(descriptor) == 0 ? Status() : cannot_write(directory);
  ::close(descriptor);
  return synced;
}

}  // namespace

Status replace_order_file(const std::filesystem::path& directory, std::string_view name,
                          const Json& json) {
  const auto file = directory / name;
  const auto draft = directory / (std::string(name) + ".new");
  ENTENTE_TRY(write_durably(draft, to_json(json, JsonStyle::pretty) + "\n"));
  if (::rename(draft.c_str(), file.c_str()) != 0) return cannot_write(file);
  return sync_directory(directory);
}

std::optional<std::string> read_order_file(const std::filesystem::path& directory,
                                           std::string_view name, std::size_t bytes_max) {
  std::ifstream in(directory / name, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace entente
