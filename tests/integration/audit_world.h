#pragma once
// Two parties who really negotiated, stopped, and left their stores behind for an auditor; and the
// hands of someone who would rather they said something else.

#include <entente/auditor.h>
#include <entente/journal/ledger.h>

#include <functional>

#include "kettle.h"

namespace entente::tests {

// kettle.example and one customer: a replacement and a credit, agreed, performed and closed.
struct Aftermath {
  TemporaryDirectory directory;
  Brand brand;
  std::string brand_key;  // vkey of the brand's log
  CaseId case_id;

  Aftermath();
  std::filesystem::path brand_store() const { return directory.path() / "brand"; }
  std::filesystem::path consumer_store() const { return directory.path() / "consumer"; }
  // The same two, copied while they were open: their newest pages are in the write-ahead logs.
  std::filesystem::path live_brand() const { return directory.path() / "live-brand"; }
  std::filesystem::path live_consumer() const { return directory.path() / "live-consumer"; }
};
// Made once, never changed: tests copy what they tamper with.
const Aftermath& aftermath();

// A copy of the brand's store in which a witness has cosigned all entries: the last one says so.
void watch_brand_store(const std::filesystem::path& to);
Vkey watcher_key();

// The findings of these sources that are broken, as "rule by party"; an error as "error: code".
std::vector<std::string> broken_in(const std::vector<std::filesystem::path>& sources);
std::string report_text(const std::vector<std::filesystem::path>& sources);

// A brand that rewrites its log, and signs it with its own key so that every hash holds: entries
// are copied one by one, each as `edit` leaves it; one that it does not want is left out.
struct EditedEntry {
  EntryKind kind = EntryKind::unset;
  CaseId case_id;
  EntryDraft draft;
  std::uint64_t index = 0;  // in the log that is rewritten
};
using Edit = std::function<bool(EditedEntry&)>;
// What it adds after the last entry.
using Add = std::function<std::vector<EntryDraft>()>;
void rewrite_log(const std::filesystem::path& from, const std::filesystem::path& to,
                 const KeyPair& log_key, const Edit& edit, const Add& add = {});

}  // namespace entente::tests
