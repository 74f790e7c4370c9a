#pragma once
// Copies that a backup is made of: a database as it is at one moment, while its owner goes on
// writing, and a directory that appears under its name once it is whole.
//
//     ENTENTE_LET(draft, DraftDirectory::beside("backups/monday"));
//     ENTENTE_TRY(copy_database("brand/store.db", draft.path() / "store.db", {}));
//     ENTENTE_TRY(draft.publish());

#include <entente/core/result.h>

#include <cstdint>
#include <filesystem>
#include <functional>

namespace entente {

class DraftDirectory {
 public:
  // Fails with file_invalid if the directory is there and not empty, and with store_failed.
  static Result<DraftDirectory> beside(const std::filesystem::path& directory);
  DraftDirectory(DraftDirectory&&) noexcept;
  DraftDirectory& operator=(DraftDirectory&&) = delete;
  ~DraftDirectory();  // what was not published is removed

  const std::filesystem::path& path() const { return path_; }
  // Takes its name; durable on return.
  Status publish();

 private:
  DraftDirectory(std::filesystem::path path, std::filesystem::path to);
  std::filesystem::path path_;
  std::filesystem::path to_;
};

// Of one of our databases (store.db, keys.db). The copy is new, whole, synced and of mode 0600, and
// holds nothing that was deleted from the original. Hears now and then how many bytes are written.
// Fails with file_missing, store_failed, store_corrupt, store_locked.
Status copy_database(const std::filesystem::path& from, const std::filesystem::path& to,
                     const std::function<void(std::uint64_t bytes)>& progress);

// Which epoch the keys of this file are of: another one if some were destroyed since. Fails with
// store_corrupt, store_failed.
Result<std::int64_t> read_key_epoch(const std::filesystem::path& keys_file);

}  // namespace entente
