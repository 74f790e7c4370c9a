#include <entente/audit/checkpoint.h>
#include <entente/audit/tiles.h>
#include <entente/crypto/system.h>
#include <entente/journal/content.h>
#include <entente/journal/master_key.h>
#include <entente/store/last_signed.h>
#include <entente/wire/admission.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

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

// What the root of an earlier size is made of: the complete subtrees it stands on.
class Peaks final : public NodeReader {
 public:
  void note(const MerkleNode& node, std::uint64_t size) {
    const std::uint64_t complete = size >> node.level;
    if (complete % 2 == 1 && node.index == complete - 1) by_level_[node.level] = node.hash;
  }
  Result<Digest> read_node(unsigned level, std::uint64_t /*index*/) const override {
    const auto found = by_level_.find(level);
    if (found == by_level_.end()) return fail(ErrorCode::out_of_range);
    return found->second;
  }

 private:
  std::map<unsigned, Digest> by_level_;
};

// Reads every row through both ways that lead to it, and compares what is stored twice. What it
// remembers is of cases that have not ended.
class StoreSource final : public EntrySource {
 public:
  explicit StoreSource(StoreFiles files) : files_(std::move(files)) {
    if (const auto last = decode_checkpoint_text(files_.last_signed)) last_signed_ = *last;
  }

  Result<LogHeader> header() override;
  Result<std::optional<LoggedEntry>> next() override;
  void open(LoggedEntry& entry, const LogEntry& leaf) override;
  Result<std::vector<LoggedPart>> parts_of(const CaseId& case_id) override;
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId& case_id) override;
  void compare_nodes(std::uint64_t entry, std::span<const MerkleNode> nodes) override;
  void compare_opening(const Verified<Message>& opening) override;
  void compare_case(const Case& casefile, Party owner) override;
  std::vector<Finding> findings(const EndOfReplay& end) override;

 private:
  // A case whose entries are being read.
  struct Filed {
    std::vector<std::uint64_t> to_come;  // by the index, last first
    bool misfiled = false;               // the index was found wrong, and that was said
    Digest blinded;
    std::vector<std::pair<std::string_view, Result<WrapKey>>> keys;  // by class of content
  };

  void broken(Rule rule, std::vector<std::uint64_t> entries, std::string sentence) {
    found_.push_back(
        {.rule = rule, .entries = std::move(entries), .sentence = std::move(sentence)});
  }
  Result<EntryRow> read(std::uint64_t index);
  void check_tile(unsigned level, std::uint64_t index, std::uint64_t entry);
  Filed& filed(const CaseId& case_id);
  void follow_index(LoggedEntry& entry);
  void misfile(const CaseId& case_id, Filed& filed);
  const Result<WrapKey>& key_of(const CaseId& case_id, std::string_view content_class);
  std::optional<std::int64_t> time_of_last() const;
  void check_heads(const EndOfReplay& end);
  void check_rows();
  void check_retention();
  bool is_erased(const CaseRow& row) const;
  bool is_opened(const CaseRow& row);
  void check_revoked(Party owner);

  StoreFiles files_;
  std::uint64_t next_ = 0;
  std::deque<EntryRow> ahead_;                   // read already
  Bytes sealed_;                                 // of the entry just given
  std::array<Bytes, tile_level_max + 1> tiles_;  // as far as they are filled
  std::optional<Checkpoint> last_signed_;
  Peaks peaks_then_;  // of the tree as last signed
  int missing_ = 0;
  std::optional<std::int64_t> last_ms_;
  std::unordered_map<CaseId, Filed> filed_;
  std::uint64_t opened_ = 0;                        // cases that are listed as they were opened
  std::set<std::pair<Digest, PublicKey>> revoked_;  // mandates, and by whom
  std::map<std::uint64_t, CaseId> retained_;        // holds and erasures, by entry
  bool has_erased_ = false;                         // cases, of which nothing but the row is left
  std::vector<Finding> found_;
};

Result<LogHeader> StoreSource::header() {
  LogHeader header{.checkpoint = files_.note, .checkpoint_text = files_.last_signed};
  if (files_.last_signed.empty()) {
    ENTENTE_LET(text, files_.store->checkpoint());
    header.checkpoint_text = text;
  }
  if (!header.checkpoint_text.empty()) {
    if (const auto named = decode_checkpoint_text(header.checkpoint_text)) {
      header.origin = named->origin;
    }
  }
  header.size = files_.store->size();
  last_ms_ = time_of_last();
  header.last_ms = last_ms_;
  return header;
}

std::optional<std::int64_t> StoreSource::time_of_last() const {
  const std::uint64_t size = files_.store->size();
  const auto row =
      size == 0 ? Result<EntryRow>(fail(ErrorCode::not_found)) : files_.store->read_entry(size - 1);
  if (!row) return std::nullopt;
  const auto leaf = decode<LogEntry>(row->leaf);
  return leaf ? std::optional(leaf->time_ms) : std::nullopt;
}

Result<std::optional<LoggedEntry>> StoreSource::next() {
  if (next_ >= files_.store->size()) return std::optional<LoggedEntry>();
  LoggedEntry entry{.index = next_++,
                    .leaf = {},
                    .content = WithheldContent{WithheldContent::Kind::damaged, "unreadable"},
                    .case_id = {},
                    .proof = {}};
  auto row = read(entry.index);
  if (!row) {
    // A size that is no size would have us report its entries one by one for years.
    if (++missing_ > missing_max) next_ = files_.store->size();
    return std::optional(std::move(entry));
  }
  entry.leaf = std::move(row->leaf);
  entry.case_id = row->case_id;
  sealed_ = std::move(row->sealed);
  if (entry.case_id) follow_index(entry);
  return std::optional(std::move(entry));
}

// Some at a time, which is cheaper; one that is not among them is asked for, to hear why.
Result<EntryRow> StoreSource::read(std::uint64_t index) {
  constexpr std::size_t ahead_max = 32;
  if (ahead_.empty()) {
    if (auto rows = files_.store->read_entries(index, ahead_max)) {
      ahead_.assign(std::move_iterator(rows->begin()), std::move_iterator(rows->end()));
    }
  }
  if (ahead_.empty() || ahead_.front().index != index) return files_.store->read_entry(index);
  EntryRow row = std::move(ahead_.front());
  ahead_.pop_front();
  return row;
}

StoreSource::Filed& StoreSource::filed(const CaseId& case_id) {
  const auto [at, first] = filed_.try_emplace(case_id);
  Filed& filed = at->second;
  if (!first) return filed;
  if (const auto indexed = files_.store->entries_of(case_id)) {
    filed.to_come.assign(indexed->rbegin(), indexed->rend());
  }
  if (files_.blinding && case_id != no_case) {
    filed.blinded = blind_case(*files_.blinding, case_id);
  }
  return filed;
}

// The index lists exactly the entries that are filed under a case, in their order.
void StoreSource::follow_index(LoggedEntry& entry) {
  Filed& of_case = filed(*entry.case_id);
  if (of_case.to_come.empty() || of_case.to_come.back() != entry.index) {
    return misfile(*entry.case_id, of_case);
  }
  of_case.to_come.pop_back();
  entry.ends_case =
      of_case.to_come.empty() && !of_case.misfiled && last_ms_ && *entry.case_id != no_case;
}

void StoreSource::misfile(const CaseId& case_id, Filed& filed) {
  if (std::exchange(filed.misfiled, true)) return;
  broken(Rule::log_index, {},
         "the index of case " + short_hex(case_id) + " does not list its entries");
}

const Result<WrapKey>& StoreSource::key_of(const CaseId& case_id, std::string_view content_class) {
  auto& keys = filed(case_id).keys;
  const auto known =
      std::ranges::find(keys, content_class, [](const auto& key) { return key.first; });
  if (known != keys.end()) return known->second;
  return keys.emplace_back(content_class, files_.keys->content_key(case_id, content_class)).second;
}

void StoreSource::open(LoggedEntry& entry, const LogEntry& leaf) {
  const CaseId owner = entry.case_id.value_or(no_case);
  if (leaf.kind == EntryKind::erasure || leaf.kind == EntryKind::hold) {
    retained_.emplace(entry.index, owner);
  }
  const Result<WrapKey>& key =
      key_of(key_scope(entry.case_id, leaf.kind).case_id, content_class(leaf.kind));
  auto content = key ? open_entry(*key, sealed_, entry.index)
                     : Result<OpenedContent>(std::unexpected(key.error()));
  if (content) {
    entry.content = EntryContent{content->salt, std::move(content->content)};
  } else {
    entry.content = why_not(content.error());
  }
  const bool is_blinded = owner == no_case || files_.blinding;
  if (!is_blinded || leaf.blind_case != filed(owner).blinded) {
    broken(Rule::log_index, {entry.index},
           "the entry is filed under a case that it does not blind");
  }
  if (entry.ends_case) filed_.erase(owner);
}

void StoreSource::compare_nodes(std::uint64_t entry, std::span<const MerkleNode> nodes) {
  for (const MerkleNode& node : nodes) {
    if (last_signed_) peaks_then_.note(node, last_signed_->size);
    if (node.level % tile_height != 0) continue;
    const unsigned level = node.level / tile_height;
    append(tiles_[level], ByteView(node.hash));
    if ((node.index + 1) % tile_width_max == 0) {
      check_tile(level, node.index / tile_width_max, entry);
    }
  }
}

void StoreSource::check_tile(unsigned level, std::uint64_t index, std::uint64_t entry) {
  const Bytes due = std::exchange(tiles_[level], {});
  const auto stored = files_.store->read_tile(level, index);
  if (stored && *stored == due) return;
  broken(Rule::log_nodes, {entry},
         "tile " + std::to_string(index) + " of level " + std::to_string(level) +
             " does not hold the hashes of the leaves");
}

Result<std::vector<LoggedPart>> StoreSource::parts_of(const CaseId& case_id) {
  ENTENTE_LET(rows, files_.store->parts_of(case_id));
  std::vector<LoggedPart> parts;
  for (const PartRow& row : rows) {
    // The row may hold any number; only a class that exists has a name and a key.
    const bool is_class =
        row.part_class > PartClass::unset && row.part_class <= PartClass::reference;
    const Result<WrapKey> key =
        is_class ? key_of(case_id, name(row.part_class))
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

void StoreSource::compare_opening(const Verified<Message>& opening) {
  const auto by_id = files_.store->find_case(opening.id());
  if (!by_id || !*by_id) {
    return broken(Rule::log_index, {},
                  "case " + short_hex(opening.id()) + " is opened and not listed");
  }
  const CaseRow& row = **by_id;
  const auto by_open = files_.store->find_open(row.opener, row.open_act);
  ++opened_;
  if (row.opener != opening->author.key || row.open_act != opening->act_id || !by_open ||
      !*by_open || (*by_open)->case_id != row.case_id) {
    broken(Rule::log_index, {},
           "case " + short_hex(row.case_id) + " is not listed by who opened it");
  }
}

std::vector<Finding> StoreSource::findings(const EndOfReplay& end) {
  check_heads(end);
  for (auto& [case_id, of_case] : filed_) {
    if (!of_case.to_come.empty()) misfile(case_id, of_case);
  }
  check_rows();
  check_retention();
  if (end.folded) check_revoked(end.owner);
  return std::exchange(found_, {});
}

// Three places say how far the log is: its entries, its head, and what was last signed.
void StoreSource::check_heads(const EndOfReplay& end) {
  const auto stored = files_.store->checkpoint();
  if (!stored) return broken(Rule::log_readable, {}, "the head cannot be read");
  if (end.head && end.head->size == 0 && stored->empty()) return;
  const auto head = decode_checkpoint_text(*stored);
  if (!head || !end.head || head->head() != *end.head) {
    broken(Rule::log_root, {}, "the stored checkpoint is not that of the stored entries");
  }
  if (*stored == files_.last_signed) return;
  const auto& last = last_signed_;
  const auto then = last ? root_of(peaks_then_, last->size) : fail(ErrorCode::malformed);
  const bool follows = head && then && *then == last->root && last->size < head->size &&
                       last->origin == head->origin;
  if (!follows) {
    return broken(Rule::log_last_signed, {}, "the log is not the one that was last signed");
  }
  found_.push_back({.rule = Rule::log_last_signed,
                    .judgement = Judgement::not_checkable,
                    .sentence = "the last batch was written and not signed yet"});
}

// Every opened case is listed; if as many are listed, no other is.
void StoreSource::check_rows() {
  const auto count = files_.store->case_count();
  if (count && *count == opened_) return;
  const auto rows = files_.store->cases();
  if (!rows) return broken(Rule::log_readable, {}, "the table of cases cannot be read");
  for (const CaseRow& row : *rows) {
    if (is_opened(row)) continue;
    if (is_erased(row)) {
      has_erased_ = true;
      continue;
    }
    broken(Rule::log_index, {}, "case " + short_hex(row.case_id) + " is listed and not opened");
  }
}

// Its entries are there, and nobody can open them: whether that may be, the entries say.
bool StoreSource::is_erased(const CaseRow& row) const {
  const auto entries = files_.store->entries_of(row.case_id);
  const auto destroyed = files_.keys->is_destroyed({row.case_id, "terms"});
  return entries && !entries->empty() && destroyed && *destroyed;
}

// What would be erased again after a restored backup is what the log says was erased.
void StoreSource::check_retention() {
  const auto rows = files_.store->retention();
  if (!rows) return broken(Rule::log_readable, {}, "the table of erasures cannot be read");
  std::map<std::uint64_t, CaseId> filed;
  for (const RetentionRow& row : *rows) filed.emplace(row.index, row.case_id);
  if (filed == retained_) return;
  broken(Rule::log_index, {}, "the holds and erasures on file are not those of the log");
}

bool StoreSource::is_opened(const CaseRow& row) {
  const auto entries = files_.store->entries_of(row.case_id);
  if (!entries) return false;
  return std::ranges::any_of(*entries, [&](std::uint64_t index) {
    const auto stored = files_.store->read_entry(index);
    const auto leaf = stored ? decode<LogEntry>(stored->leaf) : fail(ErrorCode::malformed);
    if (!leaf || leaf->kind != EntryKind::message || leaf->position != 0) return false;
    const auto key = files_.keys->content_key(row.case_id, content_class(leaf->kind));
    const auto content = key ? open_entry(*key, stored->sealed, index) : fail(ErrorCode::malformed);
    const auto message = content ? Admission::admit<Message>(content->content)
                                 : Result<Verified<Message>>(fail(ErrorCode::malformed));
    return message && message->id() == row.case_id;
  });
}

Result<std::string> read_last_signed(const std::filesystem::path& directory) {
  ENTENTE_LET(last, LastSigned::open(directory / "last-signed.db", StoreMode::read));
  return last->text();
}

bool is_filed_as(const CaseRow& row, const Case& casefile) {
  return row.closed == (casefile.phase() == Phase::closed);
}

// The row says whether the case is closed: after its last message, or after one of the clocks that
// fell due since.
bool is_state_of(const CaseRow& row, const Case& casefile) {
  if (is_filed_as(row, casefile)) return true;
  constexpr int clocks_max = 64;
  Case later = casefile;
  std::int64_t at_ms = 0;
  for (int i = 0; i < clocks_max; ++i) {
    std::int64_t next_ms = 0;
    for (const CaseClock& clock : later.clocks()) {
      if (clock.at_ms > at_ms && (next_ms == 0 || clock.at_ms < next_ms)) next_ms = clock.at_ms;
    }
    if (next_ms == 0) return false;
    at_ms = next_ms;
    later.advance(at_ms);
    if (is_filed_as(row, later)) return true;
  }
  return false;
}

void StoreSource::compare_case(const Case& casefile, Party owner) {
  for (const auto& message : casefile.messages()) {
    const auto* revoke = std::get_if<Revoke>(&message->body);
    if (revoke != nullptr) revoked_.emplace(revoke->mandate, message->author.key);
  }
  const auto row = files_.store->find_case(casefile.id());
  if (!row || !*row) return;  // said already
  // A consumer's store writes the row once, when it opens the case.
  const bool as_opened = owner == Party::consumer && !(*row)->closed;
  if (as_opened || is_state_of(**row, casefile)) return;
  found_.push_back({.rule = Rule::log_index,
                    .case_id = casefile.id(),
                    .sentence = "the case is filed as it never stood"});
}

void StoreSource::check_revoked(Party owner) {
  const auto filed = files_.store->revoked();
  const auto key_of = [](const RevokedRow& row) { return std::pair(row.mandate, row.principal); };
  const bool none_missing = filed && std::ranges::includes(*filed, revoked_, {}, key_of);
  // A consumer's own word counts for itself from the moment it was said, receipt or not.
  const bool may_be_more = owner == Party::consumer || has_erased_;
  const bool none_added = may_be_more || !filed || filed->size() == revoked_.size();
  if (none_missing && none_added) return;
  broken(Rule::log_index, {}, "the revoked mandates on file are not those revoked");
}

}  // namespace

Result<std::unique_ptr<EntrySource>> open_store_source(const std::filesystem::path& directory,
                                                       const std::filesystem::path& master_key) {
  static SystemEntropy unused;  // sealing needs chance, opening does not
  StoreFiles files;
  ENTENTE_LET(master, read_master_key(directory, master_key));
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
  return std::make_unique<StoreSource>(std::move(files));
}

}  // namespace entente
