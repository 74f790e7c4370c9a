// How a log is taken up, and what may end or change who signs it: another key, another name, two
// histories under one name.

#include <entente/journal/master_key.h>
#include <entente/wire/log_life.h>

#include <algorithm>
#include <fstream>

#include "ledger_state.h"

namespace entente {
namespace {

constexpr const char* way_on =
    ". It is not signed any more: put a newer copy there (entente restore), or go on under another "
    "name (entente log rollover)";

}  // namespace

Result<std::string> name_of_log(const std::filesystem::path& directory, const std::string& first) {
  const auto file = directory / "last-signed.db";
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return first;
  ENTENTE_LET(last, LastSigned::open(file, StoreMode::read));
  if (last->text().empty()) return first;
  ENTENTE_LET(newest, decode_checkpoint_text(last->text()));
  return is_log_of(newest.origin, first) ? newest.origin : first;
}

Result<std::unique_ptr<Ledger::State>> Ledger::State::make(const LedgerOptions& options,
                                                           const Signer& log_key,
                                                           Entropy& entropy) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) return fail(ErrorCode::store_failed, "cannot create " + options.directory.string());
  ENTENTE_LET(lock, StoreLock::take(options.directory));
  ENTENTE_LET(vkey, Vkey::make(options.origin, SignatureType::ed25519, log_key.public_key()));
  // A new one would not open what the lost one has sealed, and would stand where it belongs.
  const bool is_new = !std::filesystem::exists(options.directory / "keys.db", error);
  ENTENTE_LET(master,
              is_new ? read_or_make_master_key(options.directory, options.master_key_file, entropy)
                     : read_master_key(options.directory, options.master_key_file));
  auto state = std::make_unique<State>(State{.entropy = entropy,
                                             .log_key = &log_key,
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
                                             .key_change = {},
                                             .fresh = {},
                                             .last_leaves = {},
                                             .gathered = {}});
  ENTENTE_TRY(state->open_files());
  std::filesystem::remove(options.directory / "checkpoint", error);
  return state;
}

Status Ledger::State::open_files() {
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

void Ledger::State::let_go(const Error& why) {
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

Status Ledger::State::recover() {
  ENTENTE_TRY(read_tree());
  return check_may_sign();
}

Status Ledger::State::read_tree() {
  nodes.emplace(*store);
  ENTENTE_LET(loaded, nodes->load());
  tree = std::move(loaded);
  restart_batch();
  if (tree.size() == 0) return {};
  ENTENTE_LET(text, store->checkpoint());
  ENTENTE_LET(stored, decode_checkpoint_text(text));
  if (stored.head() != tree.head()) {
    return fail(ErrorCode::log_corrupt, "the stored nodes do not give the stored root");
  }
  if (stored.origin != vkey.name()) {
    return fail(ErrorCode::log_corrupt,
                "the store is of the log " + stored.origin + ", not of " + vkey.name());
  }
  ENTENTE_LET(newest, store->read_entry(tree.size() - 1));
  ENTENTE_LET(leaf, decode<LogEntry>(newest.leaf));
  last_time_ms = leaf.time_ms;
  return {};
}

// Nothing was signed that this store does not hold, by nobody, and the key is the log's.
Status Ledger::State::check_may_sign() {
  if (!last_signed->halted().empty()) {
    return fail(ErrorCode::log_forked, last_signed->halted() + way_on);
  }
  if (!last_signed->text().empty()) ENTENTE_TRY(check_follows());
  ENTENTE_TRY(find_key_change());
  ENTENTE_TRY(check_key());
  return tree.size() > 0 ? sign(tree) : Status();
}

Status Ledger::State::check_follows() const {
  ENTENTE_LET(last, decode_checkpoint_text(last_signed->text()));
  if (last.origin != vkey.name()) {
    return fail(ErrorCode::log_corrupt, "what was signed last here is of the log " + last.origin);
  }
  if (last.size > tree.size()) {
    return fail(ErrorCode::log_corrupt, "the log has signed " + std::to_string(last.size) +
                                            " entries and holds " + std::to_string(tree.size()) +
                                            ": a backup was restored" + way_on);
  }
  ENTENTE_LET(root, root_of(*nodes, last.size));
  if (root != last.root) {
    return fail(ErrorCode::log_corrupt, "the stored entries are not those that were signed");
  }
  return {};
}

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerOptions& options, const Signer& log_key,
                                             Entropy& entropy) {
  ENTENTE_LET(state, State::make(options, log_key, entropy));
  ENTENTE_TRY(state->recover());
  if (options.spool_bytes > 0) {
    ENTENTE_LET(spool, Spool::open(options.directory / "unlogged", options.spool_bytes));
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

Status Ledger::State::find_key_change() {
  key_change.reset();
  ENTENTE_LET(documents, store->entries_of(no_case));
  for (auto index = documents.rbegin(); index != documents.rend(); ++index) {
    ENTENTE_LET(row, store->read_entry(*index));
    ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
    if (leaf.kind != EntryKind::key) continue;
    ENTENTE_LET(opened, open_at(*index));
    ENTENTE_LET(record, decode<LogKeyRecord>(opened.content.content));
    key_change = std::move(record);
    return {};
  }
  return {};
}

Status Ledger::State::check_key() {
  if (!key_change) return {};
  ENTENTE_LET(now, Vkey::decode(key_change->new_vkey));
  // Under another name the log begins with the key that its first entry was signed by.
  if (now.name() != vkey.name() || now.public_key() == log_key->public_key()) return {};
  return fail(ErrorCode::config_invalid,
              "since " + format_rfc3339(key_change->at_ms) +
                  " another key signs this log: name the one whose public half is " +
                  to_did_key(now.public_key()));
}

bool Ledger::State::both_keys_sign() const {
  if (!key_change || options.old_log_key == nullptr) return false;
  const auto old = Vkey::decode(key_change->old_vkey);
  return old && old->name() == vkey.name() &&
         old->public_key() == options.old_log_key->public_key() &&
         last_time_ms < key_change->both_until_ms;
}

Result<std::string> Ledger::State::signed_note(const MerkleTree& of) const {
  const Checkpoint checkpoint{vkey.name(), of.size(), of.root()};
  ENTENTE_LET(by_key, sign_checkpoint(checkpoint, *log_key));
  if (!both_keys_sign()) return by_key;
  ENTENTE_LET(by_old, sign_checkpoint(checkpoint, *options.old_log_key));
  return add_signature(by_key, by_old.substr(by_old.find("\n\n") + 2));
}

Status Ledger::change_key(const Signer& next, std::int64_t both_until_ms, std::int64_t now_ms) {
  State& s = *state_;
  ENTENTE_LET(vkey, Vkey::make(s.vkey.name(), SignatureType::ed25519, next.public_key()));
  if (vkey == s.vkey) return fail(ErrorCode::wrong_use, "the new key is the old one");
  LogKeyRecord record{.old_vkey = s.vkey.encode(),
                      .new_vkey = vkey.encode(),
                      .both_until_ms = both_until_ms,
                      .at_ms = std::max(now_ms, s.last_time_ms)};
  const Bytes statement = log_key_statement(record);
  ENTENTE_LET(by_old, s.log_key->sign(statement));
  ENTENTE_LET(by_new, next.sign(statement));
  record.old_signature = by_old;
  record.new_signature = by_new;
  append({.kind = EntryKind::key,
          .case_id = no_case,
          .direction = Direction::own,
          .time_ms = record.at_ms,
          .content = encode(record)});
  return commit();
}

Status Ledger::halt(const std::string& why) {
  State& s = *state_;
  const Status halted = s.last_signed ? s.last_signed->halt(why) : Status();
  s.note_trouble(fail(ErrorCode::log_forked, why + way_on));
  return halted;
}

namespace {

// The name of the log as it was, beside what it signed last; for auditors.
Status keep_last_word(const std::filesystem::path& directory, const Checkpoint& last,
                      const std::string& note) {
  std::string name = last.origin;
  std::ranges::replace_if(name, [](char c) { return c == '/' || c == ':'; }, '-');
  const auto file = directory / ("ended-" + name + ".checkpoint");
  if (std::filesystem::exists(file)) return {};  // from a run that was cut off
  std::ofstream out(file, std::ios::binary);
  out << note;
  out.flush();
  if (out) return {};
  return fail(ErrorCode::store_failed, file.string());
}

EntryDraft draft_of(const RolloverRecord& record) {
  return {.kind = EntryKind::rollover,
          .case_id = no_case,
          .direction = Direction::own,
          .time_ms = record.at_ms,
          .content = encode(record)};
}

}  // namespace

// Where all that the old log signed is here, its last entry names the next log.
Status Ledger::State::end_log(const Vkey& next, const Rollover& wish) {
  const Status whole = check_may_sign();
  if (!whole && whole.error().code == ErrorCode::config_invalid) return whole;
  ENTENTE_LET(last, decode_checkpoint_text(last_signed->text()));
  if (last.origin != vkey.name()) return whole;
  if (!whole) return keep_last_word(options.directory, last, last_signed->text());
  ENTENTE_TRY(add(draft_of({.begins = false,
                            .origin = next.name(),
                            .vkey = next.encode(),
                            .reason = wish.reason,
                            .at_ms = wish.at_ms})));
  ENTENTE_TRY(commit_batch());
  restart_batch();
  ENTENTE_TRY(
      last_signed->halt("the log ended as " + vkey.name() + " and goes on as " + next.name()));
  return keep_last_word(options.directory, last, note);
}

// What a crash cut off between the store and the last-signed: the other log is in the one and not
// in the other.
Result<bool> Ledger::State::has_begun(const Vkey& next, const Rollover& wish) {
  ENTENTE_LET(text, store->checkpoint());
  if (text.empty()) return false;
  ENTENTE_LET(stored, decode_checkpoint_text(text));
  ENTENTE_LET(last, decode_checkpoint_text(last_signed->text()));
  if (stored.origin != next.name() || last.origin != vkey.name()) return false;
  vkey = next;
  log_key = wish.next_key;
  ENTENTE_TRY(read_tree());
  begins_log = true;
  ENTENTE_TRY(sign(tree));
  return true;
}

Status Ledger::State::begin_other(const Vkey& next, const Rollover& wish) {
  const RolloverRecord record{.begins = true,
                              .origin = vkey.name(),
                              .vkey = vkey.encode(),
                              .size = tree.size(),
                              .root = tree.root(),
                              .reason = wish.reason,
                              .at_ms = wish.at_ms};
  vkey = next;
  log_key = wish.next_key;
  begins_log = true;
  ENTENTE_TRY(add(draft_of(record)));
  ENTENTE_TRY(commit_batch());
  restart_batch();
  return {};
}

Result<std::unique_ptr<Ledger>> Ledger::roll_over(const LedgerOptions& options,
                                                  const Signer& log_key, Entropy& entropy,
                                                  const Rollover& wish) {
  ENTENTE_LET(next, Vkey::make(wish.origin, SignatureType::ed25519, wish.next_key->public_key()));
  if (wish.origin == options.origin) {
    return fail(ErrorCode::wrong_use, "the new log needs another name than the old one");
  }
  ENTENTE_LET(state, State::make(options, log_key, entropy));
  if (state->last_signed->text().empty()) {
    return fail(ErrorCode::not_found,
                "this log has signed nothing: there is nothing to go on from");
  }
  ENTENTE_LET(is_begun, state->has_begun(next, wish));
  if (is_begun) return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
  ENTENTE_TRY(state->read_tree());
  ENTENTE_TRY(state->end_log(next, wish));
  ENTENTE_TRY(state->begin_other(next, wish));
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

}  // namespace entente
