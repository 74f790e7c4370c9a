#include "log_look.h"

#include <entente/journal/content.h>
#include <entente/protocol/log_life.h>
#include <entente/wire/codec.h>

#include <condition_variable>
#include <mutex>

namespace entente {
namespace {

constexpr std::uint64_t look_back_max = 1'024;  // entries

}  // namespace

void look_and_wait(Sequencer& sequencer, const std::function<void(const Ledger&)>& look) {
  std::mutex mutex;
  std::condition_variable changed;
  bool looked = false;
  sequencer.inspect([&](const Ledger& ledger) {
    look(ledger);
    const std::scoped_lock lock(mutex);
    looked = true;
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return looked; });
}

bool has_news(const Ledger& ledger, std::uint64_t since) {
  if (ledger.size() > since + look_back_max) return true;
  for (std::uint64_t index = since; index < ledger.size(); ++index) {
    const auto row = ledger.store().read_entry(index);
    const auto leaf = row ? decode<LogEntry>(row->leaf) : std::unexpected(row.error());
    if (!leaf || !is_attestation(leaf->kind)) return true;
  }
  return false;
}

std::vector<std::uint64_t> key_entries(const Ledger& ledger) {
  std::vector<std::uint64_t> found;
  const auto documents = ledger.store().entries_of(no_case);
  if (!documents) return found;
  for (const std::uint64_t index : *documents) {
    const auto row = ledger.store().read_entry(index);
    const auto leaf = row ? decode<LogEntry>(row->leaf) : std::unexpected(row.error());
    if (leaf && leaf->kind == EntryKind::key) found.push_back(index);
  }
  return found;
}

std::optional<StoredEntry> newest_attestation(const Ledger& ledger, EntryKind kind) {
  std::uint64_t index = ledger.size();
  for (std::uint64_t left = look_back_max; left > 0 && index > 0; --left) {
    auto entry = ledger.read(--index);
    if (!entry || entry->leaf.kind != kind) continue;
    if (entry->leaf.direction != Direction::received || !entry->leaf.blind_case.is_zero()) continue;
    return std::move(*entry);
  }
  return std::nullopt;
}

}  // namespace entente
