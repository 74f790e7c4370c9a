#include <entente/agent/freeze.h>
#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/text/json.h>
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

Result<FreezeRecord> parse_order(const std::string& text) {
  ENTENTE_LET(json, parse_json(text));
  ENTENTE_LET(frozen, json.get_boolean("frozen"));
  ENTENTE_LET(hex, json.get_text("order"));
  ENTENTE_LET(bytes, from_hex(hex));
  ENTENTE_LET(order, to_digest(bytes));
  ENTENTE_LET(by, json.get_text("by"));
  ENTENTE_LET(reason, json.get_text("reason"));
  ENTENTE_LET(at_ms, json.get_integer("at_ms", 0, limits::integer_max));
  const bool bounded =
      by.size() <= limits::text_bytes_max && reason.size() <= limits::text_bytes_max;
  if (order.is_zero() || !bounded) return fail(ErrorCode::out_of_range);
  return FreezeRecord{.frozen = frozen, .order = order, .by = by, .reason = reason, .at_ms = at_ms};
}

}  // namespace

Status write_freeze_order(const std::filesystem::path& directory, const FreezeRecord& order) {
  const Json json = Json::object({{"frozen", order.frozen},
                                  {"order", to_hex(order.order)},
                                  {"by", order.by},
                                  {"reason", order.reason},
                                  {"at_ms", order.at_ms}});
  const auto file = directory / freeze_order_file;
  const auto draft = directory / (std::string(freeze_order_file) + ".new");
  ENTENTE_TRY(write_durably(draft, to_json(json, JsonStyle::pretty) + "\n"));
  if (::rename(draft.c_str(), file.c_str()) != 0) return cannot_write(file);
  return sync_directory(directory);
}

std::optional<FreezeRecord> read_freeze_order(const std::filesystem::path& directory) {
  std::ifstream in(directory / freeze_order_file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string text(limits::json_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (auto order = parse_order(text)) return *order;
  // In doubt about an order to stop, stop.
  return FreezeRecord{.frozen = true,
                      .order = sha256(view(text)),
                      .by = "entente",
                      .reason = std::string(freeze_order_file) + " cannot be read"};
}

}  // namespace entente
