#include <entente/agent/inbox.h>
#include <entente/crypto/hash.h>
#include <entente/journal/content.h>
#include <entente/journal/ledger.h>
#include <entente/store/durable.h>

#include <algorithm>

#include "auditor_source.h"

namespace entente {
namespace fs = std::filesystem;

namespace {

constexpr const char* inbox_directory = "inbox";
constexpr std::size_t entries_max = 64;  // taken at once
constexpr std::uintmax_t entry_bytes_max = 64 * 1024;

constexpr std::array<EntryKind, 2> kinds = {EntryKind::backup, EntryKind::restore};

std::optional<InboxEntry> read_entry(const fs::path& file) {
  std::error_code error;
  const bool small = fs::is_regular_file(fs::symlink_status(file, error)) &&
                     fs::file_size(file, error) <= entry_bytes_max;
  if (error || !small) return std::nullopt;
  const auto text = read_whole_file(file);
  const std::string end = file.extension().string();
  for (const EntryKind kind : kinds) {
    if (text && end == "." + std::string(name(kind))) return InboxEntry{kind, to_bytes(*text)};
  }
  return std::nullopt;
}

}  // namespace

Result<bool> is_on_record(const Ledger& ledger, const InboxEntry& wanted) {
  ENTENTE_LET(documents, ledger.entries_of(no_case));
  for (auto index = documents.rbegin(); index != documents.rend(); ++index) {
    ENTENTE_LET(entry, ledger.read(*index));
    if (entry.leaf.kind == wanted.kind && entry.content == wanted.content) return true;
  }
  return false;
}

Status leave_in_inbox(const fs::path& store, const InboxEntry& entry) {
  const fs::path inbox = store / inbox_directory;
  std::error_code error;
  fs::create_directory(inbox, error);
  if (error) return fail(ErrorCode::store_failed, inbox.string() + ": " + error.message());
  const fs::path draft = inbox / (to_hex(sha256(entry.content)) + ".new");
  fs::remove(draft, error);
  ENTENTE_TRY(write_new_file(draft, entry.content));
  fs::path file = draft;
  file.replace_extension(std::string(name(entry.kind)));
  fs::rename(draft, file, error);
  if (error) return fail(ErrorCode::store_failed, file.string() + ": " + error.message());
  ENTENTE_TRY(sync_path(inbox));
  return sync_path(store);
}

std::vector<LeftEntry> read_inbox(const fs::path& store) {
  std::vector<LeftEntry> left;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(store / inbox_directory, error)) {
    if (left.size() >= entries_max) break;
    if (auto entry = read_entry(item.path())) left.push_back({item.path(), std::move(*entry)});
  }
  std::ranges::sort(left, {}, &LeftEntry::file);
  return left;
}

Result<std::size_t> empty_inbox(const fs::path& store, Ledger& ledger, std::int64_t now_ms) {
  const std::vector<LeftEntry> left = read_inbox(store);
  for (const LeftEntry& each : left) {
    ENTENTE_LET(known, is_on_record(ledger, each.entry));
    if (known) continue;
    ledger.append({.kind = each.entry.kind,
                   .case_id = no_case,
                   .direction = Direction::own,
                   .time_ms = now_ms,
                   .content = each.entry.content});
  }
  ENTENTE_TRY(ledger.commit());
  std::error_code error;
  for (const LeftEntry& each : left) fs::remove(each.file, error);
  return left.size();
}

}  // namespace entente
