#include "call.h"

#include <entente/core/limits.h>

#include <algorithm>

namespace retail {
namespace {

using entente::OrderChange;
using entente::PartIndex;
using entente::PartTexts;

std::string text_at(const PartTexts& parts, PartIndex index) { return parts.text_or(index, ""); }

// Merges the address of a part into kwargs. False if it is not there.
bool add_address(const PartTexts& parts, PartIndex index, Json& kwargs) {
  const std::string* text = parts.find(index);
  if (text == nullptr) return false;
  const Json address = Json::parse(*text, nullptr, false);
  if (!address.is_object()) return false;
  for (const auto& [key, value] : address.items()) {
    const bool known = std::ranges::find(address_keys, key) != address_keys.end();
    if (!known || !value.is_string()) return false;
    kwargs[key] = value;
  }
  return true;
}

void add_lines(const std::vector<entente::Line>& lines, bool with_new, Json& kwargs) {
  Json old_items = Json::array();
  Json new_items = Json::array();
  for (const entente::Line& line : lines) {
    for (std::uint32_t i = 0; i < line.qty; ++i) {
      if (!line.line.empty()) old_items.push_back(line.line);
      if (!line.replacement.empty()) new_items.push_back(line.replacement);
    }
  }
  kwargs["item_ids"] = std::move(old_items);
  if (with_new) kwargs["new_item_ids"] = std::move(new_items);
}

struct Speller {
  const PartTexts& parts;
  const OrderChange& change;
  Json kwargs;

  std::optional<Call> call(const char* name) const { return Call{name, kwargs}; }

  void add_method() {
    if (change.settlement) {
      kwargs["payment_method_id"] = text_at(parts, change.settlement->method);
    }
  }

  std::optional<Call> operator()(const OrderChange::Cancel& cancel) {
    kwargs["reason"] = to_words(cancel.reason);
    return call("cancel_pending_order");
  }
  std::optional<Call> operator()(const OrderChange::Address& address) {
    if (!add_address(parts, address.part, kwargs)) return std::nullopt;
    return call("modify_pending_order_address");
  }
  std::optional<Call> operator()(const OrderChange::Payment& payment) {
    kwargs["payment_method_id"] = text_at(parts, payment.part);
    return call("modify_pending_order_payment");
  }
  std::optional<Call> operator()(const OrderChange::Items& items) {
    add_lines(items.lines, true, kwargs);
    add_method();
    return call("modify_pending_order_items");
  }
  std::optional<Call> operator()(const OrderChange::Return& back) {
    add_lines(back.lines, false, kwargs);
    add_method();
    return call("return_delivered_order_items");
  }
  std::optional<Call> operator()(const OrderChange::Exchange& exchange) {
    add_lines(exchange.lines, true, kwargs);
    add_method();
    return call("exchange_delivered_order_items");
  }
};

std::optional<Call> call_of_record(const entente::Record& record, const PartTexts& parts) {
  if (record.field != "address") return std::nullopt;
  Json kwargs;
  kwargs["user_id"] = text_at(parts, record.subject);
  if (!add_address(parts, record.value, kwargs)) return std::nullopt;
  return Call{"modify_user_address", std::move(kwargs)};
}

}  // namespace

std::string to_words(std::string code) {
  std::ranges::replace(code, '_', ' ');
  return code;
}

std::string to_code(std::string words) {
  constexpr std::string_view others = "0123456789.:-";
  for (char& c : words) {
    const bool stays = (c >= 'a' && c <= 'z') || others.find(c) != std::string_view::npos;
    if (!stays) c = '_';
  }
  if (words.size() > entente::limits::code_bytes_max) words.resize(entente::limits::code_bytes_max);
  return words.empty() ? "none" : words;
}

std::optional<Call> call_of(const entente::Shape& shape, const PartTexts& parts) {
  if (const auto* record = std::get_if<entente::Record>(&shape)) {
    return call_of_record(*record, parts);
  }
  const auto* change = std::get_if<OrderChange>(&shape);
  if (change == nullptr || parts.find(change->order) == nullptr) return std::nullopt;
  Speller speller{parts, *change, Json::object()};
  speller.kwargs["order_id"] = text_at(parts, change->order);
  return std::visit(speller, change->change);
}

std::optional<Call> call_of(const entente::Claim& claim, const PartTexts& parts) {
  if (claim.desired.size() != 1) return std::nullopt;
  const auto& exactly = claim.desired.front().exactly;
  if (const auto* change = std::get_if<OrderChange>(&exactly)) {
    return call_of(entente::Shape(*change), parts);
  }
  if (const auto* record = std::get_if<entente::Record>(&exactly)) {
    return call_of(entente::Shape(*record), parts);
  }
  return std::nullopt;
}

}  // namespace retail
