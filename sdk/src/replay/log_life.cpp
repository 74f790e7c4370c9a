#include "log_life.h"

#include <entente/wire/log_life.h>

#include <algorithm>

#include "log_pass.h"

namespace entente {
void LogLife::take(const OpenEntry& entry, const std::optional<Digest>& before) {
  if (!entry.content || !entry.leaf.blind_case.is_zero()) return;
  const bool begins = entry.leaf.kind == EntryKind::rollover;
  if (ended_ && !begins) {
    notes_.broken(Rule::log_record, {.entries = {*ended_, entry.index}, .case_id = {}},
                  Party::unset, "the log goes on behind the entry that ended it");
    ended_.reset();
  }
  if (entry.leaf.kind == EntryKind::key) take_key(entry);
  if (begins) take_rollover(entry, before);
}

void LogLife::take_key(const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  const auto record = decode<LogKeyRecord>(*entry.content);
  const auto change = record ? verify_key_change(*record, entry.leaf.time_ms, entry.index)
                             : Result<KeyChange>(std::unexpected(record.error()));
  if (!change) {
    return notes_.broken(Rule::log_record, where, Party::unset,
                         record ? change.error().detail : "the change of key names no keys");
  }
  if (!changes_.empty() && !follows(*change, changes_.back())) {
    return notes_.broken(Rule::log_record, where, Party::unset,
                         "the change of key starts from a key that was changed before");
  }
  notes_.holds(Rule::log_record);
  changes_.push_back(*change);
}

void LogLife::take_rollover(const OpenEntry& entry, const std::optional<Digest>& before) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  const auto record = decode<RolloverRecord>(*entry.content);
  const auto other =
      record ? Vkey::decode(record->vkey) : Result<Vkey>(std::unexpected(record.error()));
  if (!other || other->name() != record->origin) {
    return notes_.broken(Rule::log_record, where, Party::unset,
                         "the entry does not name the log before or after this one");
  }
  if (!record->begins) {
    ended_ = entry.index;
    return notes_.holds(Rule::log_record);
  }
  ended_.reset();
  if (before) {
    notes_.check(record->size == entry.index && record->root == *before, Rule::log_record, where,
                 Party::unset, "the log says that it goes on from other entries than it has");
  }
  links_.push_back({*other, entry.leaf.time_ms});
}

bool LogLife::was_called(std::string_view origin) const {
  return std::ranges::any_of(links_, [&](const Link& link) { return link.from.name() == origin; });
}

std::optional<std::uint64_t> LogLife::find_change_to(const Vkey& key) const {
  const auto change = std::ranges::find(changes_, key, &KeyChange::to);
  return change == changes_.end() ? std::nullopt : std::optional(change->entry);
}

std::vector<TrustedKey> LogLife::keys_of(const Trust& trust, std::string_view origin,
                                         const std::optional<Vkey>& self_named) const {
  std::vector<TrustedKey> keys = trust.keys_of(origin);
  follow_changes(keys, changes_);
  if (!keys.empty() || !self_named || self_named->name() != origin) return keys;
  for (const Link& link : links_) {
    std::vector<TrustedKey> before = trust.keys_of(link.from.name());
    follow_changes(before, changes_);
    const bool same = std::ranges::any_of(before, [&](const TrustedKey& each) {
      return each.key == link.from && each.window.covers(link.at_ms) &&
             each.key.public_key() == self_named->public_key();
    });
    if (same) keys.push_back({*self_named, {.from_ms = link.at_ms}});
  }
  return keys;
}

}  // namespace entente
