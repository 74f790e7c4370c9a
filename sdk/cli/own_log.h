#pragma once
// The log of whoever runs the command, with the key that signs it: a brand's by its brand.yaml, a
// consumer's by its directory. For the few commands that write to a log at rest.
//
//     ENTENTE_LET(own, read_own_log(arguments));
//     ENTENTE_LET(opened, OpenLog::open(own));
//     opened->ledger()

#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>
#include <entente/store/last_signed.h>

#include "arguments.h"
#include "brand.h"
#include "record.h"

namespace entente::cli {

struct OwnLog {
  std::filesystem::path data;
  std::filesystem::path master_key;
  std::filesystem::path log_key;
  std::filesystem::path old_log_key;  // that signs as well; empty: none
  std::string origin;
  std::filesystem::path speaking_key;  // what a brand says is signed with; a consumer's principal
  Digest card;                         // a brand's; zero: a consumer
  RetentionRules retention;

  bool is_brand() const { return !card.is_zero(); }

  Result<PartyStore> read() const { return PartyStore::open(data, master_key); }
};

// The options --config and --home.
std::vector<OptionRule> own_log_options();
// Whether the store has to be there.
enum class Presence : std::uint8_t { needed, lost };
// Fails with file_missing, config_invalid, yaml_invalid, wrong_use (both options).
Result<OwnLog> read_own_log(const Arguments& arguments, Presence presence = Presence::needed);

// What signs a log, held so that no other process signs with it meanwhile.
struct LogKeys {
  // Fails as reading a key file does, with store_locked, and with log_forked if the key signs the
  // log in another directory.
  static Result<LogKeys> take(const std::filesystem::path& log_key,
                              const std::filesystem::path& old_log_key,
                              const std::filesystem::path& data);
  const Signer* old_key() const { return old ? &*old : nullptr; }

  StoreLock lock;
  KeyPair key;
  std::optional<KeyPair> old;
};

class OpenLog {
 public:
  // Fails with store_locked while an endpoint or assistant has the log, with duty_open if it owes
  // the log what was acknowledged during an outage, and as Ledger::open() does.
  static Result<std::unique_ptr<OpenLog>> open(const OwnLog& own);
  Ledger& ledger() { return *ledger_; }

 private:
  explicit OpenLog(LogKeys keys) : keys_(std::move(keys)) {}
  SystemEntropy entropy_;
  LogKeys keys_;
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace entente::cli
