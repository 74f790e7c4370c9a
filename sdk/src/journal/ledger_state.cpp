#include "ledger_state.h"

#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "engine.h"
#include "forgetting.h"

namespace entente {
namespace {

constexpr std::size_t last_leaves_max = 16'384;

}  // namespace

Result<Digest> Ledger::State::last_leaf_of(const CaseId& case_id) {
  const auto known = last_leaves.find(case_id);
  if (known != last_leaves.end()) return known->second;
  ENTENTE_LET(entries, store->entries_of(case_id));
  if (entries.empty()) return Digest{};
  ENTENTE_LET(row, store->read_entry(entries.back()));
  return leaf_hash(row.leaf);
}

void Ledger::State::note_last_leaf(const CaseId& case_id, const Digest& hash) {
  // What is not in the store yet must stay.
  if (last_leaves.size() >= last_leaves_max && gathered.rows.entries.empty()) last_leaves.clear();
  last_leaves[case_id] = hash;
}

Status Ledger::State::add(const EntryDraft& draft) {
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

Result<WrapKey> Ledger::State::content_key(const KeyScope& scope) const {
  if (!keys) return fail(ErrorCode::store_failed, "the key store is closed");
  return keys->content_key(scope.case_id, scope.content_class);
}

Status Ledger::State::carry_out_erasures() {
  ENTENTE_LET(any, entente::carry_out_erasures({.keys = *keys,
                                                .store = *store,
                                                .spool = spool ? &*spool : nullptr,
                                                .now_ms = last_time_ms}));
  if (any) fresh.clear();
  return {};
}

Result<Opened> Ledger::State::open_at(std::uint64_t index) const {
  if (const auto known = fresh.find(index); known != fresh.end()) return known->second;
  ENTENTE_LET(row, store->read_entry(index));
  ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
  ENTENTE_LET(key, content_key(key_scope(row.case_id, leaf.kind)));
  ENTENTE_LET(content, open_entry(key, row.sealed, index));
  return Opened{std::move(row.leaf), std::move(content)};
}

void Ledger::State::note_trouble(const Status& status) {
  if (status || gathered.troubled) return;
  gathered.troubled = true;
  gathered.trouble = status.error();
}

void Ledger::State::restart_batch() {
  gathered = Gathered{};
  gathered.tree = tree;
}

Result<std::string> Ledger::State::checkpoint_text(const MerkleTree& of) const {
  return encode_checkpoint_text({vkey.name(), of.size(), of.root()});
}

Status Ledger::State::sign(const MerkleTree& committed) {
  ENTENTE_LET(text, checkpoint_text(committed));
  if (begins_log) {
    ENTENTE_TRY(last_signed->begin_log(text));
    begins_log = false;
  } else if (last_signed->text() != text) {
    ENTENTE_TRY(last_signed->advance(last_signed->text(), text));
  }
  ENTENTE_LET(signed_text, signed_note(committed));
  note = std::move(signed_text);
  return {};
}

Status Ledger::State::commit_batch() {
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

Status Ledger::State::check_written() const {
  MerkleTree written = tree;
  for (const EntryRow& row : gathered.rows.entries) {
    ENTENTE_LET(stored, store->read_entry(row.index));
    written.append(leaf_hash(stored.leaf));
  }
  if (written.root() == gathered.tree.root()) return {};
  return fail(ErrorCode::log_corrupt, "what was written reads back as something else");
}

}  // namespace entente
