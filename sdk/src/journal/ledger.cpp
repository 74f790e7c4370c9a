#include <entente/audit/proof.h>
#include <entente/crypto/seal.h>
#include <entente/journal/ledger.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <fstream>

#include "ledger_state.h"

namespace entente {
namespace {

constexpr std::string_view spool_context = "entente/unlogged/v1";

}  // namespace

bool is_silence(const Error& why) {
  return why.code == ErrorCode::store_failed || why.code == ErrorCode::store_locked ||
         why.code == ErrorCode::file_missing;
}

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

void Ledger::put_revoked(const Digest& mandate, const PublicKey& principal, std::uint64_t index) {
  state_->gathered.rows.revoked.push_back({mandate, principal, index});
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

Result<std::optional<Part>> Ledger::read_part(const CaseId& case_id, const Digest& digest) const {
  ENTENTE_LET(row, state_->store->find_part(case_id, digest));
  if (!row) return std::optional<Part>();
  const auto key = state_->content_key({case_id, std::string(name(row->part_class))});
  if (!key && key.error().code == ErrorCode::content_withheld) return std::optional<Part>();
  if (!key) return std::unexpected(key.error());
  ENTENTE_LET(part, open_part(*key, *row));
  return std::optional(std::move(part));
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
