#pragma once
// The shop's rules a second time, written from its handbook and not from the policy: what each
// request should get, and what the tables should then hold. It works on the JSON documents, so that
// an error in the back office's SQL is not repeated here.
//
//     Model model(documents, "ethan_kim_8860");
//     std::string reason = model.forbids(action);        // "gift_card_too_small", or empty
//     if (reason.empty()) model.apply(action);
//     std::string difference = model.compare(shop.tables());

#include <map>

#include "database.h"
#include "task.h"

namespace retail {

// One order as the tables should hold it.
struct OrderRows {
  Row order;
  std::vector<Row> items;
  std::vector<Row> payments;
  std::vector<Row> requests;
};
OrderRows rows_of_order(const std::string& order_id, const Json& order);
// The customer's own row, and one per means of payment.
struct UserRows {
  Row user;
  std::vector<Row> methods;
};
UserRows rows_of_user(const std::string& user_id, const Json& user);

// The shop's documents as they were delivered, and the rows that they amount to.
struct Documents {
  Json users;
  Json orders;
  Json products;
  std::map<std::string, OrderRows> order_rows;
  std::map<std::string, UserRows> user_rows;
  std::vector<Row> variants;
};
// Fails with file_missing, json_invalid.
Result<Documents> read_documents(const std::filesystem::path& directory);

class Model {
 public:
  // `documents` must outlive it. The customer is the one whom the case is about.
  Model(const Documents& documents, std::string customer);

  // The reason code why the shop must refuse; empty if it must carry it out.
  std::string forbids(const Action& action) const;
  // Requires an action that is not forbidden.
  void apply(const Action& action);
  // The first row that is not as it should be; empty if every row of every table is.
  Result<std::string> compare(const Database& tables) const;

 private:
  const Json* find_order(const std::string& order_id) const;
  Json& order(const std::string& order_id);
  const Json& user() const;
  Json& user_to_change();
  std::string forbids_payment(const Json& order, const std::string& method) const;
  std::string forbids_swap(const Json& order, const Json& kwargs) const;
  std::string forbids_items(const Json& order, const Json& kwargs) const;
  void pay(const std::string& method, std::int64_t cents);
  void apply_items(const Json& kwargs, Json& changed);
  std::int64_t difference(const Json& order, const Json& kwargs) const;

  const Documents& documents_;
  std::string customer_;
  std::map<std::string, Json> changed_orders_;
  std::map<std::string, Json> changed_users_;
};

}  // namespace retail
