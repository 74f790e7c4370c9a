#include "own_log.h"

#include <entente/agent/inbox.h>
#include <entente/wire/admission.h>

#include "files.h"
#include "key_file.h"

namespace fs = std::filesystem;

namespace entente::cli {
namespace {

Result<OwnLog> brand_log(const fs::path& file) {
  ENTENTE_LET(config, read_brand_config(file));
  ENTENTE_LET(envelope, read_armoured(config.card, "CARD"));
  ENTENTE_LET(card, Admission::admit<Card>(envelope));
  ENTENTE_LET(vkey, Vkey::decode(card->log_vkey));
  return OwnLog{.data = config.data,
                .master_key = config.master_key,
                .log_key = config.log_key,
                .old_log_key = config.old_log_key,
                .origin = vkey.name(),
                .speaking_key = config.message_key,
                .card = card.id(),
                .retention = config.retention};
}

Result<OwnLog> consumer_log(const fs::path& home) {
  ENTENTE_LET(principal, read_key_file(home / "keys/principal.key"));
  ENTENTE_LET(origin, name_of_log(home / "data", to_did_key(principal.public_key())));
  return OwnLog{.data = home / "data",
                .master_key = {},
                .log_key = home / "keys/assistant.key",
                .old_log_key = {},
                .origin = origin,
                .speaking_key = home / "keys/principal.key",
                .card = {},
                .retention = {}};
}

}  // namespace

std::vector<OptionRule> own_log_options() {
  return {{"config", "FILE", "the brand's configuration (default: brand.yaml)"},
          {"home", "DIR", "or the consumer's directory"}};
}

Result<OwnLog> read_own_log(const Arguments& arguments, Presence presence) {
  const auto home = arguments.find("home");
  if (home && arguments.has("config")) {
    return fail(ErrorCode::wrong_use, "--config names a brand, --home a consumer: say one");
  }
  ENTENTE_LET(own,
              home ? consumer_log(*home) : brand_log(arguments.text_or("config", "brand.yaml")));
  if (presence == Presence::needed && !fs::exists(own.data / "store.db")) {
    return fail(ErrorCode::file_missing, own.data.string() + " holds no store");
  }
  return std::move(own);
}

Result<LogKeys> LogKeys::take(const fs::path& log_key, const fs::path& old_log_key,
                              const fs::path& data) {
  ENTENTE_LET(key, read_key_file(log_key));
  if (fs::exists(data)) {
    // Who has the store has the key, too, and the store is what its owner knows.
    const auto free = StoreLock::take(data);
    if (!free) return std::unexpected(free.error());
  }
  ENTENTE_LET(lock, StoreLock::take_key(log_key, data));
  LogKeys keys{.lock = std::move(lock), .key = std::move(key), .old = {}};
  if (!old_log_key.empty()) {
    ENTENTE_LET(old, read_key_file(old_log_key));
    keys.old.emplace(std::move(old));
  }
  return keys;
}

Result<std::unique_ptr<OpenLog>> OpenLog::open(const OwnLog& own) {
  ENTENTE_LET(keys, LogKeys::take(own.log_key, own.old_log_key, own.data));
  std::unique_ptr<OpenLog> opened(new OpenLog(std::move(keys)));
  std::error_code error;
  const std::uintmax_t spool = fs::file_size(own.data / "unlogged", error);
  ENTENTE_LET(ledger, Ledger::open({.directory = own.data,
                                    .origin = own.origin,
                                    .master_key_file = own.master_key,
                                    .spool_bytes = error ? 0 : static_cast<std::size_t>(spool),
                                    .old_log_key = opened->keys_.old_key()},
                                   opened->keys_.key, opened->entropy_));
  ENTENTE_LET(owed, ledger->unlogged());
  if (!owed.empty()) {
    return fail(ErrorCode::duty_open, "the log is owed " + std::to_string(owed.size()) +
                                          " messages that were acknowledged and have no entry: "
                                          "start the endpoint for a minute");
  }
  ENTENTE_TRY(empty_inbox(own.data, *ledger, SystemClock().now_ms()));
  opened->ledger_ = std::move(ledger);
  return opened;
}

}  // namespace entente::cli
