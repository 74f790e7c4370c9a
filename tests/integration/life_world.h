#pragma once
// A brand that is stopped and started in a directory that may be lost, its customers, and copies of
// what either of them has.

#include <entente/agent/backup.h>
#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>

#include <atomic>

#include "forget_world.h"

namespace entente::tests {

inline constexpr const char* first_log = "kettle.example/log";
inline constexpr const char* next_log = "kettle.example/log-2";

// The system's, some time later.
class LaterClock final : public Clock {
 public:
  explicit LaterClock(const std::atomic<std::int64_t>& later_ms) : later_ms_(later_ms) {}
  std::int64_t now_ms() override { return SystemClock().now_ms() + later_ms_; }

 private:
  const std::atomic<std::int64_t>& later_ms_;
};

struct LifeWorld {
  LifeWorld() { start(); }

  TemporaryDirectory directory{memory_directory()};
  SystemEntropy entropy;
  Brand brand = make_brand(1, SystemClock().now_ms());
  const KeyPair second_key = std::move(*KeyPair::from_seed(Bytes(32, 77)));
  KettleShop shop;
  const Signer* log_key = &brand.log;
  const Signer* old_log_key = nullptr;
  std::vector<Bytes> earlier_cards;        // given at the next start
  BackOffice* office = nullptr;            // in place of the shop, from the next start on
  Desk* desk = nullptr;                    // in place of the usual one; likewise
  LoadLimits load;                         // likewise
  std::atomic<std::int64_t> later_ms = 0;  // how far time has gone on meanwhile
  LaterClock clock{later_ms};
  std::unique_ptr<Endpoint> endpoint;
  std::unique_ptr<LocalBrand> connection;

  std::filesystem::path store() const { return directory.path() / "brand"; }
  std::filesystem::path at(const char* name) const { return directory.path() / name; }
  Result<std::unique_ptr<Endpoint>> begin(const std::filesystem::path& in);
  void start();
  void stop();
  // The disk is lost; what was copied goes on under the next name, started.
  void lose_end(const std::filesystem::path& backup);
  // At rest, under its first name.
  Result<std::unique_ptr<Ledger>> open_log();
  // From its first name to the next, with the same key.
  Result<std::unique_ptr<Ledger>> roll_over();
  // The next card of the brand, for a log of this name and key.
  void publish(const char* log, const Signer& key);
  Report audit(const std::vector<std::filesystem::path>& sources, const Trust& trust) const;
  // In the first name and key alone.
  Trust first_trust() const;
};

// Its agent, its phone.
struct LifeCustomer {
  LifeCustomer(LifeWorld& in, std::uint8_t number);

  LifeWorld& world;
  std::uint8_t seed;
  Goal goal = *Goal::parse(kettle_goal(), "goal.yaml");
  Agreeable principal{seed, world.shop};
  KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, static_cast<std::uint8_t>(seed + 100))));
  std::unique_ptr<Assistant> assistant;

  std::filesystem::path home() const;
  std::string did() const { return to_did_key(principal.public_key()); }
  Status start(BrandConnection* line = nullptr);
  // Up to the offer that the person has to decide on.
  CaseId halfway();
  void finish(const CaseId& case_id);
};

Backup must_back_up(const std::filesystem::path& store, const std::filesystem::path& to,
                    bool with_keys = true);
Result<Restored> bring_back(const std::filesystem::path& backup, const std::filesystem::path& store,
                            const std::string& origin, bool nothing_newer = false);
std::vector<std::string> broken_in(const Report& report);

}  // namespace entente::tests
