#pragma once
// A brand's back office whose answers are timed and counted. Nothing of what is asked or answered
// is looked at but how it went.

#include <entente/agent/back_office.h>

#include "metrics.h"

namespace entente {

// A call that never returns outlives the endpoint: whoever makes one holds this.
class TimedBackOffice final : public BackOffice {
 public:
  TimedBackOffice(BackOffice& office, std::shared_ptr<Metrics> metrics)
      : office_(office), metrics_(std::move(metrics)) {}

  Result<std::vector<Fact>> facts(const FactsQuery& query) override;
  Performance execute(const Order& order) override;
  Performance lookup(const Digest& key) override;
  std::optional<std::string> find_account(const AccountProof& proof) override;
  void deliver_code(const AccountProof& proof, std::string_view code) override;
  void forget(const CaseId& case_id, std::span<const std::string> classes) override;
  bool answers_at_once() const override { return office_.answers_at_once(); }

 private:
  BackOffice& office_;
  std::shared_ptr<Metrics> metrics_;
};

}  // namespace entente
