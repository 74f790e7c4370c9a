#pragma once
// A running log as a thread beside its writer sees it: for those who show it to others.

#include <entente/journal/ledger.h>
#include <entente/journal/sequencer.h>

#include <functional>
#include <optional>

namespace entente {

// Runs on the writer thread and waits for it: short looks only.
void look_and_wait(Sequencer& sequencer, const std::function<void(const Ledger&)>& look);

// Whether an entry from this one on says something new; true if that would take long to find out.
bool has_news(const Ledger& ledger, std::uint64_t since);

// The entries that change the key of the log, in order.
std::vector<std::uint64_t> key_entries(const Ledger& ledger);

// The newest entry of this kind among the last of the log that is of no case and was received.
std::optional<StoredEntry> newest_attestation(const Ledger& ledger, EntryKind kind);

}  // namespace entente
