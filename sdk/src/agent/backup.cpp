#include <entente/agent/backup.h>
#include <entente/core/clock.h>
#include <entente/crypto/hash.h>
#include <entente/journal/log_nodes.h>
#include <entente/store/copy.h>
#include <entente/store/durable.h>
#include <entente/store/last_signed.h>

#include "auditor_source.h"
#include "custody_copy.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view backup_format = "entente/backup/v1";
constexpr const char* manifest_file = "manifest.json";
constexpr const char* store_file = "store.db";
constexpr const char* keys_file = "keys.db";
constexpr const char* master_file = "master.key";
constexpr const char* last_signed_file = "last-signed.db";
constexpr std::size_t files_max = 3;

using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

struct Manifest {
  Checkpoint tree;
  std::int64_t made_ms = 0;
  KeptFiles files;

  Backup described_by(std::string_view text) const {
    Backup backup{.id = sha256(view(text)),
                  .tree = tree,
                  .made_ms = made_ms,
                  .has_keys = files.contains(keys_file),
                  .bytes = 0};
    for (const auto& [path, file] : files) backup.bytes += file.bytes;
    return backup;
  }
};

Result<std::string> write(const Manifest& manifest) {
  Json files = Json::array();
  for (const auto& [path, file] : manifest.files) {
    files.push(
        Json::object({{"path", path}, {"bytes", file.bytes}, {"sha256", to_hex(file.digest)}}));
  }
  return canonical_json(Json::object({{"format", backup_format},
                                      {"origin", manifest.tree.origin},
                                      {"size", manifest.tree.size},
                                      {"root", to_hex(manifest.tree.root)},
                                      {"made_ms", manifest.made_ms},
                                      {"files", std::move(files)}}));
}

Result<KeptFiles> files_in(const Json& json) {
  ENTENTE_LET(items, json.get_array("files"));
  if (items.size() > files_max) return fail(ErrorCode::too_large, "a list of files");
  KeptFiles files;
  for (const Json& item : items) {
    ENTENTE_TRY(check_members(item, std::array<std::string_view, 3>{"path", "bytes", "sha256"}));
    ENTENTE_LET(path, item.get_text("path"));
    if (path != store_file && path != keys_file && path != master_file) {
      return fail(ErrorCode::json_invalid, "a file that no backup has");
    }
    ENTENTE_LET(bytes, item.get_integer("bytes", 0, limits::integer_max));
    ENTENTE_LET(digest, digest_from(item, "sha256"));
    files[path] = {static_cast<std::uint64_t>(bytes), digest};
  }
  if (!files.contains(store_file)) return fail(ErrorCode::json_invalid, "a backup of no store");
  return files;
}

Result<Manifest> read(std::string_view text) {
  ENTENTE_LET(json, parse_canonical_json(text));
  ENTENTE_TRY(check_members(json, std::array<std::string_view, 6>{"format", "origin", "size",
                                                                  "root", "made_ms", "files"}));
  ENTENTE_LET(format, json.get_text("format"));
  if (format != backup_format) return fail(ErrorCode::json_invalid, "another format");
  ENTENTE_LET(origin, json.get_text("origin"));
  ENTENTE_LET(size, json.get_integer("size", 0, limits::integer_max));
  ENTENTE_LET(root, digest_from(json, "root"));
  ENTENTE_LET(made_ms, json.get_integer("made_ms", 0, limits::integer_max));
  ENTENTE_LET(files, files_in(json));
  return Manifest{{origin, static_cast<std::uint64_t>(size), root}, made_ms, files};
}

// The tree as the stored tiles and leaves give it.
Result<Checkpoint> tree_of(const fs::path& file) {
  ENTENTE_LET(store, open_sqlite_store(file, StoreMode::read));
  ENTENTE_LET(text, store->checkpoint());
  if (text.empty()) return fail(ErrorCode::not_found, "the log is empty");
  ENTENTE_LET(named, decode_checkpoint_text(text));
  LogNodes nodes(*store);
  ENTENTE_LET(tree, nodes.load());
  if (tree.head() == named.head()) return named;
  return fail(ErrorCode::log_corrupt, file.string() + " does not give the tree that it names");
}

std::uint64_t bytes_of(const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  return error ? 0 : bytes;
}

// Adds to what was done before.
class Steps {
 public:
  Steps(const Progress& progress, std::uint64_t all) : progress_(progress), all_(all) {}
  BytesRead step() const {
    return [this](std::uint64_t bytes) {
      if (progress_) progress_(done_ + bytes, all_);
    };
  }
  void finish(std::uint64_t bytes) { done_ += bytes; }

 private:
  const Progress& progress_;
  std::uint64_t all_;
  std::uint64_t done_ = 0;
};

Status copy_files(const fs::path& store, const fs::path& draft, const BackupOptions& options,
                  Manifest& manifest) {
  std::vector<std::string> databases = {store_file};
  // After the store: the key of whatever is in it was on the disk before it.
  if (options.with_keys) databases.emplace_back(keys_file);
  std::int64_t epoch = 0;
  if (options.with_keys) {
    ENTENTE_LET(before, read_key_epoch(store / keys_file));
    epoch = before;
  }
  Steps steps(options.progress, bytes_of(store / store_file) + bytes_of(store / keys_file));
  for (const std::string& name : databases) {
    ENTENTE_TRY(copy_database(store / name, draft / name, steps.step()));
    ENTENTE_LET(kept, digest_file(draft / name, {}));
    steps.finish(kept.bytes);
    manifest.files[name] = kept;
  }
  if (!options.with_keys) return {};
  ENTENTE_LET(after, read_key_epoch(draft / keys_file));
  if (after != epoch) {
    return fail(ErrorCode::store_locked, "something was erased while it was copied: try again");
  }
  std::error_code error;
  if (fs::exists(store / master_file, error)) {
    ENTENTE_LET(kept, entente::copy_file(store / master_file, draft / master_file, {}));
    manifest.files[master_file] = kept;
  }
  return {};
}

}  // namespace

Result<Backup> back_up(const fs::path& store, const fs::path& directory,
                       const BackupOptions& options) {
  std::error_code error;
  if (!fs::exists(store / store_file, error)) {
    return fail(ErrorCode::file_missing, store.string() + " holds no store");
  }
  ENTENTE_LET(draft, DraftDirectory::beside(directory));
  Manifest manifest{.tree = {}, .made_ms = options.at_ms, .files = {}};
  ENTENTE_TRY(copy_files(store, draft.path(), options, manifest));
  ENTENTE_LET(tree, tree_of(draft.path() / store_file));
  manifest.tree = tree;
  ENTENTE_LET(text, write(manifest));
  ENTENTE_TRY(write_new_file(draft.path() / manifest_file, view(text)));
  ENTENTE_TRY(draft.publish());
  return manifest.described_by(text);
}

Result<Backup> open_backup(const fs::path& directory, const Progress& progress) {
  ENTENTE_LET(text, read_whole_file(directory / manifest_file));
  auto manifest = read(text);
  if (!manifest) {
    return fail(ErrorCode::file_invalid,
                (directory / manifest_file).string() +
                    " is no manifest of a backup: " + manifest.error().detail);
  }
  std::uint64_t all = 0;
  for (const auto& [path, file] : manifest->files) all += file.bytes;
  Steps steps(progress, all);
  for (const auto& [path, file] : manifest->files) {
    ENTENTE_LET(found, digest_file(directory / path, steps.step()));
    steps.finish(found.bytes);
    if (found.digest == file.digest && found.bytes == file.bytes) continue;
    return fail(ErrorCode::file_invalid,
                (directory / path).string() + " is not as it was when the backup was made");
  }
  ENTENTE_LET(tree, tree_of(directory / store_file));
  if (tree != manifest->tree) {
    return fail(ErrorCode::log_corrupt,
                "the store in the backup is not the one its manifest names");
  }
  return manifest->described_by(text);
}

namespace {

// Puts a backup in the place of a store that nobody uses.
class Restoring {
 public:
  Restoring(const fs::path& backup, const fs::path& store, const RestoreOptions& options,
            Restored& result)
      : backup_(backup), store_(store), options_(options), result_(result) {}

  Status run() {
    ENTENTE_TRY(check_tree());
    ENTENTE_TRY(check_keys());
    ENTENTE_TRY(move_aside());
    // Before the store: a log that may not be signed is never there unmarked.
    ENTENTE_TRY(settle_last_signed());
    for (const char* name : {master_file, keys_file, store_file}) ENTENTE_TRY(put(name));
    return sync_path(store_);
  }

 private:
  bool is_there(const char* name) const {
    std::error_code error;
    return fs::exists(store_ / name, error);
  }

  // What cannot be read is what a backup is for.
  Status check_tree() const {
    const Checkpoint& tree = result_.backup.tree;
    if (tree.origin != options_.origin) {
      return fail(ErrorCode::file_invalid,
                  "the backup is of the log " + tree.origin + ", and this is " + options_.origin);
    }
    if (!is_there(store_file)) return {};
    const auto there = tree_of(store_ / store_file);
    if (!there || there->size < tree.size) return {};
    return fail(ErrorCode::file_invalid,
                "the log in " + store_.string() + " holds " + std::to_string(there->size) +
                    " entries and the backup " + std::to_string(tree.size) +
                    ": nothing is restored over it");
  }

  Status check_keys() const {
    if (is_there(keys_file) || result_.backup.has_keys) return {};
    return fail(ErrorCode::file_missing,
                "keys.db is neither in " + store_.string() +
                    " nor in the backup, and without it no content can be read: put a copy of it "
                    "there first (entente backup --with-keys makes one)");
  }

  Status move_aside() {
    std::vector<std::string> old;
    for (const char* name : {"store.db", "store.db-wal", "store.db-shm", "checkpoint"}) {
      if (is_there(name)) old.emplace_back(name);
    }
    if (old.empty()) return {};
    const fs::path aside = store_ / ("before-restore-" + std::to_string(options_.at_ms));
    std::error_code error;
    fs::create_directory(aside, error);
    for (const std::string& name : old) {
      if (!error) fs::rename(store_ / name, aside / name, error);
    }
    if (error) return fail(ErrorCode::store_failed, aside.string() + ": " + error.message());
    result_.moved_aside = aside;
    return {};
  }

  Status settle_last_signed() {
    const bool known = is_there(last_signed_file);
    ENTENTE_LET(last, LastSigned::open(store_ / last_signed_file, StoreMode::write));
    ENTENTE_LET(text, encode_checkpoint_text(result_.backup.tree));
    if (known && !last->text().empty()) return compare(*last);
    ENTENTE_TRY(last->advance(last->text(), text));
    if (options_.nothing_newer) {
      result_.signed_size = result_.backup.tree.size;
      return {};
    }
    result_.state = Restored::State::unknown;
    return last->halt("the log was restored from a backup of " +
                      format_rfc3339(result_.backup.made_ms) +
                      ", and what it signed after that is not known");
  }

  Status compare(const LastSigned& last) {
    ENTENTE_LET(newest, decode_checkpoint_text(last.text()));
    result_.signed_size = newest.size;
    const bool all = newest.size <= result_.backup.tree.size && last.halted().empty();
    result_.state = all ? Restored::State::goes_on : Restored::State::behind;
    return {};
  }

  // What is there stays: it knows what was destroyed since.
  Status put(const char* name) {
    std::error_code error;
    if (is_there(name) || !fs::exists(backup_ / name, error)) return {};
    const fs::path draft = store_ / (std::string(name) + ".restored");
    fs::remove(draft, error);
    ENTENTE_LET(copied, entente::copy_file(backup_ / name, draft, {}));
    fs::rename(draft, store_ / name, error);
    if (!error) return {};
    return fail(ErrorCode::store_failed, (store_ / name).string() + ": " + error.message() + " (" +
                                             std::to_string(copied.bytes) + " bytes)");
  }

  const fs::path& backup_;
  const fs::path& store_;
  const RestoreOptions& options_;
  Restored& result_;
};

}  // namespace

Result<Restored> restore(const fs::path& backup, const fs::path& store,
                         const RestoreOptions& options) {
  ENTENTE_LET(opened, open_backup(backup, options.progress));
  Restored result{.backup = opened};
  std::error_code error;
  fs::create_directories(store, error);
  if (error) return fail(ErrorCode::store_failed, store.string() + ": " + error.message());
  const auto lock = StoreLock::take(store);
  if (!lock) return std::unexpected(lock.error());
  ENTENTE_TRY(Restoring(backup, store, options, result).run());
  return result;
}

}  // namespace entente
