#pragma once
// What an open ledger holds: its files, the tree as it is committed, and the batch being gathered.

#include <entente/journal/content.h>
#include <entente/journal/ledger.h>
#include <entente/journal/log_nodes.h>
#include <entente/protocol/log_life.h>
#include <entente/store/key_store.h>
#include <entente/store/last_signed.h>
#include <entente/store/spool.h>

#include <unordered_map>

namespace entente {

// What opens a leaf's commitment.
struct Opened {
  Bytes leaf;
  OpenedContent content;
};

// A batch being gathered. Entries take their index at once; the tree grows beside the stored one.
struct Gathered {
  StoreBatch rows;
  MerkleTree tree;
  std::unordered_map<std::uint64_t, Opened> opened;
  Error trouble{ErrorCode::internal, {}};  // met while gathering; commit() reports it
  bool troubled = false;
};

struct Ledger::State {
  Entropy& entropy;
  const Signer* log_key;
  Vkey vkey;
  StoreLock lock;
  LedgerOptions options;
  WrapKey master{};
  std::optional<Spool> spool;
  std::unique_ptr<KeyStore> keys;
  std::unique_ptr<Store> store;
  std::unique_ptr<LastSigned> last_signed;
  WrapKey blinding{};
  WrapKey spool_key{};
  std::optional<LogNodes> nodes;  // of the gathered tree
  MerkleTree tree;                // committed
  std::int64_t last_time_ms = 0;  // of the newest entry, gathered ones included
  std::string note;
  std::optional<LogKeyRecord> key_change;  // the newest
  std::unordered_map<std::uint64_t, Opened>
      fresh;                                       // of the last batch: most receipts are asked now
  std::unordered_map<CaseId, Digest> last_leaves;  // of cases written lately
  Gathered gathered;
  bool failed = false;
  bool begins_log = false;  // the batch is the first under a new name

  static Result<std::unique_ptr<State>> make(const LedgerOptions& options, const Signer& log_key,
                                             Entropy& entropy);
  Status open_files();
  // Nothing that memory holds is written: it may be ahead of the disk, or beside it.
  void let_go(const Error& why);
  Result<Digest> last_leaf_of(const CaseId& case_id);
  void note_last_leaf(const CaseId& case_id, const Digest& hash);
  Status add(const EntryDraft& draft);
  Result<WrapKey> content_key(const KeyScope& scope) const;
  // Nothing may be read from memory that is no more on the disk.
  Status carry_out_erasures();
  Result<Opened> open_at(std::uint64_t index) const;
  void note_trouble(const Status& status);
  void restart_batch();
  Result<std::string> checkpoint_text(const MerkleTree& of) const;
  // Signs what the store holds, once the last-signed store agrees that it follows.
  Status sign(const MerkleTree& committed);
  Status commit_batch();
  // One wrong bit between here and the disk, signed, would be in the tree for good: what is signed
  // is what reads back.
  Status check_written() const;
  // The stored tree must be the one last signed, or follow from it by the batch a crash cut off.
  Status recover();
  Status read_tree();
  Status check_may_sign();
  Status check_follows() const;
  // The key that signs must be the one that the log named last.
  Status check_key();
  Status find_key_change();
  bool both_keys_sign() const;
  // The signed text of this tree: by the key, and by the one before it while both sign.
  Result<std::string> signed_note(const MerkleTree& of) const;
  Status end_log(const Vkey& next, const Rollover& wish);
  Result<bool> has_begun(const Vkey& next, const Rollover& wish);
  Status begin_other(const Vkey& next, const Rollover& wish);
};

}  // namespace entente
