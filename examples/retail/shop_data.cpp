#include "shop_data.h"

#include <algorithm>

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;

constexpr const char* schema = R"sql(
CREATE TABLE users (user_id TEXT PRIMARY KEY, address1 TEXT, address2 TEXT, city TEXT,
                    country TEXT, state TEXT, zip TEXT) WITHOUT ROWID;
CREATE TABLE methods (user_id TEXT, method_id TEXT, kind TEXT, balance INTEGER,
                      PRIMARY KEY (user_id, method_id)) WITHOUT ROWID;
CREATE TABLE variants (item_id TEXT PRIMARY KEY, product_id TEXT, available INTEGER,
                       price INTEGER) WITHOUT ROWID;
CREATE TABLE orders (order_id TEXT PRIMARY KEY, user_id TEXT, status TEXT, address1 TEXT,
                     address2 TEXT, city TEXT, country TEXT, state TEXT, zip TEXT,
                     cancel_reason TEXT DEFAULT '', request_method TEXT DEFAULT '',
                     request_difference INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE TABLE order_items (order_id TEXT, place INTEGER, item_id TEXT, product_id TEXT,
                          price INTEGER, PRIMARY KEY (order_id, place)) WITHOUT ROWID;
CREATE TABLE payments (order_id TEXT, place INTEGER, kind TEXT, amount INTEGER, method_id TEXT,
                       PRIMARY KEY (order_id, place)) WITHOUT ROWID;
CREATE TABLE request_items (order_id TEXT, place INTEGER, item_id TEXT, new_item_id TEXT,
                            PRIMARY KEY (order_id, place)) WITHOUT ROWID;
CREATE TABLE entente_writes (key TEXT PRIMARY KEY, accept TEXT NOT NULL, term INTEGER NOT NULL,
                             call TEXT NOT NULL, state TEXT NOT NULL);
)sql";

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : static_cast<char>(c);
  });
  return text;
}

Status add_user(Database& database, const std::string& user_id, const Json& user) {
  const Json address = user.value("address", Json::object());
  ENTENTE_TRY(database.change("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)",
                              {user_id, text_of(address, "address1"), text_of(address, "address2"),
                               text_of(address, "city"), text_of(address, "country"),
                               text_of(address, "state"), text_of(address, "zip")}));
  const Json methods = user.value("payment_methods", Json::object());
  for (const auto& [method_id, method] : methods.items()) {
    ENTENTE_TRY(database.change("INSERT INTO methods VALUES (?, ?, ?, ?)",
                                {user_id, method_id, text_of(method, "source"),
                                 to_cents(method.value("balance", Json()))}));
  }
  return {};
}

Status add_order_lines(Database& database, const std::string& order_id, const Json& order) {
  std::int64_t place = 0;
  for (const Json& item : order.value("items", Json::array())) {
    ENTENTE_TRY(database.change("INSERT INTO order_items VALUES (?, ?, ?, ?, ?)",
                                {order_id, place++, text_of(item, "item_id"),
                                 text_of(item, "product_id"), to_cents(item.at("price"))}));
  }
  place = 0;
  for (const Json& payment : order.value("payment_history", Json::array())) {
    ENTENTE_TRY(
        database.change("INSERT INTO payments VALUES (?, ?, ?, ?, ?)",
                        {order_id, place++, text_of(payment, "transaction_type"),
                         to_cents(payment.at("amount")), text_of(payment, "payment_method_id")}));
  }
  return {};
}

Status add_order(Database& database, const std::string& order_id, const Json& order) {
  const Json address = order.value("address", Json::object());
  ENTENTE_TRY(database.change(
      "INSERT INTO orders (order_id, user_id, status, address1, address2, city, country, state, "
      "zip) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {order_id, text_of(order, "user_id"), text_of(order, "status"), text_of(address, "address1"),
       text_of(address, "address2"), text_of(address, "city"), text_of(address, "country"),
       text_of(address, "state"), text_of(address, "zip")}));
  return add_order_lines(database, order_id, order);
}

Status add_product(Database& database, const std::string& product_id, const Json& product) {
  const Json variants = product.value("variants", Json::object());
  for (const auto& [item_id, variant] : variants.items()) {
    ENTENTE_TRY(database.change("INSERT INTO variants VALUES (?, ?, ?, ?)",
                                {item_id, product_id, variant.value("available", false) ? 1 : 0,
                                 to_cents(variant.at("price"))}));
  }
  return {};
}

template <class Add>
Status add_all(Database& database, const Json& from, const Add& add) {
  for (const auto& [id, value] : from.items()) ENTENTE_TRY(add(database, id, value));
  return {};
}

Status fill(Database& database, const Json& users, const Json& orders, const Json& products) {
  ENTENTE_TRY(database.run(schema));
  Transaction transaction(database);
  try {
    ENTENTE_TRY(add_all(database, users, add_user));
    ENTENTE_TRY(add_all(database, orders, add_order));
    ENTENTE_TRY(add_all(database, products, add_product));
  } catch (const Json::exception& error) {
    return fail(ErrorCode::json_invalid, error.what());
  }
  return transaction.commit();
}

}  // namespace

Result<ShopData> ShopData::load(const std::filesystem::path& directory) {
  ENTENTE_LET(users, read_json(directory / "users.json"));
  ENTENTE_LET(orders, read_json(directory / "orders.json"));
  ENTENTE_LET(products, read_json(directory / "products.json"));
  ENTENTE_LET(database, Database::make());
  ENTENTE_TRY(fill(database, users, orders, products));
  ShopData data;
  data.image_ = database.image();
  for (const auto& [user_id, user] : users.items()) {
    const std::string email = lower(text_of(user, "email"));
    data.user_by_email_[email] = user_id;
    data.email_by_user_[user_id] = email;
  }
  return data;
}

std::optional<std::string> ShopData::find_user(const std::string& email) const {
  const auto found = user_by_email_.find(lower(email));
  if (found == user_by_email_.end()) return std::nullopt;
  return found->second;
}

std::string ShopData::email_of(const std::string& user_id) const {
  const auto found = email_by_user_.find(user_id);
  return found == email_by_user_.end() ? std::string() : found->second;
}

}  // namespace retail
