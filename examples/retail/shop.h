#pragma once
// One copy of the shop: what it knows about a request before anything is decided, and the seven
// writes of its back office. The rules that decide are not here: they are the policy file.
//
//     Shop shop(copy);
//     ENTENTE_LET(facts, shop.facts(call, "ethan_kim_8860"));
//     ENTENTE_LET(done, shop.write(call, "ethan_kim_8860", proof));

#include <entente/protocol/facts.h>

#include "call.h"
#include "database.h"

namespace retail {

// What makes a write legitimate, stored beside it in the same transaction.
struct Proof {
  std::string key;     // identity of the write, hex
  std::string accept;  // id of the accept, hex
  int term = 0;
};

struct Written {
  std::string key;
  std::string accept;
  int term = 0;
  std::string call;
  std::string state;
};

class Shop {
 public:
  explicit Shop(Database database) : database_(std::move(database)) {}

  // Every fact the policy declares that exists for this call, as things are now.
  Result<std::vector<entente::Fact>> facts(const Call& call, const std::string& user_id) const;

  // Carries the call out and notes it in entente_writes, in one transaction; a key that is there
  // already changes nothing. Fails with wrong_use if the tables cannot take it: the policy should
  // have refused.
  Status write(const Call& call, const std::string& user_id, const Proof& proof);
  // In the order written.
  Result<std::vector<Written>> writes() const;
  Result<std::optional<Written>> find_write(const std::string& key) const;

  const Database& tables() const { return database_; }

 private:
  Status apply(const Call& call, const std::string& user_id);
  Status cancel(const Json& kwargs, const std::string& user_id);
  Status change_address(const Json& kwargs);
  Status change_user_address(const Json& kwargs, const std::string& user_id);
  Status change_payment(const Json& kwargs, const std::string& user_id);
  Status change_items(const Json& kwargs, const std::string& user_id);
  Status note_request(const Json& kwargs, const char* status);
  Status move_balance(const std::string& user_id, const std::string& method, std::int64_t cents);
  Status add_payment(const std::string& order_id, const char* kind, std::int64_t cents,
                     const std::string& method);
  Status set_status(const std::string& order_id, const char* from, const char* to);

  Database database_;
};

// What an item of an order would become.
struct Swap {
  std::string new_item;
  std::int64_t old_cents = 0;
  std::int64_t new_cents = 0;
  bool same_product = false;
  bool new_available = false;
};

// The lines of the order that `item_ids` name, one each, and what replaces them. Fails with
// not_found if the order does not hold them all.
struct Picked {
  std::vector<std::int64_t> places;
  std::vector<std::int64_t> cents;
  std::vector<std::string> products;
};
Result<Picked> pick_lines(const Database& database, const std::string& order_id,
                          const std::vector<std::string>& item_ids);
Result<std::vector<Swap>> find_swaps(const Database& database, const Picked& picked,
                                     const std::vector<std::string>& new_item_ids);

}  // namespace retail
