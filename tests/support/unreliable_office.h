#pragma once
// A back office over a real SQLite file that goes wrong in a chosen way at each order, and
// remembers every payment it ever made: a key that was paid twice has two rows.
//
//     UnreliableOffice office(directory / "office.db", plan);    // plan: by order, "K-7"

#include <entente/agent/back_office.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct sqlite3;

namespace entente::tests {

// What the first execute() of a key does. Later ones do what is right.
enum class Execution : std::uint8_t {
  right,
  refuses,         // on record as failed, and says so
  refuses_unsaid,  // on record as failed, and says unknown
  fails_before,    // nothing done, says unknown
  fails_during,    // rolled back half-way, says unknown
  fails_after,     // committed, says unknown
  throws_before,
  throws_after,
  hangs_before,   // nothing done, comes back late
  hangs_after,    // committed, comes back late with done
  commits_late,   // comes back late, and commits just before
  does_half,      // one of two writes, says unknown: a look-up says started
  claims_started  // committed, says started
};
inline constexpr std::size_t execution_count = 13;

// What a look-up answers: the truth, at last or never.
enum class Knowledge : std::uint8_t {
  truth,
  unknown_once,
  unknown_always,
  throws_once,
  throws_always,
  hangs_once
};
inline constexpr std::size_t knowledge_count = 6;

struct Trouble {
  Execution execution = Execution::right;
  Knowledge knowledge = Knowledge::truth;
};

struct OfficeOptions {
  std::function<Trouble(std::string_view order)> plan;  // none: nothing goes wrong
  std::int64_t hang_ms = 3'000;
  // Called at "before", "during" and "after" of a commit, and at "lookup": a place to die.
  std::function<void(std::string_view where, std::string_view order)> at;
};

// Customers prove themselves as "c7@example.com", which is account "cust-7", and own every order.
class UnreliableOffice : public BackOffice {
 public:
  UnreliableOffice(const std::filesystem::path& file, OfficeOptions options);
  ~UnreliableOffice() override;

  Result<std::vector<Fact>> facts(const FactsQuery& query) override;
  Performance execute(const Order& order) override;
  Performance lookup(const Digest& key) override;
  std::optional<std::string> find_account(const AccountProof& proof) override;

  std::size_t payments(const Digest& key) const;  // whole ones
  std::size_t payments() const;
  std::string state(const Digest& key) const;  // done, failed, half; empty: absent
  std::size_t executions(const Digest& key) const;

 private:
  std::int64_t count(const std::string& sql) const;
  void run(const std::string& sql) const;
  Performance answer_of(const Digest& key) const;
  void write(const Order& order, std::string_view state, bool commit);
  void hang() const;

  OfficeOptions options_;
  mutable std::mutex mutex_;  // guards the connection
  sqlite3* connection_ = nullptr;
};

// The order reference among an order's or claim's parts; empty if it names none.
std::string order_in(const PartTexts& parts);

}  // namespace entente::tests
