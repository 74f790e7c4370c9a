#pragma once
// A party's memory on disk: log entries with their sealed content, the tree's tiles, parts,
// receipts, and where each case stands. A batch is written whole or not at all, and is on the disk
// when write() returns.
//
//     ENTENTE_LET(store, open_sqlite_store("brand/store.db", StoreMode::write));
//     ENTENTE_TRY(store->write(batch));
//
// One interface; SQLite is the first of its kinds. Nothing in here is secret: content is sealed
// under keys that live in the key store. Layout: docs/reference/store.md.

#include <entente/core/digest.h>
#include <entente/core/result.h>
#include <entente/protocol/primitives.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace entente {

struct EntryRow {
  std::uint64_t index = 0;
  Bytes leaf;                     // canonical LogEntry
  Bytes sealed;                   // salt[32] || content
  std::optional<CaseId> case_id;  // for finding a case's entries; never in the leaf
};

// A hash tile that is full (entente/audit/tiles.h); it never changes.
struct TileRow {
  unsigned level = 0;
  std::uint64_t index = 0;
  Bytes hashes;
};

struct PartRow {
  CaseId case_id;
  Digest digest;
  PartClass part_class = PartClass::unset;
  Bytes sealed;  // salt[32] || u16 length || media type || content
};

// The counterparty's receipt for one message.
struct ReceiptRow {
  CaseId case_id;
  MessageId message;
  Bytes leaf;
  std::array<std::uint8_t, 32> salt{};
  std::string proof;
};

// What can be asked of all cases without reading them.
struct CaseRow {
  CaseId case_id;
  PublicKey opener;  // with open_act: the idempotency of `open`
  ActId open_act{};
  bool closed = false;
};

// A mandate taken back by whoever says so: from this log index on, never before.
struct RevokedRow {
  Digest mandate;
  PublicKey principal;
  std::uint64_t index = 0;
};

// An entry that says how long a case is kept: a hold or an erasure.
struct RetentionRow {
  std::uint64_t index = 0;
  CaseId case_id;
  bool done = false;  // of an erasure: nothing of it is left to do
};

// What is emptied once a case, or a class of it, is erased.
struct ErasedRows {
  CaseId case_id;
  std::uint64_t erasure = 0;           // the entry that says so
  std::vector<std::uint64_t> entries;  // whose sealed bytes go
  std::vector<PartClass> parts;        // that go
  bool receipts = false;               // go, as their salts open the counterparty's entries
};

struct StoreBatch {
  std::vector<EntryRow> entries;
  std::vector<TileRow> tiles;
  std::vector<PartRow> parts;
  std::vector<ReceiptRow> receipts;
  std::vector<CaseRow> cases;  // inserted or replaced
  std::vector<RevokedRow> revoked;
  std::vector<RetentionRow> retention;
  std::string checkpoint;  // text of the tree after this batch; empty = unchanged

  bool empty() const;
};

class Store {
 public:
  virtual ~Store() = default;

  // All or nothing, durable on return. Fails with store_failed; then nothing may be acknowledged,
  // and only opening the store again tells what the disk holds.
  virtual Status write(const StoreBatch& batch) = 0;
  // All or nothing; on return none of what went is left in the file or its write-ahead log. May be
  // called again for the same rows. Fails with store_failed, and with store_locked if somebody
  // reads meanwhile: then it is gone, and what it lay in may still be read.
  virtual Status erase(std::span<const ErasedRows> rows) = 0;
  // What these erasures say is done.
  virtual Status settle(std::span<const ErasedRows> rows) = 0;
  // Writes and syncs something that means nothing: a disk that takes this takes batches again.
  virtual Status try_write() = 0;
  // Lets go of the file without writing to it, now and when dropped.
  virtual void abandon() = 0;

  virtual std::uint64_t size() const = 0;  // of entries
  virtual Result<std::string> checkpoint() const = 0;
  // Fails with store_corrupt if the entry is not there or not what a row can be.
  virtual Result<EntryRow> read_entry(std::uint64_t index) const = 0;
  // Those that are there from `first` on, in order, at most `count`: for whoever reads them all.
  virtual Result<std::vector<EntryRow>> read_entries(std::uint64_t first,
                                                     std::size_t count) const = 0;
  // Of a full tile. Fails with store_corrupt if it is not there.
  virtual Result<Bytes> read_tile(unsigned level, std::uint64_t index) const = 0;
  virtual Result<std::vector<std::uint64_t>> entries_of(const CaseId& case_id) const = 0;
  virtual Result<std::vector<PartRow>> parts_of(const CaseId& case_id) const = 0;
  virtual Result<std::optional<PartRow>> find_part(const CaseId& case_id,
                                                   const Digest& digest) const = 0;
  virtual Result<std::vector<ReceiptRow>> receipts_of(const CaseId& case_id) const = 0;
  virtual Result<std::optional<CaseRow>> find_case(const CaseId& case_id) const = 0;
  virtual Result<std::optional<CaseRow>> find_open(const PublicKey& opener,
                                                   const ActId& act) const = 0;
  virtual Result<std::vector<CaseRow>> cases() const = 0;
  virtual Result<std::uint64_t> case_count() const = 0;
  virtual Result<std::vector<RevokedRow>> revoked() const = 0;
  virtual Result<std::vector<RetentionRow>> retention() const = 0;  // by index
};

// Stands where a store stood whose file cannot be used now: every question fails with `why`.
std::unique_ptr<Store> make_closed_store(Error why);

enum class StoreMode : std::uint8_t { read, write };

// Creates the file in write mode. Reading never changes it, whatever the file says.
// Fails with store_failed, store_corrupt, store_locked, file_missing.
Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& file, StoreMode mode);

}  // namespace entente
