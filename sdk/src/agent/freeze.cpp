#include <entente/agent/freeze.h>
#include <entente/core/limits.h>
#include <entente/crypto/hash.h>

#include "order_file.h"

namespace entente {
namespace {

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
  return replace_order_file(directory, freeze_order_file,
                            Json::object({{"frozen", order.frozen},
                                          {"order", to_hex(order.order)},
                                          {"by", order.by},
                                          {"reason", order.reason},
                                          {"at_ms", order.at_ms}}));
}

std::optional<FreezeRecord> read_freeze_order(const std::filesystem::path& directory) {
  const auto text = read_order_file(directory, freeze_order_file);
  if (!text) return std::nullopt;
  if (auto order = parse_order(*text)) return *order;
  // In doubt about an order to stop, stop.
  return FreezeRecord{.frozen = true,
                      .order = sha256(view(*text)),
                      .by = "entente",
                      .reason = std::string(freeze_order_file) + " cannot be read"};
}

}  // namespace entente
