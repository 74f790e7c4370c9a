#pragma once
// One brand and any number of its customers, for tests about money: each customer has an account,
// an order and an assistant of its own, and links by what it knows.

#include <entente/assistant.h>
#include <entente/endpoint.h>
#include <entente/journal/ledger.h>

#include "kettle.h"
#include "moved_clock.h"
#include "unreliable_office.h"

namespace entente::tests {

// The kettle's policy, linked by knowledge, with each of these texts put in place of another.
std::string policy_with(const std::vector<std::pair<std::string, std::string>>& changes = {});
// Caps so high that none is met.
std::string generous_policy();
// Such a one, and the replacement waits for what comes back.
std::string waiting_policy();

struct MoneyWorld {
  std::optional<TemporaryDirectory> own;  // none: somebody else's directory
  std::filesystem::path directory;
  MovedClock clock;
  Brand brand = make_brand(1, 1'790'000'000'000);  // the same in every life
  std::unique_ptr<UnreliableOffice> office;
  EndpointOptions options;
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LocalBrand> connection;

  MoneyWorld(const std::string& policy, OfficeOptions office_options);
  MoneyWorld(std::filesystem::path at, const std::string& policy, OfficeOptions office_options);
  void start();
  void stop();
  std::filesystem::path store() const { return directory / "brand"; }
};

// Who, and about what. Two cases of one customer differ in their number alone.
struct CaseOf {
  std::size_t number = 0;  // of the assistant's store and keys
  std::size_t account = 0;
  std::size_t order = 0;
};

class Customer {
 public:
  // Over the world's connection, unless by a line of its own.
  Customer(MoneyWorld& world, CaseOf of, BrandConnection* line = nullptr);
  // Opens the case and goes as far as it gets.
  Ending negotiate(std::int64_t timeout_ms = 60'000);
  Ending go_on(std::int64_t timeout_ms = 60'000);
  Case casefile();  // a copy of what is known now
  const CaseId& case_id() const { return case_id_; }
  bool has_person() { return casefile().handoff() != nullptr; }
  Agreeable principal;
  Assistant& assistant() { return *assistant_; }

 private:
  KettleShop mailbox_;
  Goal goal_;
  KeyPair key_;
  CaseId case_id_;
  std::unique_ptr<Assistant> assistant_;
};

// Linked, and what it is offered stands unanswered.
std::unique_ptr<Customer> undecided(MoneyWorld& world, CaseOf of);
MessageId standing_offer(Customer& customer);
// Says that what the brand waits for has been sent back.
void send_back(Customer& customer);

struct RightSaid {
  std::vector<std::uint16_t> claims;
  std::string subject;  // empty: none
};
void withdraw(Customer& customer, const RightSaid& said);
std::size_t acknowledged_rights(Customer& customer);

// Runs each on a thread of its own and waits for all.
void at_once(std::size_t count, const std::function<void(std::size_t)>& what);

// What the brand's log says about each key, in order.
struct KeyHistory {
  std::size_t intents = 0;
  std::vector<PerformanceRecord> results;
  bool is_settled() const;
};
std::map<Digest, KeyHistory> performances(const Ledger& ledger);

// What an audit of the brand's store finds broken; empty if nothing is.
std::string broken_in(const MoneyWorld& world);

}  // namespace entente::tests
