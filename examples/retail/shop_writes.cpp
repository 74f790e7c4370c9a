// The writes of the shop's back office. Each changes what its table names and nothing else.

#include "shop.h"

namespace retail {
namespace {

using entente::ErrorCode;
using entente::fail;

Status impossible(const std::string& what) { return fail(ErrorCode::wrong_use, what); }

std::string order_of(const Json& kwargs) { return text_of(kwargs, "order_id"); }
std::string method_of(const Json& kwargs) { return text_of(kwargs, "payment_method_id"); }

}  // namespace

Status Shop::write(const Call& call, const std::string& user_id, const Proof& proof) {
  ENTENTE_LET(known, find_write(proof.key));
  if (known) return {};
  Transaction transaction(database_);
  ENTENTE_TRY(apply(call, user_id));
  ENTENTE_TRY(database_.change("INSERT INTO entente_writes VALUES (?, ?, ?, ?, 'done')",
                               {proof.key, proof.accept, proof.term, call.spelled()}));
  return transaction.commit();
}

Status Shop::apply(const Call& call, const std::string& user_id) {
  if (call.name == "modify_user_address") return change_user_address(call.kwargs, user_id);
  ENTENTE_LET(mine, database_.query("SELECT 1 FROM orders WHERE order_id = ? AND user_id = ?",
                                    {order_of(call.kwargs), user_id}));
  if (mine.empty()) return impossible("not an order of this account");
  if (call.name == "cancel_pending_order") return cancel(call.kwargs, user_id);
  if (call.name == "modify_pending_order_address") return change_address(call.kwargs);
  if (call.name == "modify_pending_order_payment") return change_payment(call.kwargs, user_id);
  if (call.name == "modify_pending_order_items") return change_items(call.kwargs, user_id);
  if (call.name == "return_delivered_order_items") {
    return note_request(call.kwargs, "return requested");
  }
  if (call.name == "exchange_delivered_order_items") {
    return note_request(call.kwargs, "exchange requested");
  }
  return impossible("no such call: " + call.name);
}

Status Shop::set_status(const std::string& order_id, const char* from, const char* to) {
  ENTENTE_LET(changed,
              database_.change("UPDATE orders SET status = ? WHERE order_id = ? AND status = ?",
                               {to, order_id, from}));
  if (changed != 1) return impossible("the order is not " + std::string(from));
  return {};
}

// Only gift cards have a balance here.
Status Shop::move_balance(const std::string& user_id, const std::string& method,
                          std::int64_t cents) {
  ENTENTE_LET(known, database_.query("SELECT kind, balance FROM methods WHERE user_id = ? AND "
                                     "method_id = ?",
                                     {user_id, method}));
  if (known.empty()) return impossible("not a payment method of this account");
  if (text(known.front()[0]) != "gift_card") return {};
  if (number(known.front()[1]) + cents < 0) return impossible("the gift card is too small");
  ENTENTE_TRY(database_.change(
      "UPDATE methods SET balance = balance + ? WHERE user_id = ? AND method_id = ?",
      {cents, user_id, method}));
  return {};
}

Status Shop::add_payment(const std::string& order_id, const char* kind, std::int64_t cents,
                         const std::string& method) {
  ENTENTE_TRY(database_.change(
      "INSERT INTO payments SELECT ?, COUNT(*), ?, ?, ? FROM payments WHERE order_id = ?",
      {order_id, kind, cents, method, order_id}));
  return {};
}

Status Shop::cancel(const Json& kwargs, const std::string& user_id) {
  const std::string order_id = order_of(kwargs);
  ENTENTE_TRY(set_status(order_id, "pending", "cancelled"));
  ENTENTE_TRY(database_.change("UPDATE orders SET cancel_reason = ? WHERE order_id = ?",
                               {text_of(kwargs, "reason"), order_id}));
  // What was refunded when the payment method was changed is not owed again.
  ENTENTE_LET(paid, database_.query("SELECT method_id, SUM(CASE kind WHEN 'payment' THEN amount "
                                    "ELSE -amount END) FROM payments WHERE order_id = ? "
                                    "GROUP BY method_id ORDER BY MIN(place)",
                                    {order_id}));
  for (const Row& method : paid) {
    if (number(method[1]) <= 0) continue;
    ENTENTE_TRY(add_payment(order_id, "refund", number(method[1]), text(method[0])));
    ENTENTE_TRY(move_balance(user_id, text(method[0]), number(method[1])));
  }
  return {};
}

Status Shop::change_address(const Json& kwargs) {
  const std::string order_id = order_of(kwargs);
  ENTENTE_TRY(set_status(order_id, "pending", "pending"));
  ENTENTE_TRY(database_.change(
      "UPDATE orders SET address1 = ?, address2 = ?, city = ?, "
      "country = ?, state = ?, zip = ? WHERE order_id = ?",
      {text_of(kwargs, "address1"), text_of(kwargs, "address2"), text_of(kwargs, "city"),
       text_of(kwargs, "country"), text_of(kwargs, "state"), text_of(kwargs, "zip"), order_id}));
  return {};
}

Status Shop::change_user_address(const Json& kwargs, const std::string& user_id) {
  if (text_of(kwargs, "user_id") != user_id) return impossible("not this account");
  ENTENTE_TRY(database_.change(
      "UPDATE users SET address1 = ?, address2 = ?, city = ?, "
      "country = ?, state = ?, zip = ? WHERE user_id = ?",
      {text_of(kwargs, "address1"), text_of(kwargs, "address2"), text_of(kwargs, "city"),
       text_of(kwargs, "country"), text_of(kwargs, "state"), text_of(kwargs, "zip"), user_id}));
  return {};
}

// The new method pays, the old one is refunded.
Status Shop::change_payment(const Json& kwargs, const std::string& user_id) {
  const std::string order_id = order_of(kwargs);
  ENTENTE_TRY(set_status(order_id, "pending", "pending"));
  ENTENTE_LET(paid, database_.query("SELECT amount, method_id FROM payments WHERE order_id = ?",
                                    {order_id}));
  if (paid.size() != 1) return impossible("not exactly one payment");
  const std::int64_t cents = number(paid.front()[0]);
  const std::string old_method = text(paid.front()[1]);
  ENTENTE_TRY(add_payment(order_id, "payment", cents, method_of(kwargs)));
  ENTENTE_TRY(add_payment(order_id, "refund", cents, old_method));
  ENTENTE_TRY(move_balance(user_id, method_of(kwargs), -cents));
  return move_balance(user_id, old_method, cents);
}

Status Shop::change_items(const Json& kwargs, const std::string& user_id) {
  const std::string order_id = order_of(kwargs);
  ENTENTE_TRY(set_status(order_id, "pending", "pending (item modified)"));
  ENTENTE_LET(picked, pick_lines(database_, order_id, texts_of(kwargs, "item_ids")));
  const auto new_ids = texts_of(kwargs, "new_item_ids");
  if (new_ids.size() != picked.places.size()) return impossible("the items do not pair");
  ENTENTE_LET(swaps, find_swaps(database_, picked, new_ids));
  std::int64_t to_pay = 0;
  for (std::size_t i = 0; i < swaps.size(); ++i) {
    to_pay += swaps[i].new_cents - swaps[i].old_cents;
    ENTENTE_TRY(database_.change(
        "UPDATE order_items SET item_id = ?, price = ? WHERE order_id = ? AND place = ?",
        {swaps[i].new_item, swaps[i].new_cents, order_id, picked.places[i]}));
  }
  const char* kind = to_pay > 0 ? "payment" : "refund";
  ENTENTE_TRY(add_payment(order_id, kind, std::abs(to_pay), method_of(kwargs)));
  return move_balance(user_id, method_of(kwargs), -to_pay);
}

// A return or an exchange is noted; goods and money move once the goods are back.
Status Shop::note_request(const Json& kwargs, const char* status) {
  const std::string order_id = order_of(kwargs);
  ENTENTE_TRY(set_status(order_id, "delivered", status));
  const auto item_ids = texts_of(kwargs, "item_ids");
  const auto new_ids = texts_of(kwargs, "new_item_ids");
  if (!new_ids.empty() && new_ids.size() != item_ids.size()) {
    return impossible("the items do not pair");
  }
  ENTENTE_LET(picked, pick_lines(database_, order_id, item_ids));
  ENTENTE_LET(swaps, find_swaps(database_, picked, new_ids));
  std::int64_t to_pay = 0;
  for (std::size_t i = 0; i < item_ids.size(); ++i) {
    if (!swaps.empty()) to_pay += swaps[i].new_cents - swaps[i].old_cents;
    ENTENTE_TRY(database_.change(
        "INSERT INTO request_items VALUES (?, ?, ?, ?)",
        {order_id, static_cast<std::int64_t>(i), item_ids[i], new_ids.empty() ? "" : new_ids[i]}));
  }
  ENTENTE_TRY(database_.change(
      "UPDATE orders SET request_method = ?, request_difference = ? WHERE order_id = ?",
      {method_of(kwargs), to_pay, order_id}));
  return {};
}

}  // namespace retail
