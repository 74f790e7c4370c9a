#pragma once
// A brand with two settled cases of two customers, and what must be found nowhere once the first is
// forgotten.
//
//     ForgetWorld world;                         // a copy of its own: break it as you like
//     const Secrets gone = world.secrets_of(world.first, {"contact"});
//     erase(*world.open(), {{world.wish({"contact"})}});
//     CHECK(gone.found_under(world.brand_store()).empty());

#include <entente/auditor.h>
#include <entente/journal/ledger.h>

#include "durable_shop.h"

namespace entente::tests {

// Bytes with a name each: content, salts, keys, wrapped keys and sealed bytes.
struct Secrets {
  std::map<std::string, std::string> by_name;
  // The names of those that lie in any file under `directory`.
  std::vector<std::string> found_under(const std::filesystem::path& directory) const;
};

class ForgetWorld {
 public:
  ForgetWorld();

  TemporaryDirectory directory{memory_directory()};
  const Brand brand;
  CaseId first, second;
  std::string brand_key;  // vkey of the log

  std::filesystem::path brand_store() const { return directory.path() / "brand"; }
  std::filesystem::path consumer_store(int number) const;
  // The brand's ledger, as an operator's command opens it.
  Result<std::unique_ptr<Ledger>> open();
  // Of the first case, now.
  ErasureRecord wish(std::vector<std::string> classes) const;
  // All that these classes of the case keep in the brand's store.
  Secrets secrets_of(const CaseId& case_id, const std::vector<std::string>& classes) const;
  // The report on these sources, with the brand's key known.
  Report audit(const std::vector<std::filesystem::path>& sources) const;

 private:
  SystemEntropy entropy_;
};

// Meets the brand again, as the next program of that customer does; one customer at a time.
class ReturningCustomer {
 public:
  explicit ReturningCustomer(ForgetWorld& world) : world_(world) {}
  std::unique_ptr<Assistant> meet(std::uint8_t number, BrandConnection& brand);

 private:
  ForgetWorld& world_;
  KettleShop unused_;
  std::optional<Goal> goal_;
  std::optional<Agreeable> principal_;
  std::optional<KeyPair> key_;
};

std::vector<std::string> whole_case();
// A copy of a directory, in place of whatever is there.
void copy_over(const std::filesystem::path& from, const std::filesystem::path& to);
// Sentences of this judgement, sorted, each once.
std::vector<std::string> sentences(const Report& report, Judgement judgement);

}  // namespace entente::tests
