#include <entente/agent/custody.h>
#include <entente/crypto/hash.h>
#include <entente/store/copy.h>
#include <entente/store/durable.h>
#include <entente/store/last_signed.h>

#include <algorithm>

#include "auditor_source.h"
#include "custody_copy.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

// What of a store's directory is its log. SQLite may keep the newest pages in the write-ahead log.
constexpr std::array<std::string_view, 9> store_files = {
    "store.db",           "store.db-wal", "keys.db",  "keys.db-wal", "last-signed.db",
    "last-signed.db-wal", "checkpoint",   "unlogged", "master.key",
};

struct Taking {
  fs::path from;
  std::string path;  // below the copy
};

Result<std::vector<Taking>> files_of_store(const fs::path& source,
                                           std::vector<std::string>& left_out) {
  std::vector<Taking> files;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(source, error)) {
    const std::string name = item.path().filename().string();
    if (std::ranges::find(store_files, name) != store_files.end()) {
      files.push_back({item.path(), name});
    } else if (name != "lock" && !name.ends_with("-shm")) {
      left_out.push_back(name);
    }
  }
  if (error) return fail(ErrorCode::file_missing, source.string() + ": " + error.message());
  std::ranges::sort(left_out);
  return files;
}

Result<std::vector<Taking>> files_below(const fs::path& source) {
  std::vector<Taking> files;
  std::error_code error;
  fs::recursive_directory_iterator at(source, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_directory(error) && !at->is_symlink(error)) continue;
    if (at->is_symlink(error) || !at->is_regular_file(error)) {
      return fail(ErrorCode::file_invalid, at->path().string() + " is no plain file");
    }
    if (files.size() >= source_items_max) return fail(ErrorCode::too_large, "a list of files");
    files.push_back({at->path(), at->path().lexically_relative(source).generic_string()});
  }
  if (error) return fail(ErrorCode::file_missing, source.string() + ": " + error.message());
  return files;
}

class Acquisition {
 public:
  Acquisition(const fs::path& source, const AcquireOptions& options, const fs::path& draft)
      : source_(source), options_(options), draft_(draft) {}

  Status run() {
    std::error_code error;
    if (!fs::exists(source_, error)) return fail(ErrorCode::file_missing, source_.string());
    ENTENTE_TRY(hold());
    ENTENTE_LET(files, list());
    std::ranges::sort(files, {}, &Taking::path);
    ENTENTE_TRY(copy(files));
    look_inside();
    ENTENTE_TRY(date());
    manifest_.taken_from = fs::weakly_canonical(source_, error).string();
    manifest_.acquired_ms = options_.at_ms;
    manifest_.tool = options_.tool;
    ENTENTE_LET(text, write_manifest(manifest_));
    ENTENTE_TRY(write_new_file(draft_ / custody_manifest_file, view(text)));
    const Digest digest = sha256(view(text));
    return record_custody(draft_, {.command = "audit acquire",
                                   .arguments = options_.arguments,
                                   .at_ms = options_.at_ms,
                                   .tool = options_.tool,
                                   .result = digest});
  }

 private:
  bool is_store() const { return fs::exists(source_ / "store.db"); }

  // A store whose process runs is not copied: its three databases belong together.
  Status hold() {
    if (!fs::is_directory(source_) || !is_store()) return {};
    auto lock = StoreLock::take_to_read(source_);
    if (!lock) {
      return fail(lock.error().code, lock.error().detail +
                                         ": stop it, or export the log (entente log export) and "
                                         "acquire the export");
    }
    lock_ = std::move(*lock);
    return {};
  }

  Result<std::vector<Taking>> list() {
    manifest_.source = custody_source_place;
    if (!fs::is_directory(source_)) {
      manifest_.source += "/" + source_.filename().string();
      return std::vector<Taking>{{source_, source_.filename().string()}};
    }
    if (is_store()) return files_of_store(source_, manifest_.left_out);
    if (is_custody(source_)) {
      return fail(ErrorCode::file_invalid,
                  source_.string() + " is in custody already: acquire what lies in its source/");
    }
    if (fs::exists(source_ / "manifest.json")) return files_below(source_);
    return fail(
        ErrorCode::file_invalid,
        source_.string() + " is neither a store nor an export (no store.db, no manifest.json)");
  }

  Status copy(const std::vector<Taking>& files) {
    std::uint64_t all = 0;
    std::error_code error;
    for (const Taking& each : files) all += fs::file_size(each.from, error);
    std::uint64_t done = 0;
    for (const Taking& each : files) {
      const std::string path = std::string(custody_source_place) + "/" + each.path;
      const fs::path to = draft_ / path;
      fs::create_directories(to.parent_path(), error);
      ENTENTE_LET(kept, copy_file(each.from, to, [&](std::uint64_t bytes) {
                    if (options_.progress) options_.progress(done + bytes, all);
                  }));
      done += kept.bytes;
      manifest_.files[path] = kept;
    }
    return {};
  }

  // The checkpoint, read from the copy; reading may leave files beside it, which are not kept.
  void look_inside() {
    {
      const auto source = open_source(draft_ / manifest_.source, options_.master_key_file);
      auto header = source ? (*source)->header() : std::unexpected(source.error());
      if (!header) {
        manifest_.trouble = describe(header.error());
      } else {
        manifest_.checkpoint =
            header->checkpoint.empty() ? header->checkpoint_text : header->checkpoint;
      }
    }
    std::error_code error;
    for (const char* name : {"store.db", "keys.db", "last-signed.db"}) {
      for (const char* extra : {"-wal", "-shm"}) {
        const std::string path = std::string(custody_source_place) + "/" + name + extra;
        if (!manifest_.files.contains(path)) fs::remove(draft_ / path, error);
      }
    }
  }

  Status date() {
    if (!options_.timestamp) return {};
    if (manifest_.checkpoint.empty()) {
      return fail(ErrorCode::wrong_use, "there is no checkpoint to be dated");
    }
    ENTENTE_LET(token, options_.timestamp(view(manifest_.checkpoint)));
    manifest_.timestamp = std::move(token);
    return {};
  }

  const fs::path& source_;
  const AcquireOptions& options_;
  const fs::path& draft_;
  std::optional<StoreLock> lock_;
  CustodyManifest manifest_;
};

}  // namespace

Result<KeptLog> acquire_log(const fs::path& source, const fs::path& directory,
                            const AcquireOptions& options) {
  ENTENTE_LET(draft, DraftDirectory::beside(directory));
  ENTENTE_TRY(Acquisition(source, options, draft.path()).run());
  ENTENTE_TRY(draft.publish());
  return open_custody(directory, options.progress);
}

}  // namespace entente
