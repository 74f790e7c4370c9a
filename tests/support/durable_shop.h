#pragma once
// What a test needs that kills its own process: a back office whose deeds survive, a policy under
// which one account can be served again and again, and a record of what a customer was promised.
//
// Needs durable_shop.cpp and kettle.cpp.

#include <set>
#include <string>

#include "kettle.h"

namespace entente::tests {

// Does each key once, and remembers it in a file: one line per deed.
class DurableShop final : public BackOffice {
 public:
  explicit DurableShop(const std::filesystem::path& file);
  ~DurableShop() override;

  Result<std::vector<Fact>> facts(const FactsQuery& query) override;
  Performance execute(const Order& order) override;
  Performance lookup(const Digest& key) override;
  std::optional<std::string> find_account(const AccountProof& proof) override;
  void deliver_code(const AccountProof& proof, std::string_view code) override;

 private:
  KettleShop shop_;  // for facts and accounts
  std::mutex mutex_;
  std::set<std::string> done_;
  int descriptor_ = -1;
};

// The kettle's goal and policy with the account known by its address instead of a mailed code, and
// caps that many cases of one customer do not reach.
// Each number has a kettle of its own: one that is being replaced is not replaced again.
std::string knowing_goal(std::size_t number);
std::string lenient(std::string policy);

// Writes "ack <message id>" to the descriptor for each own message of the case that has a verified
// receipt and was not told before. False if nobody reads it.
bool acknowledge(const Case& casefile, std::set<MessageId>& told, int descriptor);

}  // namespace entente::tests
