#include "model.h"

#include <algorithm>
#include <map>

#include "call.h"

namespace retail {
namespace {

std::int64_t cents_of(const Json& object, const char* key) {
  return to_cents(object.value(key, Json()));
}

const Json* find_variant(const Documents& documents, const std::string& item_id) {
  for (const auto& [product_id, product] : documents.products.items()) {
    const auto variants = product.find("variants");
    if (variants == product.end()) continue;
    const auto found = variants->find(item_id);
    if (found != variants->end()) return &*found;
  }
  return nullptr;
}

std::string product_of(const Documents& documents, const std::string& item_id) {
  for (const auto& [product_id, product] : documents.products.items()) {
    if (product.at("variants").contains(item_id)) return product_id;
  }
  return {};
}

// How often each item is named may not exceed how often the order holds it.
bool holds_all(const Json& order, const std::vector<std::string>& wanted) {
  std::map<std::string, int> held;
  for (const Json& item : order.at("items")) ++held[text_of(item, "item_id")];
  return std::ranges::all_of(wanted, [&](const std::string& id) { return --held[id] >= 0; });
}

bool is_exchange_call(const std::string& name) {
  return name == "modify_pending_order_items" || name == "exchange_delivered_order_items";
}

}  // namespace

Model::Model(const Documents& documents, std::string customer)
    : documents_(documents), customer_(std::move(customer)) {}

const Json* Model::find_order(const std::string& order_id) const {
  const auto changed = changed_orders_.find(order_id);
  if (changed != changed_orders_.end()) return &changed->second;
  const auto found = documents_.orders.find(order_id);
  return found == documents_.orders.end() ? nullptr : &*found;
}

Json& Model::order(const std::string& order_id) {
  return changed_orders_.try_emplace(order_id, *find_order(order_id)).first->second;
}

const Json& Model::user() const {
  const auto changed = changed_users_.find(customer_);
  return changed != changed_users_.end() ? changed->second : documents_.users.at(customer_);
}

Json& Model::user_to_change() {
  return changed_users_.try_emplace(customer_, user()).first->second;
}

std::string Model::forbids_payment(const Json& order, const std::string& method) const {
  const Json& history = order.at("payment_history");
  if (history.size() != 1) return "already_paid_twice";
  if (text_of(history[0], "payment_method_id") == method) return "same_payment_method";
  const Json& means = user().at("payment_methods").at(method);
  if (text_of(means, "source") == "gift_card" &&
      cents_of(means, "balance") < cents_of(history[0], "amount")) {
    return "gift_card_too_small";
  }
  return {};
}

std::int64_t Model::difference(const Json& order, const Json& kwargs) const {
  std::int64_t cents = 0;
  for (const std::string& id : texts_of(kwargs, "new_item_ids")) {
    cents += cents_of(*find_variant(documents_, id), "price");
  }
  for (const std::string& id : texts_of(kwargs, "item_ids")) {
    for (const Json& item : order.at("items")) {
      if (text_of(item, "item_id") != id) continue;
      cents -= cents_of(item, "price");
      break;
    }
  }
  return cents;
}

std::string Model::forbids_swap(const Json& order, const Json& kwargs) const {
  const auto old_ids = texts_of(kwargs, "item_ids");
  const auto new_ids = texts_of(kwargs, "new_item_ids");
  if (old_ids.size() != new_ids.size()) return "items_do_not_pair";
  bool other_product = false;
  bool unavailable = false;
  for (std::size_t i = 0; i < new_ids.size(); ++i) {
    const Json* variant = find_variant(documents_, new_ids[i]);
    const auto item = std::ranges::find_if(order.at("items"), [&](const Json& candidate) {
      return text_of(candidate, "item_id") == old_ids[i];
    });
    const std::string product = text_of(*item, "product_id");
    other_product |= variant == nullptr || product_of(documents_, new_ids[i]) != product;
    unavailable |= variant == nullptr || !variant->value("available", false);
  }
  if (other_product) return "other_product";
  return unavailable ? "variant_not_available" : "";
}

std::string Model::forbids_items(const Json& order, const Json& kwargs) const {
  if (!holds_all(order, texts_of(kwargs, "item_ids"))) return "items_not_in_order";
  const bool swaps = kwargs.contains("new_item_ids");
  if (swaps) {
    const std::string reason = forbids_swap(order, kwargs);
    if (!reason.empty()) return reason;
  }
  const std::string method = text_of(kwargs, "payment_method_id");
  const Json& methods = user().at("payment_methods");
  if (!methods.contains(method)) return "not_your_payment_method";
  const Json& means = methods.at(method);
  const bool gift_card = text_of(means, "source") == "gift_card";
  if (swaps) {
    const bool covered = !gift_card || difference(order, kwargs) <= cents_of(means, "balance");
    return covered ? "" : "gift_card_too_small";
  }
  const Json& first = order.at("payment_history").at(0);
  const bool allowed = gift_card || text_of(first, "payment_method_id") == method;
  return allowed ? "" : "refund_method_not_allowed";
}

std::string Model::forbids(const Action& action) const {
  const Json& kwargs = action.kwargs;
  if (action.name == "modify_user_address") {
    return text_of(kwargs, "user_id") == customer_ ? "" : "not_your_account";
  }
  const Json* order = find_order(text_of(kwargs, "order_id"));
  if (order == nullptr || text_of(*order, "user_id") != customer_) return "not_your_order";
  const std::string status = text_of(*order, "status");
  if (action.name.ends_with("delivered_order_items")) {
    if (status != "delivered") return "order_not_delivered";
    return forbids_items(*order, kwargs);
  }
  if (status != "pending") return "order_not_pending";
  if (action.name == "cancel_pending_order") {
    const std::string reason = text_of(kwargs, "reason");
    const bool known = reason == "no longer needed" || reason == "ordered by mistake";
    return known ? "" : "reason_not_accepted";
  }
  if (action.name == "modify_pending_order_payment") {
    const std::string method = text_of(kwargs, "payment_method_id");
    if (!user().at("payment_methods").contains(method)) return "not_your_payment_method";
    return forbids_payment(*order, method);
  }
  return action.name == "modify_pending_order_items" ? forbids_items(*order, kwargs) : "";
}

// Takes from a gift card, or gives back with a negative sum; other means keep no balance.
void Model::pay(const std::string& method, std::int64_t cents) {
  Json& means = user_to_change().at("payment_methods").at(method);
  if (text_of(means, "source") != "gift_card") return;
  means["balance"] = static_cast<double>(cents_of(means, "balance") - cents) / 100;
}

namespace {

Json entry(const char* kind, std::int64_t cents, const std::string& method) {
  return {{"transaction_type", kind},
          {"amount", static_cast<double>(cents) / 100},
          {"payment_method_id", method}};
}

// What each means has put into an order, first come first.
std::vector<std::pair<std::string, std::int64_t>> paid_by(const Json& order) {
  std::vector<std::pair<std::string, std::int64_t>> sums;
  for (const Json& one : order.at("payment_history")) {
    const std::string method = text_of(one, "payment_method_id");
    auto sum = std::ranges::find(sums, method, &std::pair<std::string, std::int64_t>::first);
    if (sum == sums.end()) sum = sums.insert(sums.end(), {method, 0});
    const bool in = text_of(one, "transaction_type") == "payment";
    sum->second += in ? cents_of(one, "amount") : -cents_of(one, "amount");
  }
  return sums;
}

Json address_in(const Json& kwargs) {
  Json address;
  for (const char* key : address_keys) address[key] = text_of(kwargs, key);
  return address;
}

}  // namespace

void Model::apply_items(const Json& kwargs, Json& changed) {
  const std::int64_t cents = difference(changed, kwargs);
  const auto old_ids = texts_of(kwargs, "item_ids");
  const auto new_ids = texts_of(kwargs, "new_item_ids");
  // Each old item is taken once, even if an earlier one turned into the same variant.
  std::vector<Json*> taken;
  for (std::size_t i = 0; i < old_ids.size(); ++i) {
    for (Json& item : changed.at("items")) {
      const bool used = std::ranges::find(taken, &item) != taken.end();
      if (used || text_of(item, "item_id") != old_ids[i]) continue;
      taken.push_back(&item);
      break;
    }
  }
  for (std::size_t i = 0; i < taken.size(); ++i) {
    (*taken[i])["item_id"] = new_ids[i];
    (*taken[i])["price"] = find_variant(documents_, new_ids[i])->at("price");
  }
  changed["status"] = "pending (item modified)";
  const std::string method = text_of(kwargs, "payment_method_id");
  const char* kind = cents > 0 ? "payment" : "refund";
  changed["payment_history"].push_back(entry(kind, std::abs(cents), method));
  pay(method, cents);
}

void Model::apply(const Action& action) {
  const Json& kwargs = action.kwargs;
  if (action.name == "modify_user_address") {
    user_to_change()["address"] = address_in(kwargs);
    return;
  }
  Json& changed = order(text_of(kwargs, "order_id"));
  const std::string method = text_of(kwargs, "payment_method_id");
  if (action.name == "cancel_pending_order") {
    changed["status"] = "cancelled";
    changed["cancel_reason"] = text_of(kwargs, "reason");
    for (const auto& [from, cents] : paid_by(changed)) {
      if (cents <= 0) continue;
      changed["payment_history"].push_back(entry("refund", cents, from));
      pay(from, -cents);
    }
  } else if (action.name == "modify_pending_order_address") {
    changed["address"] = address_in(kwargs);
  } else if (action.name == "modify_pending_order_payment") {
    const std::int64_t cents = cents_of(changed.at("payment_history").at(0), "amount");
    const std::string before = text_of(changed.at("payment_history").at(0), "payment_method_id");
    changed["payment_history"].push_back(entry("payment", cents, method));
    changed["payment_history"].push_back(entry("refund", cents, before));
    pay(method, cents);
    pay(before, -cents);
  } else if (action.name == "modify_pending_order_items") {
    apply_items(kwargs, changed);
  } else {
    const bool exchanges = is_exchange_call(action.name);
    changed["status"] = exchanges ? "exchange requested" : "return requested";
    changed["request"] = kwargs;
    changed["request_difference"] = exchanges ? difference(changed, kwargs) : 0;
  }
}

}  // namespace retail
