#pragma once
// A customer and the customer's assistant, with a store of their own. One task is one case.
//
//     ENTENTE_LET(shopper, Shopper::make("keep/shopper/ethan_kim_8860", brand));
//     TaskResult result = shopper.run(task, "ethan.kim3231@example.com", office);

#include <entente/assistant.h>

#include "back_office.h"
#include "brand.h"
#include "result.h"

namespace retail {

// The customer: lets the assistant agree to what was asked for, and to nothing else.
class Customer final : public entente::Principal {
 public:
  Customer();
  const entente::PublicKey& public_key() const override { return key_.public_key(); }
  std::optional<entente::Signature> approve(std::string_view, entente::ByteView) override {
    return std::nullopt;
  }
  Result<entente::Signature> sign_mandate(entente::ByteView to_sign) override {
    return key_.sign(to_sign);
  }
  // All that a task asks for happens in the shop's data, at once.
  bool has_happened(std::string_view) override { return true; }

 private:
  entente::KeyPair key_;
};

class Shopper {
 public:
  Shopper(std::filesystem::path store, const Brand& brand, entente::BrandConnection& connection);

  // Every failure is in the result.
  TaskResult run(const Task& task, const std::string& email);

 private:
  Status negotiate(const Task& task, const std::string& email, TaskResult& result);
  Result<entente::Ending> finish(entente::Assistant& assistant, const entente::CaseId& case_id,
                                 bool wants_person) const;

  std::filesystem::path store_;
  const Brand& brand_;
  entente::BrandConnection& connection_;
  Customer customer_;
  entente::KeyPair key_;
};

// The id in hex that a result names.
Result<entente::CaseId> to_case_id(const std::string& hex);

}  // namespace retail
