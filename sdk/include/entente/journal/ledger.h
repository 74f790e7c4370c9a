#pragma once
// A party's log as its owner writes it: entries are gathered into a batch, the batch becomes one
// store transaction, the last-signed store is advanced, and only then is a checkpoint signed and
// any byte allowed to leave the process.
//
//     ENTENTE_LET(ledger, Ledger::open({.directory = "brand", .origin = "kettle.example/log"},
//     ...)); const auto index = ledger->append({.kind = EntryKind::message, .content = envelope,
//     ...}); ENTENTE_TRY(ledger->commit()); ENTENTE_LET(receipt, ledger->receipt(index));
//
// One thread at a time. Format: protocol/spec/06-audit-log.md.

#include <entente/audit/checkpoint.h>
#include <entente/core/clock.h>
#include <entente/crypto/signature.h>
#include <entente/journal/retention.h>
#include <entente/protocol/log_entry.h>
#include <entente/protocol/parcel.h>
#include <entente/store/store.h>

#include <filesystem>
#include <memory>

namespace entente {

struct LedgerOptions {
  std::filesystem::path directory;        // made if it is not there
  std::string origin;                     // the log's name: "kettle.example/log"
  std::filesystem::path master_key_file;  // 64 hex digits, made if absent; empty: in `directory`
  // Room on the disk, taken in advance, for keep_unlogged(). 0: none.
  std::size_t spool_bytes = 0;
  // The key that signed before the newest one: both sign while an entry of kind `key` says so.
  const Signer* old_log_key = nullptr;
};

// A log that goes on under another name.
struct Rollover {
  std::string origin;                // the new name
  const Signer* next_key = nullptr;  // signs it; may be the old key
  std::string reason;                // code
  std::int64_t at_ms = 0;
};

// What the log in this directory is called now: as at first, or what it was rolled over to, which a
// consumer's log extends its name by. Fails as reading its last-signed.db does.
Result<std::string> name_of_log(const std::filesystem::path& directory, const std::string& first);

// An entry before it has a place.
struct EntryDraft {
  EntryKind kind = EntryKind::unset;
  std::optional<CaseId> case_id;  // no_case: a document of the log itself (a card, a policy)
  std::uint64_t position = 0;
  Direction direction = Direction::own;
  std::int64_t time_ms = 0;
  Bytes content;  // what the commitment opens to
  std::vector<Digest> parts_received;
  std::string effect;
};

// An entry as it is read back. The content was checked against its commitment.
struct StoredEntry {
  std::uint64_t index = 0;
  LogEntry leaf;
  Bytes content;
};

class Ledger final : public NodeReader {
 public:
  // Finishes what a crash left: a committed batch whose checkpoint was not signed is signed now,
  // and what the log says was erased is erased, also where a restored key store has brought it
  // back. Fails with store_locked, store_failed, store_corrupt, log_corrupt (the tree is not the
  // one last signed: a restored backup, a flipped bit), log_forked (it was halted), config_invalid
  // (the log has named another key since).
  static Result<std::unique_ptr<Ledger>> open(const LedgerOptions& options, const Signer& log_key,
                                              Entropy& entropy);
  // Goes on under another name, whatever the old log has signed beyond what is here: the old name
  // is never signed again. The new log has the same entries, then one that says where it comes
  // from; where the old log was whole, its own last entry names the new one. `options` and
  // `log_key` are the old log's. Fails as open() does, but for log_forked and a log that is behind.
  static Result<std::unique_ptr<Ledger>> roll_over(const LedgerOptions& options,
                                                   const Signer& log_key, Entropy& entropy,
                                                   const Rollover& wish);
  ~Ledger() override;

  // Gathers. Nothing is durable before commit().
  std::uint64_t append(const EntryDraft& draft);
  // False if parts of this class were erased in this case: then it is not kept.
  bool keep_part(const CaseId& case_id, const Part& part);
  void keep_receipt(const CaseId& case_id, const MessageId& message, const Receipt& receipt);
  void put_case(const CaseRow& row);
  void put_revoked(const Digest& mandate, const PublicKey& principal, std::uint64_t index);
  bool has_uncommitted() const;
  // What was gathered rests on something that could not be read: commit() fails with `why`.
  void fail_batch(const Error& why);

  // One transaction, compare-and-swap, signature. On failure nothing of the batch was
  // acknowledged, and the ledger refuses further work until reopen() succeeds.
  Status commit();
  // After a failed commit: throws away what memory holds, reads the files again as open() does and
  // writes to them. The failed batch may prove to be on the disk; it is then signed. Fails as
  // open() does, and may be called again; reading works meanwhile if the files could be read.
  Status reopen();

  // An entry, signed by both keys, that `next` signs this log from now on. Commits; then the log is
  // to be opened with that key.
  Status change_key(const Signer& next, std::int64_t both_until_ms, std::int64_t now_ms);
  // Somebody else signs under this name and key: what is gathered is not committed, and nothing
  // will be, whoever opens the log.
  Status halt(const std::string& why);

  // Entries of kind erasure and hold; more in entente/journal/retention.h.
  Result<RetentionRecords> retention_records() const;
  // Requires that nothing is gathered. Fails as a write does, and with store_locked while somebody
  // reads the store: then the content is gone for every key holder, and the rest waits for the next
  // call.
  Status carry_out_erasures();
  // Nothing is left of the case but that it was.
  Result<bool> is_erased(const CaseId& case_id) const;
  // Wraps all keys anew; see KeyStore::destroy().
  Status begin_epoch(std::int64_t now_ms);
  std::int64_t epoch_began_ms() const;

  // What is promised while commits fail, sealed in room that was taken in advance. The disk may
  // refuse even this: store_failed.
  Status keep_unlogged(ByteView record);
  Result<std::vector<Bytes>> unlogged() const;  // oldest first
  Status forget_unlogged();

  std::uint64_t size() const;        // committed entries
  std::uint64_t next_index() const;  // of the next append()
  // No entry is older than the one before it: append() gives a draft that is this time.
  std::int64_t last_time_ms() const;
  const Vkey& vkey() const;
  const std::string& checkpoint_note() const;  // newest signed note; empty for an empty log
  // Proof of a committed entry under the newest checkpoint.
  Result<Receipt> receipt(std::uint64_t index) const;
  Result<std::vector<Digest>> consistency_from(std::uint64_t old_size) const;

  Result<StoredEntry> read(std::uint64_t index) const;
  Result<std::vector<std::uint64_t>> entries_of(const CaseId& case_id) const;
  Result<std::vector<Part>> parts_of(const CaseId& case_id) const;
  // Nothing if it did not come or was erased.
  Result<std::optional<Part>> read_part(const CaseId& case_id, const Digest& digest) const;
  const Store& store() const;
  Result<Digest> read_node(unsigned level, std::uint64_t index) const override;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The disk did not answer, which says nothing of what it holds.
bool is_silence(const Error& why);

}  // namespace entente
