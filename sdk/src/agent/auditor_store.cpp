#include <entente/audit/checkpoint.h>
#include <entente/crypto/system.h>
#include <entente/journal/content.h>
#include <entente/store/last_signed.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "auditor_source.h"

namespace entente {
namespace {

constexpr int missing_max = 100;

WithheldContent why_not(const Error& error) {
  const bool lost = error.code == ErrorCode::content_withheld;
  return {.kind = lost ? WithheldContent::Kind::lost : WithheldContent::Kind::damaged,
          .why = error.detail};
}

struct StoreFiles {
  std::unique_ptr<Store> store;
  std::unique_ptr<KeyStore> keys;
  std::string last_signed;  // text
  std::string note;         // signed, if the owner left it there
  std::optional<WrapKey> blinding;
};

// Reads every row through both ways that lead to it, and compares what is stored twice.
class StoreSource final : public EntrySource {
 public:
  StoreSource(StoreFiles files, const AuditorKeys& keys) : files_(std::move(files)), keys_(keys) {}

  Result<LogHeader> header() override;
  Result<std::optional<LoggedEntry>> next() override;
  Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) override;
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) override;
  std::vector<Finding> findings() override;
  const Store& store() const { return *files_.store; }

 private:
  void broken(Rule rule, std::vector<std::uint64_t> entries, std::string sentence) {
    found_.push_back(
        {.rule = rule, .entries = std::move(entries), .sentence = std::move(sentence)});
  }
  void check_nodes(const LoggedEntry& entry);
  void check_blinding(const LoggedEntry& entry, const LogEntry& leaf);
  void note_opening(const LoggedEntry& entry, const LogEntry& leaf);
  Result<Digest> root_then(std::uint64_t size) const;
  void check_heads();
  void check_index();
  void check_rows();

  StoreFiles files_;
  AuditorKeys keys_;
  std::uint64_t next_ = 0;
  MerkleTree tree_;
  bool complete_ = true;
  int missing_ = 0;
  std::map<CaseId, std::vector<std::uint64_t>> filed_;
  std::map<CaseId, std::pair<PublicKey, ActId>> openings_;
  std::vector<Finding> found_;
};

Result<LogHeader> StoreSource::header() {
  LogHeader header{.vkey = {},
                   .witnesses = keys_.witnesses,
                   .checkpoint = files_.note,
                   .checkpoint_text = files_.last_signed};
  if (files_.last_signed.empty()) {
    ENTENTE_LET(text, files_.store->checkpoint());
    header.checkpoint_text = text;
  }
  if (!header.checkpoint_text.empty()) {
    if (const auto named = decode_checkpoint_text(header.checkpoint_text)) {
      header.origin = named->origin;
    }
  }
  header.vkey = find_log_key(keys_, header.origin);
  return header;
}

Result<std::optional<LoggedEntry>> StoreSource::next() {
  if (next_ >= files_.store->size()) return std::optional<LoggedEntry>();
  LoggedEntry entry{.index = next_++,
                    .leaf = {},
                    .content = WithheldContent{WithheldContent::Kind::damaged, "unreadable"},
                    .case_id = {},
                    .proof = {}};
  auto row = files_.store->read_entry(entry.index);
  if (!row) {
    complete_ = false;
    // A size that is no size would have us report its entries one by one for years.
    if (++missing_ > missing_max) next_ = files_.store->size();
    return std::optional(std::move(entry));
  }
  entry.leaf = std::move(row->leaf);
  entry.case_id = row->case_id;
  if (row->case_id) filed_[*row->case_id].push_back(entry.index);
  check_nodes(entry);
  const auto leaf = decode<LogEntry>(entry.leaf);
  if (!leaf) return std::optional(std::move(entry));
  const auto key =
      files_.keys->content_key(row->case_id.value_or(no_case), content_class(leaf->kind));
  auto content = key ? open_entry(*key, row->sealed, entry.index)
                     : Result<OpenedContent>(std::unexpected(key.error()));
  if (content) {
    entry.content = EntryContent{content->salt, std::move(content->content)};
  } else {
    entry.content = why_not(content.error());
  }
  check_blinding(entry, *leaf);
  note_opening(entry, *leaf);
  return std::optional(std::move(entry));
}

void StoreSource::check_nodes(const LoggedEntry& entry) {
  if (!complete_) return;
  for (const MerkleNode& node : tree_.append(leaf_hash(entry.leaf))) {
    const auto stored = files_.store->read_node(node.level, node.index);
    if (!stored || *stored != node.hash) {
      broken(Rule::log_nodes, {entry.index},
             "a stored hash of level " + std::to_string(node.level) + " is not that of the leaves");
    }
  }
}

void StoreSource::check_blinding(const LoggedEntry& entry, const LogEntry& leaf) {
  const CaseId owner = entry.case_id.value_or(no_case);
  const bool right =
      owner == no_case ? leaf.blind_case.is_zero()
                       : files_.blinding && leaf.blind_case == blind_case(*files_.blinding, owner);
  if (!right) {
    broken(Rule::log_index, {entry.index},
           "the entry is filed under a case that it does not blind");
  }
}

void StoreSource::note_opening(const LoggedEntry& entry, const LogEntry& leaf) {
  const auto* content = std::get_if<EntryContent>(&entry.content);
  if (leaf.kind != EntryKind::message || content == nullptr || !entry.case_id) return;
  if (openings_.contains(*entry.case_id)) return;
  const auto message = Admission::admit<Message>(content->bytes);
  if (!message || message->id() != *entry.case_id) return;
  openings_[message->id()] = {(*message)->author.key, (*message)->act_id};
}

Result<std::vector<LoggedPart>> StoreSource::parts_of(const CaseId& case_id) {
  ENTENTE_LET(rows, files_.store->parts_of(case_id));
  std::vector<LoggedPart> parts;
  for (const PartRow& row : rows) {
    // The row may hold any number; only a class that exists has a name and a key.
    const bool is_class =
        row.part_class > PartClass::unset && row.part_class <= PartClass::reference;
    const auto key = is_class
                         ? files_.keys->content_key(case_id, name(row.part_class))
                         : Result<WrapKey>(fail(ErrorCode::store_corrupt, "no class of parts"));
    auto part = key ? open_part(*key, row) : Result<Part>(std::unexpected(key.error()));
    LoggedPart logged{.digest = row.digest, .content = WithheldContent{}};
    if (part) {
      logged.content = std::move(*part);
    } else {
      logged.content = why_not(part.error());
    }
    parts.push_back(std::move(logged));
  }
  return parts;
}

Result<std::vector<LoggedReceipt>> StoreSource::receipts_of(const CaseId& case_id) {
  ENTENTE_LET(rows, files_.store->receipts_of(case_id));
  std::vector<LoggedReceipt> receipts;
  for (ReceiptRow& row : rows) {
    receipts.push_back({row.message, {std::move(row.leaf), row.salt, std::move(row.proof)}});
  }
  return receipts;
}

std::vector<Finding> StoreSource::findings() {
  check_heads();
  check_index();
  check_rows();
  return std::exchange(found_, {});
}

Result<Digest> StoreSource::root_then(std::uint64_t size) const {
  struct Nodes final : NodeReader {
    explicit Nodes(const Store& from) : store(from) {}
    const Store& store;
    Result<Digest> read_node(unsigned level, std::uint64_t index) const override {
      return store.read_node(level, index);
    }
  };
  if (size > tree_.size()) return fail(ErrorCode::out_of_range);
  return root_of(Nodes(*files_.store), size);
}

// Three places say how far the log is: its entries, its head, and what was last signed.
void StoreSource::check_heads() {
  const auto stored = files_.store->checkpoint();
  if (!stored) return broken(Rule::log_readable, {}, "the head cannot be read");
  if (tree_.size() == 0 && stored->empty()) return;
  const auto head = decode_checkpoint_text(*stored);
  if (!head || !complete_ || head->head() != tree_.head()) {
    broken(Rule::log_root, {}, "the stored checkpoint is not that of the stored entries");
  }
  if (*stored == files_.last_signed) return;
  const auto last = decode_checkpoint_text(files_.last_signed);
  const auto then = last ? root_then(last->size) : Result<Digest>(fail(ErrorCode::malformed));
  const bool follows = head && last && then && *then == last->root && last->size < head->size &&
                       last->origin == head->origin;
  if (!follows) {
    return broken(Rule::log_last_signed, {}, "the log is not the one that was last signed");
  }
  found_.push_back({.rule = Rule::log_last_signed,
                    .judgement = Judgement::not_checkable,
                    .sentence = "the last batch was written and not signed yet"});
}

void StoreSource::check_index() {
  for (const auto& [case_id, entries] : filed_) {
    const auto indexed = files_.store->entries_of(case_id);
    if (!indexed || *indexed != entries) {
      broken(Rule::log_index, {},
             "the index of case " + short_hex(case_id) + " does not list its entries");
    }
  }
}

void StoreSource::check_rows() {
  const auto rows = files_.store->cases();
  if (!rows) return broken(Rule::log_readable, {}, "the table of cases cannot be read");
  std::size_t known = 0;
  for (const CaseRow& row : *rows) {
    const auto opening = openings_.find(row.case_id);
    if (opening == openings_.end()) {
      broken(Rule::log_index, {}, "case " + short_hex(row.case_id) + " is listed and not opened");
      continue;
    }
    ++known;
    const auto by_open = files_.store->find_open(row.opener, row.open_act);
    const auto by_id = files_.store->find_case(row.case_id);
    if (opening->second != std::pair(row.opener, row.open_act) || !by_open || !*by_open ||
        (*by_open)->case_id != row.case_id || !by_id || !*by_id) {
      broken(Rule::log_index, {},
             "case " + short_hex(row.case_id) + " is not listed by who opened it");
    }
  }
  if (known != openings_.size()) broken(Rule::log_index, {}, "a case is opened and not listed");
}

Result<std::string> read_last_signed(const std::filesystem::path& directory) {
  ENTENTE_LET(last, LastSigned::open(directory / "last-signed.db", StoreMode::read));
  return last->text();
}

}  // namespace

Result<std::unique_ptr<EntrySource>> open_store_source(const std::filesystem::path& directory,
                                                       const AuditorKeys& keys) {
  static SystemEntropy unused;  // sealing needs chance, opening does not
  StoreFiles files;
  const auto key_file =
      keys.master_key_file.empty() ? directory / "master.key" : keys.master_key_file;
  ENTENTE_LET(master, read_master_key(key_file));
  ENTENTE_LET(key_store, KeyStore::open(directory / "keys.db", master, sealing_craft(unused),
                                        StoreMode::read));
  files.keys = std::move(key_store);
  ENTENTE_LET(store, open_sqlite_store(directory / "store.db", StoreMode::read));
  files.store = std::move(store);
  ENTENTE_LET(last_signed, read_last_signed(directory));
  files.last_signed = std::move(last_signed);
  if (const auto blinding = files.keys->secret("blind")) files.blinding = *blinding;
  if (std::filesystem::exists(directory / "checkpoint")) {
    ENTENTE_LET(note, read_whole_file(directory / "checkpoint"));
    files.note = std::move(note);
  }
  return std::make_unique<StoreSource>(std::move(files), keys);
}

const Store* store_of(const EntrySource& source) {
  const auto* store = dynamic_cast<const StoreSource*>(&source);
  return store == nullptr ? nullptr : &store->store();
}

namespace {

std::int64_t earliest_clock(const Case& casefile) {
  std::int64_t earliest = 0;
  for (const CaseClock& clock : casefile.clocks()) {
    if (earliest == 0 || clock.at_ms < earliest) earliest = clock.at_ms;
  }
  return earliest;
}

// The row was written when the case was last touched: by its last message, or by one of the clocks
// that fell due since. One of these states must be the one on file.
bool is_state_of(const CaseRow& row, Case casefile) {
  constexpr int clocks_max = 64;
  std::int64_t at_ms = 0;
  for (int i = 0; i < clocks_max; ++i) {
    if (row.closed == (casefile.phase() == Phase::closed) &&
        row.wake_ms == earliest_clock(casefile)) {
      return true;
    }
    std::int64_t next_ms = 0;
    for (const CaseClock& clock : casefile.clocks()) {
      if (clock.at_ms > at_ms && (next_ms == 0 || clock.at_ms < next_ms)) next_ms = clock.at_ms;
    }
    if (next_ms == 0) return false;
    at_ms = next_ms;
    casefile.advance(at_ms);
  }
  return false;
}

}  // namespace

std::vector<Finding> check_case_rows(const Store& store, const ReplayedLog& log) {
  std::vector<Finding> found;
  const auto broken = [&](std::optional<CaseId> case_id, std::string sentence) {
    found.push_back({.rule = Rule::log_index,
                     .log = log.owner,
                     .case_id = case_id,
                     .sentence = std::move(sentence)});
  };
  std::vector<Digest> revoked;
  for (const auto& [case_id, replayed] : log.cases) {
    const auto row = store.find_case(case_id);
    if (!row || !*row) continue;  // said already
    // A consumer's store writes the row once, when it opens the case.
    const bool as_opened = log.owner == Party::consumer && !(*row)->closed && (*row)->wake_ms == 0;
    if (!as_opened && !is_state_of(**row, replayed.casefile)) {
      broken(case_id, "the case is filed as it never stood");
    }
    for (const auto& message : replayed.casefile.messages()) {
      const auto* revoke = std::get_if<Revoke>(&message->body);
      if (revoke != nullptr) revoked.push_back(revoke->mandate);
    }
  }
  std::ranges::sort(revoked);
  const auto repeated = std::ranges::unique(revoked);
  revoked.erase(repeated.begin(), repeated.end());
  const auto filed = store.revoked();
  // A consumer's own word counts for itself from the moment it was said, receipt or not.
  const bool none_missing =
      filed && std::ranges::includes(*filed, revoked, {}, &RevokedRow::mandate);
  const bool none_added = log.owner == Party::consumer || !filed || filed->size() == revoked.size();
  const bool as_revoked = none_missing && none_added;
  if (!as_revoked) broken({}, "the revoked mandates on file are not those revoked");
  return found;
}

}  // namespace entente
