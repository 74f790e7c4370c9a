#include <entente/agent/erase_order.h>
#include <entente/core/limits.h>

#include "order_file.h"

namespace entente {
namespace {

Result<Digest> digest_at(const Json& json, std::string_view key) {
  ENTENTE_LET(hex, json.get_text(key));
  ENTENTE_LET(bytes, from_hex(hex));
  return to_digest(bytes);
}

Json to_value(const ErasureRecord& erasure) {
  Json classes = Json::array();
  for (const std::string& each : erasure.classes) classes.push(each);
  return Json::object({{"case", to_hex(erasure.case_id)},
                       {"classes", std::move(classes)},
                       {"reason", erasure.reason},
                       {"authority", erasure.authority},
                       {"at_ms", erasure.at_ms},
                       {"effective_ms", erasure.effective_ms}});
}

Result<ErasureRecord> parse_erasure(const Json& json) {
  ErasureRecord erasure;
  ENTENTE_LET(case_id, digest_at(json, "case"));
  erasure.case_id = case_id;
  ENTENTE_LET(classes, json.get_array("classes"));
  for (const Json& each : classes) {
    if (each.text() == nullptr) return fail(ErrorCode::json_invalid, "classes");
    erasure.classes.push_back(*each.text());
  }
  ENTENTE_LET(reason, json.get_text("reason"));
  ENTENTE_LET(authority, json.get_text("authority"));
  ENTENTE_LET(at_ms, json.get_integer("at_ms", 0, limits::integer_max));
  ENTENTE_LET(effective_ms, json.get_integer("effective_ms", 0, limits::integer_max));
  erasure.reason = reason;
  erasure.authority = authority;
  erasure.at_ms = at_ms;
  erasure.effective_ms = effective_ms;
  const bool bounded = !erasure.classes.empty() && erasure.classes.size() <= erased_classes_max &&
                       authority.size() <= limits::text_bytes_max;
  if (!bounded) return fail(ErrorCode::out_of_range);
  return erasure;
}

Result<EraseOrder> parse_order(const std::string& text) {
  ENTENTE_LET(json, parse_json(text));
  EraseOrder order;
  ENTENTE_LET(id, digest_at(json, "order"));
  order.order = id;
  ENTENTE_LET(notify, json.get_boolean("notify"));
  order.notify = notify;
  ENTENTE_LET(erasures, json.get_array("erasures"));
  for (const Json& each : erasures) {
    ENTENTE_LET(erasure, parse_erasure(each));
    order.erasures.push_back(std::move(erasure));
  }
  return order;
}

Result<EraseOutcome> parse_outcome(const std::string& text) {
  ENTENTE_LET(json, parse_json(text));
  EraseOutcome outcome;
  ENTENTE_LET(id, digest_at(json, "order"));
  outcome.order = id;
  ENTENTE_LET(error, json.get_text("error"));
  outcome.error = error;
  ENTENTE_LET(entries, json.get_array("entries"));
  for (const Json& each : entries) {
    outcome.entries.push_back(static_cast<std::uint64_t>(each.integer().value_or(0)));
  }
  return outcome;
}

std::string outcome_file(const Digest& order) { return "erased." + short_hex(order) + ".json"; }

}  // namespace

Status write_erase_order(const std::filesystem::path& directory, const EraseOrder& order) {
  Json erasures = Json::array();
  for (const ErasureRecord& each : order.erasures) erasures.push(to_value(each));
  return replace_order_file(directory, erase_order_file,
                            Json::object({{"order", to_hex(order.order)},
                                          {"notify", order.notify},
                                          {"erasures", std::move(erasures)}}));
}

std::optional<EraseOrder> take_erase_order(const std::filesystem::path& directory) {
  const auto taken = directory / taken_order_file;
  std::error_code error;
  if (!std::filesystem::exists(taken, error)) {
    std::filesystem::rename(directory / erase_order_file, taken, error);
    if (error) return std::nullopt;
  }
  const auto text = read_order_file(directory, taken_order_file);
  auto order = text ? parse_order(*text) : fail(ErrorCode::file_missing);
  if (order) return std::move(*order);
  std::filesystem::remove(taken, error);
  return std::nullopt;
}

Status write_erase_outcome(const std::filesystem::path& directory, const EraseOutcome& outcome) {
  Json entries = Json::array();
  for (const std::uint64_t entry : outcome.entries) entries.push(entry);
  ENTENTE_TRY(replace_order_file(directory, outcome_file(outcome.order),
                                 Json::object({{"order", to_hex(outcome.order)},
                                               {"entries", std::move(entries)},
                                               {"error", outcome.error}})));
  std::error_code error;
  std::filesystem::remove(directory / taken_order_file, error);
  if (error) return fail(ErrorCode::store_failed, error.message());
  return {};
}

std::optional<EraseOutcome> take_erase_outcome(const std::filesystem::path& directory,
                                               const Digest& order) {
  const auto text = read_order_file(directory, outcome_file(order));
  auto outcome = text ? parse_outcome(*text) : fail(ErrorCode::file_missing);
  if (!outcome || outcome->order != order) return std::nullopt;
  std::error_code error;
  std::filesystem::remove(directory / outcome_file(order), error);
  return std::move(*outcome);
}

}  // namespace entente
