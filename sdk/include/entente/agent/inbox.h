#pragma once
// Entries that another process asks the owner of a log to write: a command that has made a backup
// of a running endpoint cannot write to its log. Each lies as a file in the store's directory until
// it is an entry.
//
//     ENTENTE_TRY(leave_in_inbox("brand/data", {EntryKind::backup, encode(record)}));
//     ENTENTE_LET(left, read_inbox("brand/data"));                       // its owner, now and then

#include <entente/protocol/log_entry.h>

#include <filesystem>

namespace entente {

class Ledger;

// An entry of no case.
struct InboxEntry {
  EntryKind kind = EntryKind::unset;
  Bytes content;
};

// Durable on return. Requires a kind that may come so: backup, restore. Fails with store_failed.
Status leave_in_inbox(const std::filesystem::path& store, const InboxEntry& entry);

struct LeftEntry {
  std::filesystem::path file;  // to be removed once the entry is committed
  InboxEntry entry;
};
// In order of name. What is no such file is passed over.
std::vector<LeftEntry> read_inbox(const std::filesystem::path& store);

// Whether it is an entry already: what a crash between the commit and the removal left.
Result<bool> is_on_record(const Ledger& ledger, const InboxEntry& wanted);

// Makes entries of them, in a log that its owner has open and nothing is gathered in. How many.
// Fails as Ledger::commit() does.
Result<std::size_t> empty_inbox(const std::filesystem::path& store, Ledger& ledger,
                                std::int64_t now_ms);

}  // namespace entente
