#pragma once
// The shop behind Entente: every case gets a fresh copy of the data when it first asks, and what
// was agreed in it is carried out on that copy.

#include <entente/agent/back_office.h>

#include <map>
#include <mutex>

#include "shop.h"
#include "shop_data.h"

namespace retail {

class RetailBackOffice final : public entente::BackOffice {
 public:
  explicit RetailBackOffice(const ShopData& data) : data_(data) {}

  Result<std::vector<entente::Fact>> facts(const entente::FactsQuery& query) override;
  entente::Performance execute(const entente::Order& order) override;
  entente::Performance lookup(const entente::Digest& key) override;
  std::optional<std::string> find_account(const entente::AccountProof& proof) override;

  // The copy of a case that is over; a case that never touched the shop has a fresh one.
  Result<Shop> take(const entente::CaseId& case_id);

 private:
  struct Copy {
    std::mutex mutex;
    std::optional<Shop> shop;
  };
  Result<std::shared_ptr<Copy>> copy_of(const entente::CaseId& case_id);

  const ShopData& data_;
  std::mutex mutex_;
  std::map<entente::CaseId, std::shared_ptr<Copy>> copies_;
  std::map<entente::Digest, entente::CaseId> case_by_key_;
};

}  // namespace retail
