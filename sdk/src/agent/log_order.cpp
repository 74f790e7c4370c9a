#include <entente/agent/log_order.h>
#include <entente/core/limits.h>

#include <algorithm>
#include <chrono>

#include "order_file.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view order_ending = ".order";
constexpr std::string_view outcome_ending = ".outcome";
constexpr std::size_t order_bytes_max = 4 * 1024 * 1024;
constexpr auto outcome_kept = std::chrono::hours(24);  // for who does not come for it

fs::path orders_of(const fs::path& directory) { return directory / log_orders_directory; }
std::string file_of(const Digest& order, std::string_view ending) {
  return to_hex(order) + std::string(ending);
}

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

Json to_value(const HoldRecord& hold) {
  return Json::object({{"case", to_hex(hold.case_id)},
                       {"hold", to_hex(hold.hold)},
                       {"ended", hold.ended},
                       {"until_ms", hold.until_ms},
                       {"reason", hold.reason},
                       {"by", hold.by},
                       {"at_ms", hold.at_ms}});
}

template <class Record>
Json to_value(const std::vector<Record>& records) {
  Json list = Json::array();
  for (const Record& each : records) list.push(to_value(each));
  return list;
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

Result<HoldRecord> parse_hold(const Json& json) {
  HoldRecord hold;
  ENTENTE_LET(case_id, digest_at(json, "case"));
  ENTENTE_LET(id, digest_at(json, "hold"));
  ENTENTE_LET(ended, json.get_boolean("ended"));
  ENTENTE_LET(until_ms, json.get_integer("until_ms", 0, limits::integer_max));
  ENTENTE_LET(reason, json.get_text("reason"));
  ENTENTE_LET(by, json.get_text("by"));
  ENTENTE_LET(at_ms, json.get_integer("at_ms", 0, limits::integer_max));
  if (by.size() > limits::text_bytes_max) return fail(ErrorCode::out_of_range);
  return HoldRecord{.case_id = case_id,
                    .hold = id,
                    .ended = ended,
                    .until_ms = until_ms,
                    .reason = reason,
                    .by = by,
                    .at_ms = at_ms};
}

template <class Record, class Parse>
Result<std::vector<Record>> parse_records(const Json& json, std::string_view key, Parse parse) {
  ENTENTE_LET(items, json.get_array(key));
  if (items.size() > log_order_records_max) return fail(ErrorCode::too_large);
  std::vector<Record> records;
  for (const Json& each : items) {
    ENTENTE_LET(record, parse(each));
    records.push_back(std::move(record));
  }
  return records;
}

Json to_value(const LogOrder& order) {
  Json json = Json::object({{"order", to_hex(order.id)}});
  if (const auto* erase = std::get_if<EraseOrder>(&order.work)) {
    json.add("notify", erase->notify);
    json.add("erasures", to_value(erase->erasures));
  } else if (const auto* hold = std::get_if<HoldOrder>(&order.work)) {
    json.add("holds", to_value(hold->holds));
  } else if (const auto* epoch = std::get_if<EpochOrder>(&order.work)) {
    json.add("epoch_if_older_ms", epoch->if_older_ms);
  }
  return json;
}

Result<LogOrder> parse_order(const std::string& text) {
  ENTENTE_LET(json, parse_json(text, {.bytes_max = order_bytes_max}));
  LogOrder order;
  ENTENTE_LET(id, digest_at(json, "order"));
  order.id = id;
  if (json.find("erasures") != nullptr) {
    ENTENTE_LET(notify, json.get_boolean("notify"));
    ENTENTE_LET(erasures, parse_records<ErasureRecord>(json, "erasures", parse_erasure));
    order.work = EraseOrder{.erasures = std::move(erasures), .notify = notify};
  } else if (json.find("holds") != nullptr) {
    ENTENTE_LET(holds, parse_records<HoldRecord>(json, "holds", parse_hold));
    order.work = HoldOrder{.holds = std::move(holds)};
  } else {
    ENTENTE_LET(ms, json.get_integer("epoch_if_older_ms", 0, limits::integer_max));
    order.work = EpochOrder{.if_older_ms = ms};
  }
  return order;
}

Result<LogOrderOutcome> parse_outcome(const std::string& text) {
  ENTENTE_LET(json, parse_json(text));
  LogOrderOutcome outcome;
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

std::size_t records_in(const LogOrder& order) {
  if (const auto* erase = std::get_if<EraseOrder>(&order.work)) return erase->erasures.size();
  if (const auto* hold = std::get_if<HoldOrder>(&order.work)) return hold->holds.size();
  return 0;
}

// What lies there of an order: its name is its id.
std::optional<Digest> id_of(const fs::path& file, std::string_view ending) {
  if (file.extension() != ending) return std::nullopt;
  const auto bytes = from_hex(file.stem().string());
  const auto id = bytes ? to_digest(*bytes) : Result<Digest>(std::unexpected(bytes.error()));
  return id ? std::optional(*id) : std::nullopt;
}

struct Waiting {
  fs::file_time_type since;
  Digest id;
  auto operator<=>(const Waiting&) const = default;
};

// In the order in which they are served. Outcomes that nobody came for are removed.
std::vector<Waiting> waiting_in(const fs::path& orders) {
  std::vector<Waiting> waiting;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (const auto& item : fs::directory_iterator(orders, error)) {
    const auto since = fs::last_write_time(item.path(), error);
    if (error) continue;
    if (const auto id = id_of(item.path(), order_ending)) waiting.push_back({since, *id});
    const bool is_old = id_of(item.path(), outcome_ending) && since + outcome_kept < now;
    if (is_old) fs::remove(item.path(), error);
  }
  std::ranges::sort(waiting);
  return waiting;
}

}  // namespace

Status write_log_order(const fs::path& directory, const LogOrder& order) {
  if (records_in(order) > log_order_records_max) {
    return fail(ErrorCode::too_large,
                "an order takes " + std::to_string(log_order_records_max) + " cases");
  }
  const fs::path orders = orders_of(directory);
  std::error_code error;
  fs::create_directory(orders, error);
  if (error) return fail(ErrorCode::store_failed, orders.string() + ": " + error.message());
  return replace_order_file(orders, file_of(order.id, order_ending), to_value(order));
}

std::optional<LogOrder> next_log_order(const fs::path& directory) {
  const fs::path orders = orders_of(directory);
  std::error_code error;
  for (const Waiting& each : waiting_in(orders)) {
    const std::string name = file_of(each.id, order_ending);
    if (fs::exists(orders / file_of(each.id, outcome_ending), error)) {
      fs::remove(orders / name, error);  // a crash came between the two
      continue;
    }
    const auto text = read_order_file(orders, name, order_bytes_max);
    auto order = text ? parse_order(*text) : fail(ErrorCode::file_missing);
    if (order && order->id == each.id) return std::move(*order);
    const LogOrderOutcome unread{
        .order = each.id, .entries = {}, .error = "the order cannot be read"};
    [[maybe_unused]] const Status told = write_log_outcome(directory, unread);
  }
  return std::nullopt;
}

Status write_log_outcome(const fs::path& directory, const LogOrderOutcome& outcome) {
  const fs::path orders = orders_of(directory);
  Json entries = Json::array();
  for (const std::uint64_t entry : outcome.entries) entries.push(entry);
  ENTENTE_TRY(replace_order_file(orders, file_of(outcome.order, outcome_ending),
                                 Json::object({{"order", to_hex(outcome.order)},
                                               {"entries", std::move(entries)},
                                               {"error", outcome.error}})));
  std::error_code error;
  fs::remove(orders / file_of(outcome.order, order_ending), error);
  if (error) return fail(ErrorCode::store_failed, error.message());
  return {};
}

std::optional<LogOrderOutcome> take_log_outcome(const fs::path& directory, const Digest& order) {
  const fs::path orders = orders_of(directory);
  const std::string name = file_of(order, outcome_ending);
  const auto text = read_order_file(orders, name);
  auto outcome = text ? parse_outcome(*text) : fail(ErrorCode::file_missing);
  if (!outcome || outcome->order != order) return std::nullopt;
  std::error_code error;
  fs::remove(orders / name, error);
  return std::move(*outcome);
}

}  // namespace entente
