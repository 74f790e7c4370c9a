#pragma once
// The back office of one negotiation: the facts of its file, and a table of what was carried out.

#include <entente/agent/back_office.h>

#include <mutex>

#include "case_file.h"
#include "database.h"

namespace retail {

class CaseOffice final : public entente::BackOffice {
 public:
  // Fails with store_failed.
  static Result<std::unique_ptr<CaseOffice>> make(const CaseFile& file);

  Result<std::vector<entente::Fact>> facts(const entente::FactsQuery& query) override;
  entente::Performance execute(const entente::Order& order) override;
  entente::Performance lookup(const entente::Digest& key) override;
  std::optional<std::string> find_account(const entente::AccountProof& proof) override;
  void deliver_code(const entente::AccountProof& proof, std::string_view code) override;

  std::string delivered_code() const;
  // What was carried out, each once, in order.
  Result<std::vector<std::string>> executed() const;

 private:
  CaseOffice(const CaseFile& file, Database table);

  const CaseFile& file_;
  mutable std::mutex mutex_;
  Database table_;
  std::string code_;
};

// "compensation_goodwill EUR 5.00"; a price to pay is negative. Without money the remedy alone.
std::string describe_term(const entente::Term& term);

inline constexpr const char* case_email = "ana@example.com";

}  // namespace retail
