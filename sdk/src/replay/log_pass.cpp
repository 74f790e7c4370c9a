#include "log_pass.h"

#include <entente/core/clock.h>
#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace entente {
namespace {

// The text that hashes are compared with: the note's if there is one.
Result<Checkpoint> named_checkpoint(const LogHeader& header) {
  if (!header.checkpoint.empty()) return decode_unverified_checkpoint(header.checkpoint);
  return decode_checkpoint_text(header.checkpoint_text);
}

// What a party may keep to itself without a reason: its own grounds, never what was said.
bool is_private(EntryKind kind) {
  return kind == EntryKind::facts || kind == EntryKind::decision || kind == EntryKind::policy ||
         kind == EntryKind::handoff_clock || kind == EntryKind::access || kind == EntryKind::freeze;
}

}  // namespace

LogPass::LogPass(EntrySource& source, LogHeader header, const ReplayOptions& options, Notes& notes)
    : source_(source),
      header_(std::move(header)),
      trust_(options.trust),
      timestamp_(options.timestamp),
      notes_(notes),
      attestations_(options.trust, header_.origin, notes),
      life_(notes) {
  if (!header_.cosigned.empty()) {
    const auto earlier = decode_unverified_checkpoint(header_.cosigned);
    if (earlier) earlier_ = *earlier;
    if (earlier_ && earlier_->size == 0) root_earlier_ = empty_root();
    notes_.check(earlier_.has_value(), Rule::log_root, {}, Party::unset,
                 "what was cosigned is no checkpoint");
  }
  if (header_.checkpoint.empty() && header_.checkpoint_text.empty()) return;
  if (const auto named = named_checkpoint(header_)) {
    checkpoint_ = *named;
    head_ = named->head();
    if (head_->size == 0) root_then_ = empty_root();
  } else {
    notes_.broken(Rule::log_root, {}, Party::unset,
                  "the checkpoint cannot be read: " + describe(named.error()));
  }
}

std::optional<OpenEntry> LogPass::take(LoggedEntry entry) {
  if (!header_.partial && entry.index != next_) {
    notes_.broken(Rule::log_readable, {.entries = {entry.index}, .case_id = {}}, Party::unset,
                  "entry " + std::to_string(next_) + " should stand here");
    complete_ = false;
  }
  next_ = entry.index + 1;
  if (entry.leaf.empty() || entry.leaf.size() > limits::leaf_bytes_max) {
    notes_.broken(Rule::log_readable, {.entries = {entry.index}, .case_id = {}}, Party::unset,
                  "the entry cannot be read");
    complete_ = false;
    return std::nullopt;
  }
  const Digest hash = leaf_hash(entry.leaf);
  auto leaf = decode<LogEntry>(entry.leaf);
  std::optional<Digest> before;
  const bool begins = leaf && leaf->kind == EntryKind::rollover;
  if (begins && complete_ && !header_.partial) before = tree_.root();
  place(entry, hash, leaf ? leaf->time_ms : time_ms_);
  if (!leaf) {
    notes_.broken(Rule::log_leaf, {.entries = {entry.index}, .case_id = {}}, Party::unset,
                  "the leaf is no log entry: " + describe(leaf.error()));
    return std::nullopt;
  }
  notes_.holds(Rule::log_leaf);
  check_time(entry, *leaf);
  check_chain(entry, *leaf, hash);
  source_.open(entry, *leaf);
  OpenEntry opened{.index = entry.index,
                   .leaf = std::move(*leaf),
                   .content = {},
                   .withheld = {},
                   .filed = entry.case_id,
                   .ends_case = entry.ends_case};
  open(entry, opened);
  if (opened.leaf.kind == EntryKind::erasure && opened.content) take_erasure(opened);
  if (opened.leaf.kind == EntryKind::notice && opened.content) take_notice(opened);
  attestations_.take(opened);
  life_.take(opened, before);
  return opened;
}

// Into the tree, or under the checkpoint by the proof that came with it.
void LogPass::place(const LoggedEntry& entry, const Digest& hash, std::int64_t time_ms) {
  if (header_.partial) {
    const bool proved =
        head_ && entry.proof && verify_inclusion(hash, entry.index, *head_, *entry.proof);
    return notes_.check(proved, Rule::log_root, {.entries = {entry.index}, .case_id = {}},
                        Party::unset, "the entry is not proved to be under the checkpoint");
  }
  if (!complete_) return;
  attestations_.add(tree_, hash, time_ms);
  source_.compare_nodes(entry.index, tree_.append(hash));
  if (leaves_ != nullptr) leaves_->push_back(hash);
  if (head_ && tree_.size() == head_->size) root_then_ = tree_.root();
  if (earlier_ && tree_.size() == earlier_->size) root_earlier_ = tree_.root();
}

void LogPass::check_time(const LoggedEntry& entry, const LogEntry& leaf) {
  notes_.check(leaf.time_ms >= time_ms_, Rule::log_time, {.entries = {entry.index}, .case_id = {}},
               Party::unset, [&] {
                 return "the entry is " + std::to_string(time_ms_ - leaf.time_ms) +
                        " ms older than the one before it";
               });
  time_ms_ = std::max(time_ms_, leaf.time_ms);
  last_ms_ = leaf.time_ms;
}

void LogPass::check_chain(const LoggedEntry& entry, const LogEntry& leaf, const Digest& hash) {
  if (leaf.blind_case.is_zero()) return;
  const auto [chain, first] = chains_.try_emplace(leaf.blind_case);
  Digest& last_leaf = chain->second.last_leaf;
  if (complete_ || header_.partial) {
    notes_.check(leaf.prev_leaf == last_leaf, Rule::log_chain,
                 {.entries = {entry.index}, .case_id = {}}, Party::unset,
                 first ? "the first entry of its case names one before it"
                       : "the entry does not name the entry of its case before it");
  }
  last_leaf = hash;
}

void LogPass::open(LoggedEntry& entry, OpenEntry& opened) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  if (const auto* withheld = std::get_if<WithheldContent>(&entry.content)) {
    opened.withheld = withheld->why;
    switch (withheld->kind) {
      case WithheldContent::Kind::damaged:
        return notes_.broken(Rule::log_readable, where, Party::unset,
                             "the content cannot be opened: " + withheld->why);
      case WithheldContent::Kind::undisclosed:
        if (!is_private(opened.leaf.kind)) break;
        return notes_.not_checkable(Rule::log_commitment, where, "withheld: " + withheld->why);
      case WithheldContent::Kind::lost:
        break;
    }
    chains_[opened.leaf.blind_case].gaps.push_back({entry.index, opened.leaf.kind, withheld->why});
    return;
  }
  auto& content = std::get<EntryContent>(entry.content);
  if (commitment(content.salt, content.bytes) != opened.leaf.commit) {
    opened.withheld = "what is shown is not what was committed to";
    return notes_.broken(Rule::log_commitment, where, Party::unset,
                         "what is shown does not open the commitment");
  }
  notes_.holds(Rule::log_commitment);
  notes_.holds(Rule::log_readable);
  if (!opened.leaf.blind_case.is_zero()) {
    chains_[opened.leaf.blind_case].first_shown.try_emplace(content_class(opened.leaf.kind),
                                                            entry.index);
  }
  opened.content = std::move(content.bytes);
}

void LogPass::end_case(const Digest& blind_case, Party owner) {
  const auto ended = chains_.extract(blind_case);
  if (ended) check_withheld(ended.mapped(), owner);
}

std::optional<TreeHead> LogPass::head() const {
  if (!complete_) return std::nullopt;
  return tree_.head();
}

void LogPass::finish(const std::optional<Vkey>& self_named, Party owner) {
  header_.owner = owner;
  if (!header_.partial) check_root();
  check_end();
  check_name();
  attestations_.finish(life_);
  check_earlier(self_named);
  check_signature(self_named);
  std::map<Digest, const Chain*> left;  // so that no order of chance gets into the report
  for (const auto& [blind_case, chain] : chains_) left.emplace(blind_case, &chain);
  for (const auto& [blind_case, chain] : left) check_withheld(*chain, owner);
  if (checkpoint_.origin.empty()) checkpoint_.origin = header_.origin;
}

void LogPass::check_root() {
  const TreeHead here{tree_.size(), tree_.root()};
  if (!head_) {
    if (header_.checkpoint.empty() && header_.checkpoint_text.empty() && here.size > 0) {
      notes_.not_checkable(Rule::log_root, {}, "the source has no checkpoint");
    }
    checkpoint_.size = here.size;
    checkpoint_.root = here.root;
    return;
  }
  const bool same = complete_ && root_then_ && *root_then_ == head_->root;
  notes_.check(same, Rule::log_root, {}, Party::unset, [&] {
    return "the entries do not give the root of the checkpoint of size " +
           std::to_string(head_->size);
  });
  if (same && here.size != head_->size) {
    notes_.not_checkable(
        Rule::log_signed, {},
        std::to_string(here.size - head_->size) + " entries are newer than the checkpoint");
  }
}

// What was cosigned lies in a file of its own, too, and is of the log's first so many entries.
void LogPass::check_earlier(const std::optional<Vkey>& self_named) {
  if (!earlier_) return;
  std::vector<Vkey> keys;
  for (const TrustedKey& each : life_.keys_of(trust_, header_.origin, self_named)) {
    keys.push_back(each.key);
  }
  const bool trusted = !keys.empty();
  if (!trusted && self_named) keys.push_back(*self_named);
  auto verified = verify_earlier_checkpoint(header_.cosigned, keys, trust_.witness_keys());
  if (!verified) {
    return notes_.broken(Rule::log_signed, {}, Party::unset,
                         "what was cosigned does not verify: " + describe(verified.error()));
  }
  const bool same = earlier_->origin == header_.origin && root_earlier_ == earlier_->root;
  const bool by_brand = trusted && *verified && header_.owner == Party::brand;
  if (complete_ && !same) {
    return notes_.broken(Rule::log_fork, {}, by_brand ? Party::brand : Party::unset,
                         "what was cosigned is not the root of the first " +
                             std::to_string(earlier_->size) + " entries");
  }
  if (!*verified) {
    return notes_.not_checkable(Rule::log_signed, {},
                                "what was cosigned bears no line of a known key of this log");
  }
  cosigned_ = std::move(*verified);
}

// Cases were judged by the end that the source had named.
void LogPass::check_end() {
  if (!header_.last_ms || *header_.last_ms == last_ms_) return;
  notes_.broken(Rule::log_readable, {}, Party::unset, "the log does not end when its source said");
}

// The signed note lies in a file of its own. Without a key of the log nothing else ties it to the
// entries but their root.
void LogPass::check_name() {
  const std::string& named = checkpoint_.origin;
  if (named.empty() || header_.origin.empty() || named == header_.origin) return;
  if (life_.was_called(named)) return;
  notes_.broken(Rule::log_signed, {}, Party::unset,
                "the signed checkpoint is of " + named + ", and the log is " + header_.origin);
}

// The auditor's keys of this log that are in force when its newest entry was written.
std::vector<Vkey> LogPass::trusted_keys(const std::optional<Vkey>& self_named) {
  const std::vector<TrustedKey> known = life_.keys_of(trust_, header_.origin, self_named);
  std::vector<Vkey> in_force;
  for (const TrustedKey& each : known) {
    if (next_ == 0 || each.window.covers(last_ms_)) in_force.push_back(each.key);
  }
  if (!in_force.empty()) {
    notes_.holds(Rule::log_key);
  } else if (known.empty()) {
    notes_.not_checkable(Rule::log_key, {}, "the log was checked with a key it names itself");
  } else {
    notes_.broken(Rule::log_key, {}, Party::unset,
                  "the newest entry is of " + format_rfc3339(last_ms_) + ", and the key of " +
                      header_.origin + " is trusted " + describe(known.front().window) +
                      (known.size() == 1 ? "" : ", another at other times"));
  }
  return in_force;
}

void LogPass::check_signature(const std::optional<Vkey>& self_named) {
  std::vector<Vkey> keys = trusted_keys(self_named);
  const bool trusted = !keys.empty();
  if (header_.checkpoint.empty()) {
    if (next_ > 0) miss_signature(keys);
    return check_timestamp();
  }
  if (!trusted && self_named) keys.push_back(*self_named);
  if (keys.empty()) {
    notes_.not_checkable(Rule::log_signed, {}, "no key of this log is known");
    return check_timestamp();
  }
  const std::vector<Vkey> witnesses = trust_.witness_keys();
  auto key = keys.begin();
  auto cosigned = verify_cosigned_checkpoint(header_.checkpoint, *key, witnesses);
  while (!cosigned && std::next(key) != keys.end()) {
    cosigned = verify_cosigned_checkpoint(header_.checkpoint, *++key, witnesses);
  }
  if (!cosigned) {
    return notes_.broken(Rule::log_signed, {}, Party::unset,
                         "the checkpoint is not signed by the log: " + describe(cosigned.error()));
  }
  notes_.holds(Rule::log_signed);
  if (trusted) {
    grade_ = Grade::receipted;
    tell_change(*key);
    check_witnesses(*key, cosigned->cosignatures);
  }
  check_timestamp();
}

// Whoever pinned the old key reads how it comes that another one is believed.
void LogPass::tell_change(const Vkey& key) {
  const std::vector<TrustedKey> given = trust_.keys_of(key.name());
  if (std::ranges::find(given, key, &TrustedKey::key) != given.end()) return;
  const auto change = life_.find_change_to(key);
  if (!change) return;
  notes_.tell(Rule::log_key, {.entries = {*change}, .case_id = {}},
              "the checkpoint is signed by " + key.encode() +
                  ", which that entry put in the place of a trusted key: both have signed it");
}

void LogPass::miss_signature(std::span<const Vkey> trusted) {
  const char* const why = "the source has no signed checkpoint";
  notes_.not_checkable(Rule::log_signed, {}, why);
  const bool asked = trust_.policy && std::ranges::any_of(trusted, [&](const Vkey& key) {
                       return trust_.policy->covers(key);
                     });
  if (asked) notes_.not_checkable(Rule::log_witnessed, {}, why);
}

void LogPass::check_witnesses(const Vkey& log, std::span<const Cosignature> cosignatures) {
  WitnessVerdict verdict = trust_.judge(log, cosignatures);
  std::uint64_t newer = 0;  // entries that nobody has cosigned yet
  if (!verdict.is_witnessed()) {
    if (auto earlier = earlier_verdict(log)) {
      verdict = std::move(earlier->verdict);
      if (attestations_.news_end() > earlier->size) newer = next_ - earlier->size;
    }
  }
  for (const Cosignature& each : verdict.counted) {
    witnesses_.push_back({each.witness.name(), each.time_s});
  }
  for (const Cosignature& each : verdict.outside) {
    notes_.not_checkable(Rule::log_signed, {},
                         "the witness " + each.witness.name() + " is not trusted at the time " +
                             "of its cosignature, " + format_rfc3339(each.time_s * 1000));
  }
  if (newer > 0) {
    return notes_.not_checkable(
        Rule::log_witnessed, {},
        std::to_string(newer) + " entries are newer than what was cosigned");
  }
  if (verdict.is_witnessed()) grade_ = Grade::witnessed;
  if (!verdict.quorum) return;
  notes_.check(verdict.quorum->met, Rule::log_witnessed, {}, Party::unset, [&] {
    return "cosigned by " + std::to_string(verdict.quorum->cosigned) + " of " +
           std::to_string(verdict.quorum->witnesses) +
           " witnesses of the policy, which is not its quorum " + trust_.policy->quorum();
  });
}

// A log cannot hold the cosignatures of its last entries, only of those before: what is on record,
// or lies beside the checkpoint, of an earlier size vouches for all up to there.
std::optional<LogPass::Earlier> LogPass::earlier_verdict(const Vkey& log) {
  std::optional<Earlier> best;
  const auto consider = [&](const CosignedCheckpoint& each) {
    WitnessVerdict verdict = trust_.judge(log, each.cosignatures);
    const std::uint64_t size = each.checkpoint.size;
    if (verdict.is_witnessed() && (!best || best->size < size)) best = {std::move(verdict), size};
  };
  if (cosigned_) consider(*cosigned_);
  if (const auto& on_record = attestations_.cosigned()) {
    const auto verified = verify_cosigned_checkpoint(on_record->note, log, trust_.witness_keys());
    if (verified) consider(*verified);
  }
  return best;
}

// A token dates the checkpoint, and with it every entry: none can be of a later time. One that the
// log has itself dates what is before it, which is all unless something is new.
void LogPass::check_timestamp() {
  const std::uint64_t news_end = attestations_.news_end();
  bool is_dated = news_end > 0 && attestations_.dated_size() >= news_end;
  if (!timestamp_.empty()) {
    const std::string& note =
        header_.checkpoint.empty() ? header_.checkpoint_text : header_.checkpoint;
    is_dated |= attestations_.check_token({}, timestamp_, note, {.newest_ms = last_ms_});
  }
  if (is_dated && grade_ >= Grade::receipted) grade_ = Grade::timestamped;
}

Grade LogPass::grade_of(std::span<const std::uint64_t> entries) const {
  const bool is_dated = !entries.empty() && std::ranges::max(entries) < attestations_.dated_size();
  return is_dated && grade_ >= Grade::receipted ? Grade::timestamped : grade_;
}

void LogPass::take_erasure(const OpenEntry& erasure) {
  const bool is_record =
      chains_[erasure.leaf.blind_case].erasures.take(erasure.index, *erasure.content);
  notes_.check(is_record, Rule::log_record, {.entries = {erasure.index}, .case_id = {}},
               Party::unset, "the erasure does not say what was erased");
}

void LogPass::take_notice(const OpenEntry& notice) {
  const bool is_record = chains_[notice.leaf.blind_case].notices.take(
      notice.index, notice.leaf.direction, *notice.content);
  notes_.check(is_record, Rule::log_record, {.entries = {notice.index}, .case_id = {}},
               Party::unset, "the notice of erasure, or its answer, does not verify");
}

// Nothing is missing without a word, and nothing stays that is said to be gone.
void LogPass::check_withheld(const Chain& chain, Party owner) {
  chain.notices.check(chain.erasures, owner, notes_);
  for (const Chain::Gap& gap : chain.gaps) {
    const Where where{.entries = {gap.entry}, .case_id = {}};
    if (const auto erased = chain.erasures.after(gap.entry, content_class(gap.kind))) {
      notes_.holds(Rule::log_withheld);
      notes_.not_checkable(Rule::log_commitment, where, *erased);
    } else {
      notes_.broken(Rule::log_withheld, where, owner,
                    "the content is withheld and no erasure is on record: " + gap.why);
    }
  }
  for (const auto& [of_class, entry] : chain.first_shown) {
    if (const auto erased = chain.erasures.after(entry, of_class)) {
      notes_.broken(Rule::log_withheld, {.entries = {entry}, .case_id = {}}, owner,
                    "the content is said to be " + *erased + " and is still there");
    }
  }
}

}  // namespace entente
