#pragma once
// A brand as `entente serve` runs it: its configuration file, and what is made of it.
//
//     ENTENTE_LET(config, read_brand_config("brand/brand.yaml"));
//     ENTENTE_LET(brand, Brand::start(config, {clock, &uptime, complain}));
//
// Every key is in docs/reference/cli.md.

#include <entente/endpoint.h>

#include "file_back_office.h"

namespace entente::cli {

// What brand.yaml says under `retention`; used by the commands that erase, and to
// answer notices of erasure.
struct RetentionRules {
  std::int64_t backups_kept_ms = 0;           // 0: no copy of keys.db is kept
  std::int64_t epoch_ms = 0;                  // how old the keys' epoch may get; 0: any age
  std::map<std::string, std::int64_t> keep;   // by class of parts, since the case ended
  std::optional<std::int64_t> keep_cases_ms;  // all there is of a case
};

// Who dates the log.
struct TimestampRules {
  std::string url;
  std::filesystem::path certificate;  // PEM: of the authority, or of who certifies it
  std::filesystem::path ca;           // of its HTTPS; empty: the system's
  std::int64_t every_ms = 86'400'000;
};

struct BrandConfig {
  std::filesystem::path data;                        // the store
  std::filesystem::path master_key;                  // empty: in the store
  std::filesystem::path card;                        // made by `entente card make`
  std::vector<std::filesystem::path> earlier_cards;  // that a log from an older copy lacks
  std::filesystem::path policy;
  std::filesystem::path facts;
  std::filesystem::path message_key;
  std::filesystem::path log_key;
  std::filesystem::path cosign_key;   // empty: the logs of others are not watched
  std::filesystem::path old_log_key;  // that signs as well after a change; empty: none
  HttpServerOptions server;
  QueueDeskOptions desk;  // its hours are the card's
  std::int64_t workers = 4;
  std::int64_t call_timeout_ms = 30'000;
  LoadLimits load;
  std::optional<HttpServerOptions> monitoring;
  bool tells_events = false;  // to standard error
  std::vector<WitnessPeer> witnesses;
  std::int64_t witness_every_ms = 10'000;
  std::vector<Vkey> witness_for;
  std::optional<TimestampRules> timestamp;
  std::vector<PublicKey> auditors;
  RetentionRules retention;
};

// Paths in the file are seen from the file. Fails with file_missing, config_invalid, yaml_invalid.
Result<BrandConfig> read_brand_config(const std::filesystem::path& file);

// What a running brand has of its machine and its operator; all outlive it.
struct BrandHost {
  Clock& clock;
  Clock* uptime = nullptr;  // none: the clock is believed, whatever it says
  std::function<void(const std::string&)> on_trouble;
  std::function<void(std::string_view)> on_event;  // used if the configuration asks for events
};

class Brand {
 public:
  // Fails as Endpoint::start does, and with what the files say.
  static Result<std::unique_ptr<Brand>> start(const BrandConfig& config, const BrandHost& host);
  ~Brand();  // stops
  // Whether start() could go on with what the files say now. Fails as start() does; nothing is
  // changed.
  Status check(const BrandConfig& config);

  // Takes a new certificate, and keeps connections. True if nothing else of what start() read is
  // new. Fails as Endpoint::reload_certificate does; then nothing is done.
  Result<bool> take_certificate(const BrandConfig& config);

  Endpoint& endpoint();
  const Policy& policy() const;
  void stop();

 private:
  struct State;
  explicit Brand(std::unique_ptr<State> state);
  Status check_secrets(const BrandConfig& config) const;
  std::unique_ptr<State> state_;
};

}  // namespace entente::cli
