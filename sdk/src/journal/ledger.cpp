#include <entente/audit/proof.h>
#include <entente/crypto/seal.h>
#include <entente/journal/content.h>
#include <entente/journal/ledger.h>
#include <entente/journal/log_nodes.h>
#include <entente/journal/master_key.h>
#include <entente/store/key_store.h>
#include <entente/store/last_signed.h>
#include <entente/store/spool.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <fstream>
#include <unordered_map>

#include "engine.h"
#include "forgetting.h"

namespace entente {
namespace {

constexpr std::string_view spool_context = "entente/unlogged/v1";
constexpr std::size_t last_leaves_max = 16'384;

}  // namespace

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
  const Signer& log_key;
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
  std::unordered_map<std::uint64_t, Opened>
      fresh;                                       // of the last batch: most receipts are asked now
  std::unordered_map<CaseId, Digest> last_leaves;  // of cases written lately
  Gathered gathered;
  bool failed = false;

  Status open_files() {
    const auto in = [&](const char* name) { return options.directory / name; };
    ENTENTE_LET(opened_keys,
                KeyStore::open(in("keys.db"), master, sealing_craft(entropy), StoreMode::write));
    keys = std::move(opened_keys);
    ENTENTE_LET(opened_store, open_sqlite_store(in("store.db"), StoreMode::write));
    store = std::move(opened_store);
    ENTENTE_LET(opened_last, LastSigned::open(in("last-signed.db"), StoreMode::write));
    last_signed = std::move(opened_last);
    ENTENTE_LET(blind, keys->secret("blind"));
    blinding = blind;
    ENTENTE_TRY(content_key(key_scope(no_case, EntryKind::erasure)));
    if (options.spool_bytes > 0) {
      ENTENTE_LET(under, keys->secret("spool"));
      spool_key = under;
    }
    return keys->flush();
  }

  // Nothing that memory holds is written: it may be ahead of the disk, or beside it.
  void let_go(const Error& why) {
    if (keys) keys->abandon();
    if (store) store->abandon();
    if (last_signed) last_signed->abandon();
    keys.reset();
    last_signed.reset();
    nodes.reset();
    store = make_closed_store(why);
    fresh.clear();
    last_leaves.clear();
  }

  Result<Digest> last_leaf_of(const CaseId& case_id) {
    const auto known = last_leaves.find(case_id);
    if (known != last_leaves.end()) return known->second;
    ENTENTE_LET(entries, store->entries_of(case_id));
    if (entries.empty()) return Digest{};
    ENTENTE_LET(row, store->read_entry(entries.back()));
    return leaf_hash(row.leaf);
  }

  void note_last_leaf(const CaseId& case_id, const Digest& hash) {
    // What is not in the store yet must stay.
    if (last_leaves.size() >= last_leaves_max && gathered.rows.entries.empty()) last_leaves.clear();
    last_leaves[case_id] = hash;
  }

  Status add(const EntryDraft& draft) {
    const std::uint64_t index = gathered.tree.size();
    const CaseId owner = draft.case_id.value_or(no_case);
    OpenedContent opened;
    entropy.fill(opened.salt);
    opened.content = draft.content;
    last_time_ms = std::max(last_time_ms, draft.time_ms);
    LogEntry leaf{.kind = draft.kind,
                  .time_ms = last_time_ms,
                  .blind_case = {},
                  .position = draft.position,
                  .direction = draft.direction,
                  .commit = commitment(opened.salt, draft.content),
                  .parts_received = draft.parts_received,
                  .prev_leaf = {},
                  .effect = draft.effect,
                  .engine = std::string(engine_version)};
    if (owner != no_case) {
      leaf.blind_case = blind_case(blinding, owner);
      ENTENTE_LET(previous, last_leaf_of(owner));
      leaf.prev_leaf = previous;
    }
    ENTENTE_LET(key, content_key(key_scope(draft.case_id, draft.kind)));
    Bytes leaf_bytes = encode(leaf);
    if (leaf_bytes.size() > limits::leaf_bytes_max) {
      return fail(ErrorCode::too_large, "a log entry names too many parts");
    }
    const Digest hash = leaf_hash(leaf_bytes);
    nodes->add(gathered.tree.append(hash), gathered.rows.tiles);
    if (owner != no_case) note_last_leaf(owner, hash);
    gathered.rows.entries.push_back({.index = index,
                                     .leaf = leaf_bytes,
                                     .sealed = seal_entry(key, opened, index, entropy),
                                     .case_id = draft.case_id});
    if (draft.kind == EntryKind::erasure || draft.kind == EntryKind::hold) {
      gathered.rows.retention.push_back({.index = index, .case_id = owner});
    }
    gathered.opened[index] = {std::move(leaf_bytes), std::move(opened)};
    return {};
  }

  Result<WrapKey> content_key(const KeyScope& scope) const {
    if (!keys) return fail(ErrorCode::store_failed, "the key store is closed");
    return keys->content_key(scope.case_id, scope.content_class);
  }

  // Nothing may be read from memory that is no more on the disk.
  Status carry_out_erasures() {
    ENTENTE_LET(any, entente::carry_out_erasures({.keys = *keys,
                                                  .store = *store,
                                                  .spool = spool ? &*spool : nullptr,
                                                  .now_ms = last_time_ms}));
    if (any) fresh.clear();
    return {};
  }

  Result<Opened> open_at(std::uint64_t index) const {
    if (const auto known = fresh.find(index); known != fresh.end()) return known->second;
    ENTENTE_LET(row, store->read_entry(index));
    ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
    ENTENTE_LET(key, content_key(key_scope(row.case_id, leaf.kind)));
    ENTENTE_LET(content, open_entry(key, row.sealed, index));
    return Opened{std::move(row.leaf), std::move(content)};
  }

  void note_trouble(const Status& status) {
    if (status || gathered.troubled) return;
    gathered.troubled = true;
    gathered.trouble = status.error();
  }

  void restart_batch() {
    gathered = Gathered{};
    gathered.tree = tree;
  }

  Result<std::string> checkpoint_text(const MerkleTree& of) const {
    return encode_checkpoint_text({vkey.name(), of.size(), of.root()});
  }

  // Signs what the store holds, once the last-signed store agrees that it follows.
  Status sign(const MerkleTree& committed) {
    ENTENTE_LET(text, checkpoint_text(committed));
    if (last_signed->text() != text) ENTENTE_TRY(last_signed->advance(last_signed->text(), text));
    ENTENTE_LET(signed_note,
                sign_checkpoint({vkey.name(), committed.size(), committed.root()}, log_key));
    note = std::move(signed_note);
    return {};
  }

  Status commit_batch() {
    if (gathered.troubled) return std::unexpected(gathered.trouble);
    ENTENTE_TRY(keys->flush());
    const bool grown = !gathered.rows.entries.empty();
    if (grown) {
      ENTENTE_LET(text, checkpoint_text(gathered.tree));
      gathered.rows.checkpoint = text;
    }
    ENTENTE_TRY(store->write(gathered.rows));
    ENTENTE_TRY(check_written());
    tree = gathered.tree;
    fresh = std::move(gathered.opened);
    return grown ? sign(tree) : Status{};
  }

  // One wrong bit between here and the disk, signed, would be in the tree for good: what is signed
  // is what reads back.
  Status check_written() const {
    MerkleTree written = tree;
    for (const EntryRow& row : gathered.rows.entries) {
      ENTENTE_LET(stored, store->read_entry(row.index));
      written.append(leaf_hash(stored.leaf));
    }
    if (written.root() == gathered.tree.root()) return {};
    return fail(ErrorCode::log_corrupt, "what was written reads back as something else");
  }

  // The stored tree must be the one last signed, or follow from it by the batch a crash cut off.
  Status recover() {
    nodes.emplace(*store);
    ENTENTE_LET(loaded, nodes->load());
    tree = std::move(loaded);
    if (tree.size() > 0) {
      ENTENTE_LET(text, checkpoint_text(tree));
      ENTENTE_LET(stored, store->checkpoint());
      if (text != stored) {
        return fail(ErrorCode::log_corrupt, "the stored nodes do not give the stored root");
      }
    }
    if (!last_signed->text().empty()) ENTENTE_TRY(check_follows());
    if (tree.size() > 0) {
      ENTENTE_TRY(sign(tree));
      ENTENTE_LET(newest, store->read_entry(tree.size() - 1));
      ENTENTE_LET(leaf, decode<LogEntry>(newest.leaf));
      last_time_ms = leaf.time_ms;
    }
    restart_batch();
    return {};
  }

  Status check_follows() const {
    ENTENTE_LET(last, decode_checkpoint_text(last_signed->text()));
    if (last.origin != vkey.name()) {
      return fail(ErrorCode::log_corrupt, "the last checkpoint is of " + last.origin);
    }
    if (last.size > tree.size()) {
      return fail(ErrorCode::log_corrupt, "the log has signed " + std::to_string(last.size) +
                                              " entries and holds " + std::to_string(tree.size()) +
                                              ": a backup was restored");
    }
    ENTENTE_LET(root, root_of(*nodes, last.size));
    if (root != last.root) {
      return fail(ErrorCode::log_corrupt, "the stored entries are not those that were signed");
    }
    return {};
  }
};

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}

// The signed note beside the store is for auditors of a log at rest: a running one has none, lest a
// crash leaves one that is older than the store.
Ledger::~Ledger() {
  if (state_ == nullptr || state_->note.empty()) return;
  if (state_->failed) {
    state_->let_go({ErrorCode::store_failed, "closed"});
    return;
  }
  std::ofstream(state_->options.directory / "checkpoint", std::ios::binary) << state_->note;
}

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerOptions& options, const Signer& log_key,
                                             Entropy& entropy) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return fail(ErrorCode::store_failed, "cannot create " + options.directory.string());
  ENTENTE_LET(lock, StoreLock::take(options.directory));
  ENTENTE_LET(vkey, Vkey::make(options.origin, SignatureType::ed25519, log_key.public_key()));
  const auto in = [&](const char* name) { return options.directory / name; };
  ENTENTE_LET(master, read_or_make_master_key(options.directory, options.master_key_file, entropy));
  auto state = std::make_unique<State>(State{.entropy = entropy,
                                             .log_key = log_key,
                                             .vkey = vkey,
                                             .lock = std::move(lock),
                                             .options = options,
                                             .master = master,
                                             .spool = {},
                                             .keys = {},
                                             .store = {},
                                             .last_signed = {},
                                             .nodes = {},
                                             .tree = {},
                                             .note = {},
                                             .fresh = {},
                                             .last_leaves = {},
                                             .gathered = {}});
  ENTENTE_TRY(state->open_files());
  std::filesystem::remove(in("checkpoint"), error);
  ENTENTE_TRY(state->recover());
  if (options.spool_bytes > 0) {
    ENTENTE_LET(spool, Spool::open(in("unlogged"), options.spool_bytes));
    state->spool = std::move(spool);
  }
  ENTENTE_TRY(state->carry_out_erasures());
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

Status Ledger::reopen() {
  State& s = *state_;
  s.failed = true;
  s.let_go({ErrorCode::store_failed, "the log is closed until its disk can be written"});
  s.restart_batch();
  Status opened = s.open_files();
  if (opened) opened = s.recover();
  if (!opened) {
    s.let_go(opened.error());
    return opened;
  }
  ENTENTE_TRY(s.store->try_write());
  s.failed = false;
  return {};
}

std::uint64_t Ledger::append(const EntryDraft& draft) {
  const std::uint64_t index = next_index();
  state_->note_trouble(state_->add(draft));
  return index;
}

bool Ledger::keep_part(const CaseId& case_id, const Part& part) {
  State& s = *state_;
  const auto key = s.content_key({case_id, std::string(name(part.part_class))});
  if (!key) {
    const bool erased = key.error().code == ErrorCode::content_withheld;
    if (!erased) s.note_trouble(std::unexpected(key.error()));
    return !erased;
  }
  const Digest digest = part_digest(part);
  s.gathered.rows.parts.push_back({.case_id = case_id,
                                   .digest = digest,
                                   .part_class = part.part_class,
                                   .sealed = seal_part(*key, part, digest, s.entropy)});
  return true;
}

void Ledger::keep_receipt(const CaseId& case_id, const MessageId& message, const Receipt& receipt) {
  state_->gathered.rows.receipts.push_back({.case_id = case_id,
                                            .message = message,
                                            .leaf = receipt.leaf,
                                            .salt = receipt.salt,
                                            .proof = receipt.proof});
}

void Ledger::put_case(const CaseRow& row) {
  auto& cases = state_->gathered.rows.cases;
  std::erase_if(cases, [&](const CaseRow& known) { return known.case_id == row.case_id; });
  cases.push_back(row);
}

void Ledger::put_revoked(const Digest& mandate, std::uint64_t index) {
  state_->gathered.rows.revoked.push_back({mandate, index});
}

void Ledger::fail_batch(const Error& why) { state_->note_trouble(std::unexpected(why)); }

bool Ledger::has_uncommitted() const { return !state_->gathered.rows.empty(); }

Status Ledger::commit() {
  State& s = *state_;
  if (s.failed) return fail(ErrorCode::store_failed, "an earlier commit failed: open again");
  if (!has_uncommitted() && !s.gathered.troubled) return {};
  const Status committed = s.commit_batch();
  s.failed = !committed;
  if (committed) s.restart_batch();
  return committed;
}

std::uint64_t Ledger::size() const { return state_->tree.size(); }
std::uint64_t Ledger::next_index() const { return state_->gathered.tree.size(); }
std::int64_t Ledger::last_time_ms() const { return state_->last_time_ms; }
const Vkey& Ledger::vkey() const { return state_->vkey; }
const std::string& Ledger::checkpoint_note() const { return state_->note; }
const Store& Ledger::store() const { return *state_->store; }

Result<Digest> Ledger::read_node(unsigned level, std::uint64_t index) const {
  if (!state_->nodes) return fail(ErrorCode::store_failed, "the log is closed");
  return state_->nodes->read_node(level, index);
}

Result<Receipt> Ledger::receipt(std::uint64_t index) const {
  ENTENTE_LET(opened, state_->open_at(index));
  ENTENTE_LET(hashes, inclusion_proof(*this, index, size()));
  ENTENTE_LET(
      proof,
      encode_proof({.extra = {}, .index = index, .hashes = hashes, .checkpoint = state_->note}));
  return Receipt{.leaf = opened.leaf, .salt = opened.content.salt, .proof = proof};
}

Result<std::vector<Digest>> Ledger::consistency_from(std::uint64_t old_size) const {
  return consistency_proof(*this, old_size, size());
}

Result<StoredEntry> Ledger::read(std::uint64_t index) const {
  ENTENTE_LET(opened, state_->open_at(index));
  ENTENTE_LET(leaf, decode<LogEntry>(opened.leaf));
  if (commitment(opened.content.salt, opened.content.content) != leaf.commit) {
    return fail(ErrorCode::log_corrupt, "entry " + std::to_string(index) + " has other content");
  }
  return StoredEntry{.index = index, .leaf = leaf, .content = opened.content.content};
}

Result<std::vector<Part>> Ledger::parts_of(const CaseId& case_id) const {
  ENTENTE_LET(rows, state_->store->parts_of(case_id));
  std::vector<Part> parts;
  for (const PartRow& row : rows) {
    const auto key = state_->content_key({case_id, std::string(name(row.part_class))});
    if (!key && key.error().code == ErrorCode::content_withheld) continue;
    if (!key) return std::unexpected(key.error());
    ENTENTE_LET(part, open_part(*key, row));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<RetentionRecords> Ledger::retention_records() const {
  if (!state_->keys) return fail(ErrorCode::store_failed, "the key store is closed");
  return read_retention_records(*state_->keys, *state_->store);
}

Status Ledger::carry_out_erasures() { return state_->carry_out_erasures(); }

Result<bool> Ledger::is_erased(const CaseId& case_id) const {
  if (!state_->keys) return fail(ErrorCode::store_failed, "the key store is closed");
  return state_->keys->is_destroyed({case_id, "terms"});
}

Status Ledger::begin_epoch(std::int64_t now_ms) { return state_->keys->destroy({}, now_ms); }
std::int64_t Ledger::epoch_began_ms() const { return state_->keys->epoch_began_ms(); }

Status Ledger::keep_unlogged(ByteView record) {
  State& s = *state_;
  if (!s.spool) return fail(ErrorCode::store_failed, "this log was opened without a spool");
  return s.spool->append(seal(s.spool_key, record, view(spool_context), s.entropy));
}

// A record that a crash cut off does not open: it was never promised.
Result<std::vector<Bytes>> Ledger::unlogged() const {
  std::vector<Bytes> records;
  if (!state_->spool) return records;
  ENTENTE_LET(sealed, state_->spool->records());
  for (const Bytes& each : sealed) {
    if (auto record = entente::open(state_->spool_key, each, view(spool_context))) {
      records.push_back(std::move(*record));
    }
  }
  return records;
}

Status Ledger::forget_unlogged() { return state_->spool ? state_->spool->clear() : Status(); }

Result<std::vector<std::uint64_t>> Ledger::entries_of(const CaseId& case_id) const {
  return state_->store->entries_of(case_id);
}

}  // namespace entente
