// The documents as rows, and the comparison of every row of every table with them.

#include "call.h"
#include "model.h"

namespace retail {
namespace {

void add_address(const Json& document, Row& row) {
  const Json address = document.value("address", Json::object());
  for (const char* key : address_keys) row.emplace_back(text_of(address, key));
}

std::string show(const Row& row) {
  std::string text_of_row;
  for (const Value& value : row) {
    const auto* words = std::get_if<std::string>(&value);
    text_of_row += (text_of_row.empty() ? "" : ", ") +
                   (words == nullptr ? std::to_string(number(value)) : *words);
  }
  return text_of_row.empty() ? "nothing" : text_of_row;
}

using Rows = std::vector<const Row*>;

// Both in the order of the primary key.
std::string describe_difference(const char* table, const std::vector<Row>& found,
                                const Rows& expected) {
  const Row none;
  for (std::size_t i = 0; i < std::max(found.size(), expected.size()); ++i) {
    const Row& is = i < found.size() ? found[i] : none;
    const Row& should_be = i < expected.size() ? *expected[i] : none;
    if (is != should_be) {
      return std::string(table) + ": found " + show(is) + "; expected " + show(should_be);
    }
  }
  return std::string(table) + ": other rows than expected";
}

void append(Rows& to, const std::vector<Row>& rows) {
  for (const Row& row : rows) to.push_back(&row);
}

struct Tables {
  Rows orders, items, payments, requests, users, methods, variants;

  void add(const OrderRows& rows) {
    orders.push_back(&rows.order);
    append(items, rows.items);
    append(payments, rows.payments);
    append(requests, rows.requests);
  }
  void add(const UserRows& rows) {
    users.push_back(&rows.user);
    append(methods, rows.methods);
  }
};

}  // namespace

OrderRows rows_of_order(const std::string& order_id, const Json& order) {
  OrderRows rows;
  const Json request = order.value("request", Json::object());
  rows.order = {order_id, text_of(order, "user_id"), text_of(order, "status")};
  add_address(order, rows.order);
  rows.order.emplace_back(text_of(order, "cancel_reason"));
  rows.order.emplace_back(text_of(request, "payment_method_id"));
  rows.order.emplace_back(order.value("request_difference", std::int64_t{0}));
  std::int64_t place = 0;
  for (const Json& item : order.at("items")) {
    rows.items.push_back({order_id, place++, text_of(item, "item_id"), text_of(item, "product_id"),
                          to_cents(item.at("price"))});
  }
  place = 0;
  for (const Json& one : order.at("payment_history")) {
    rows.payments.push_back({order_id, place++, text_of(one, "transaction_type"),
                             to_cents(one.at("amount")), text_of(one, "payment_method_id")});
  }
  const auto old_ids = texts_of(request, "item_ids");
  const auto new_ids = texts_of(request, "new_item_ids");
  for (std::size_t i = 0; i < old_ids.size(); ++i) {
    rows.requests.push_back({order_id, static_cast<std::int64_t>(i), old_ids[i],
                             i < new_ids.size() ? new_ids[i] : std::string()});
  }
  return rows;
}

UserRows rows_of_user(const std::string& user_id, const Json& user) {
  UserRows rows;
  rows.user = {user_id};
  add_address(user, rows.user);
  const Json methods = user.value("payment_methods", Json::object());
  for (const auto& [method_id, method] : methods.items()) {
    rows.methods.push_back(
        {user_id, method_id, text_of(method, "source"), to_cents(method.value("balance", Json()))});
  }
  return rows;
}

Result<Documents> read_documents(const std::filesystem::path& directory) {
  ENTENTE_LET(users, read_json(directory / "users.json"));
  ENTENTE_LET(orders, read_json(directory / "orders.json"));
  ENTENTE_LET(products, read_json(directory / "products.json"));
  Documents documents{std::move(users), std::move(orders), std::move(products), {}, {}, {}};
  std::map<std::string, Row> variants;
  try {
    for (const auto& [id, order] : documents.orders.items()) {
      documents.order_rows[id] = rows_of_order(id, order);
    }
    for (const auto& [id, user] : documents.users.items()) {
      documents.user_rows[id] = rows_of_user(id, user);
    }
    for (const auto& [product_id, product] : documents.products.items()) {
      for (const auto& [id, variant] : product.at("variants").items()) {
        const std::int64_t available = variant.value("available", false) ? 1 : 0;
        variants[id] = {id, product_id, available, to_cents(variant.at("price"))};
      }
    }
  } catch (const Json::exception& error) {
    return entente::fail(entente::ErrorCode::json_invalid, error.what());
  }
  for (auto& [id, row] : variants) documents.variants.push_back(std::move(row));
  return documents;
}

Result<std::string> Model::compare(const Database& tables) const {
  std::map<std::string, OrderRows> orders;
  std::map<std::string, UserRows> users;
  for (const auto& [id, order] : changed_orders_) orders[id] = rows_of_order(id, order);
  for (const auto& [id, user] : changed_users_) users[id] = rows_of_user(id, user);
  Tables expected;
  for (const auto& [id, unchanged] : documents_.order_rows) {
    const auto changed = orders.find(id);
    expected.add(changed == orders.end() ? unchanged : changed->second);
  }
  for (const auto& [id, unchanged] : documents_.user_rows) {
    const auto changed = users.find(id);
    expected.add(changed == users.end() ? unchanged : changed->second);
  }
  append(expected.variants, documents_.variants);
  const std::pair<const char*, const Rows*> all[] = {
      {"orders", &expected.orders},     {"order_items", &expected.items},
      {"payments", &expected.payments}, {"request_items", &expected.requests},
      {"users", &expected.users},       {"methods", &expected.methods},
      {"variants", &expected.variants},
  };
  for (const auto& [table, rows] : all) {
    const std::string sql = std::string("SELECT * FROM ") + table;
    ENTENTE_LET(same, tables.holds(sql.c_str(), *rows));
    if (same) continue;
    ENTENTE_LET(found, tables.query(sql.c_str()));
    return describe_difference(table, found, *rows);
  }
  return std::string();
}

}  // namespace retail
