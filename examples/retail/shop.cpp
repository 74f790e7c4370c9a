#include "shop.h"

#include <algorithm>

namespace retail {
namespace {

using entente::CodeFact;
using entente::CountFact;
using entente::ErrorCode;
using entente::Fact;
using entente::fail;
using entente::Money;
using entente::RefFact;
using entente::Scalar;

Money dollars(std::int64_t cents) { return {"USD", cents, 2}; }

// "pending (item modified)" is the shop's word, "pending_item_modified" the policy's.
std::string status_code(const std::string& status) {
  std::string code;
  for (const char c : status) {
    if (c >= 'a' && c <= 'z') code += c;
    if (c == ' ') code += '_';
  }
  return code;
}

struct FactList {
  std::vector<Fact> facts;
  void add(const char* name, Scalar value) { facts.push_back({name, std::move(value)}); }
};

struct Question {
  const Database& database;
  const Json& kwargs;
  const std::string& user_id;

  std::string order_id() const { return text_of(kwargs, "order_id"); }
  Status add_order(FactList& to) const;
  Status add_method(FactList& to) const;
  Status add_items(FactList& to) const;
};

Status Question::add_order(FactList& to) const {
  ENTENTE_LET(orders, database.query("SELECT status FROM orders WHERE order_id = ? AND user_id = ?",
                                     {order_id(), user_id}));
  to.add("order.mine", !orders.empty());
  // Of somebody else's order nothing is told, not even to the policy.
  if (orders.empty()) return {};
  to.add("order.status", CodeFact{status_code(text(orders.front().front()))});
  ENTENTE_LET(paid, database.query("SELECT method_id, COUNT(*), SUM(CASE kind WHEN 'payment' THEN "
                                   "amount ELSE -amount END) FROM payments WHERE order_id = ? "
                                   "GROUP BY method_id ORDER BY MIN(place)",
                                   {order_id()}));
  std::int64_t entries = 0;
  std::int64_t total = 0;
  std::string original;  // where the money of the order is from
  for (const Row& method : paid) {
    entries += number(method[1]);
    total += number(method[2]);
    if (original.empty() && number(method[2]) > 0) original = text(method[0]);
  }
  to.add("order.payments", CountFact{entries});
  to.add("order.total", dollars(std::max<std::int64_t>(total, 0)));
  if (!original.empty()) to.add("order.original_method", RefFact{original});
  return {};
}

Status Question::add_method(FactList& to) const {
  const std::string method = text_of(kwargs, "payment_method_id");
  if (method.empty()) return {};
  ENTENTE_LET(methods, database.query(
                           "SELECT kind, balance FROM methods WHERE user_id = ? AND method_id = ?",
                           {user_id, method}));
  to.add("method.mine", !methods.empty());
  to.add("method.ref", RefFact{method});
  if (methods.empty()) return {};
  const std::string& kind = text(methods.front()[0]);
  to.add("method.kind", CodeFact{kind});
  if (kind == "gift_card") to.add("method.balance", dollars(number(methods.front()[1])));
  return {};
}

Status Question::add_items(FactList& to) const {
  const auto item_ids = texts_of(kwargs, "item_ids");
  if (item_ids.empty()) return {};
  const auto picked = pick_lines(database, order_id(), item_ids);
  if (!picked && picked.error().code != ErrorCode::not_found) {
    return std::unexpected(picked.error());
  }
  to.add("request.items_in_order", picked.has_value());
  const bool swaps_asked = kwargs.contains("new_item_ids");
  const auto new_ids = texts_of(kwargs, "new_item_ids");
  if (swaps_asked) to.add("request.pairs_match", new_ids.size() == item_ids.size());
  if (!picked || (swaps_asked && new_ids.size() != item_ids.size())) return {};
  std::int64_t to_pay = 0;
  for (const std::int64_t cents : picked->cents) to_pay -= cents;
  if (swaps_asked) {
    ENTENTE_LET(swaps, find_swaps(database, *picked, new_ids));
    entente::Rows rows;
    for (const Swap& swap : swaps) {
      rows.list.push_back(
          {{{"same_product", swap.same_product}, {"new_available", swap.new_available}}});
      to_pay += swap.new_cents;
    }
    to.facts.push_back({"request.swaps", std::move(rows)});
  }
  to.add("price.direction", CodeFact{to_pay > 0 ? "pays" : to_pay < 0 ? "receives" : "even"});
  to.add("price.difference", dollars(std::abs(to_pay)));
  return {};
}

}  // namespace

Result<Picked> pick_lines(const Database& database, const std::string& order_id,
                          const std::vector<std::string>& item_ids) {
  ENTENTE_LET(lines, database.query("SELECT place, item_id, product_id, price FROM order_items "
                                    "WHERE order_id = ? ORDER BY place",
                                    {order_id}));
  Picked picked;
  for (const std::string& item_id : item_ids) {
    const auto line = std::ranges::find_if(lines, [&](const Row& candidate) {
      const bool taken =
          std::ranges::find(picked.places, number(candidate[0])) != picked.places.end();
      return !taken && text(candidate[1]) == item_id;
    });
    if (line == lines.end()) return fail(ErrorCode::not_found, item_id);
    picked.places.push_back(number((*line)[0]));
    picked.products.push_back(text((*line)[2]));
    picked.cents.push_back(number((*line)[3]));
  }
  return picked;
}

Result<std::vector<Swap>> find_swaps(const Database& database, const Picked& picked,
                                     const std::vector<std::string>& new_item_ids) {
  std::vector<Swap> swaps;
  for (std::size_t i = 0; i < new_item_ids.size(); ++i) {
    ENTENTE_LET(variants, database.query("SELECT product_id, available, price FROM variants "
                                         "WHERE item_id = ?",
                                         {new_item_ids[i]}));
    Swap swap{.new_item = new_item_ids[i], .old_cents = picked.cents[i]};
    if (!variants.empty()) {
      swap.same_product = text(variants.front()[0]) == picked.products[i];
      swap.new_available = number(variants.front()[1]) == 1;
      swap.new_cents = number(variants.front()[2]);
    }
    swaps.push_back(std::move(swap));
  }
  return swaps;
}

Result<std::vector<Fact>> Shop::facts(const Call& call, const std::string& user_id) const {
  const Question question{database_, call.kwargs, user_id};
  FactList list;
  if (call.name == "modify_user_address") {
    list.add("request.account_mine", text_of(call.kwargs, "user_id") == user_id);
    return list.facts;
  }
  ENTENTE_TRY(question.add_order(list));
  ENTENTE_TRY(question.add_method(list));
  ENTENTE_TRY(question.add_items(list));
  return list.facts;
}

Result<std::vector<Written>> Shop::writes() const {
  ENTENTE_LET(rows, database_.query("SELECT key, accept, term, call, state FROM entente_writes "
                                    "ORDER BY rowid"));
  std::vector<Written> writes;
  for (const Row& row : rows) {
    writes.push_back(
        {text(row[0]), text(row[1]), static_cast<int>(number(row[2])), text(row[3]), text(row[4])});
  }
  return writes;
}

Result<std::optional<Written>> Shop::find_write(const std::string& key) const {
  ENTENTE_LET(all, writes());
  for (Written& write : all) {
    if (write.key == key) return std::optional(std::move(write));
  }
  return std::optional<Written>();
}

}  // namespace retail
