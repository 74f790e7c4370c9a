#pragma once
// A backup of a party's store, taken while its owner may be at work, and the way back from one: a
// log that is older than what it has signed is put in its place, and is not gone on with.
//
//     ENTENTE_LET(backup, back_up("brand/data", "backups/monday", {.at_ms = clock.now_ms()}));
//     ENTENTE_LET(restored, restore("backups/monday", "brand/data", {.at_ms = clock.now_ms()}));
//     if (restored.state != Restored::State::goes_on) ...                  // log rollover
//
// Keys are no part of an ordinary backup: protocol/spec/06-audit-log.md, "Forgetting". Guide:
// docs/guides/back-up-and-restore.md.

#include <entente/audit/checkpoint.h>

#include <filesystem>
#include <functional>

namespace entente {

struct BackupOptions {
  // With keys.db, and the master key if it lies in the store: whoever has the backup reads it all,
  // and what is erased later can be read in it until it is deleted.
  bool with_keys = false;
  std::int64_t at_ms = 0;
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;  // in bytes
};

struct Backup {
  Digest id;  // SHA-256 of its manifest
  Checkpoint tree;
  std::int64_t made_ms = 0;
  bool has_keys = false;
  std::uint64_t bytes = 0;
  bool operator==(const Backup&) const = default;
};

// The store as it is at one moment, into a new directory. Fails with file_invalid (the directory is
// not empty), file_missing (no store), not_found (an empty log), log_corrupt (the copy does not
// give the tree it says), store_failed, store_corrupt, and store_locked if keys were destroyed
// meanwhile, which the copy of the store says nothing of: try again.
Result<Backup> back_up(const std::filesystem::path& store, const std::filesystem::path& directory,
                       const BackupOptions& options);
// Digests every file and reads the tree. Fails with file_missing, file_invalid, json_invalid,
// log_corrupt.
Result<Backup> open_backup(const std::filesystem::path& directory,
                           const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

struct RestoreOptions {
  std::string origin;  // of the log that is to come back
  // Where last-signed.db is lost, too: somebody knows that nothing was signed after the backup.
  bool nothing_newer = false;
  std::int64_t at_ms = 0;
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;
};

struct Restored {
  enum class State : std::uint8_t {
    goes_on,  // all that was signed is there again
    behind,   // more was signed than the backup holds
    unknown   // last-signed.db was lost: nobody knows
  };
  Backup backup;
  State state = State::goes_on;
  std::uint64_t signed_size = 0;      // entries last signed; 0: unknown
  std::filesystem::path moved_aside;  // what lay there before; empty: nothing did
};

// What lies in the store's place is moved aside, never deleted; its keys and its last-signed.db
// stay, as they know what happened since. Unless the log goes on, nothing signs it until it is
// rolled over. Fails as open_backup() does; with store_locked (its owner runs), file_invalid (the
// log there holds as much or more, or is another), file_missing (no keys), store_failed.
Result<Restored> restore(const std::filesystem::path& backup, const std::filesystem::path& store,
                         const RestoreOptions& options);

}  // namespace entente
