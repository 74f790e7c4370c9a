#include "attestations.h"

#include <entente/audit/checkpoint.h>
#include <entente/core/clock.h>
#include <entente/crypto/hash.h>
#include <entente/wire/log_life.h>

#include <algorithm>

#include "log_life.h"
#include "log_pass.h"

namespace entente {
namespace {

constexpr std::size_t names_max = 16;  // a log that had more is not believed to have had them

}  // namespace

void Attestations::take(const OpenEntry& entry) {
  const EntryKind kind = entry.leaf.kind;
  if (!is_attestation(kind)) news_end_ = entry.index + 1;
  if (!entry.content) return;
  if (kind == EntryKind::cosignature) take_cosigned(entry);
  if (kind == EntryKind::timestamp) take_dated(entry);
}

// A log that goes on from another has that one's entries, and says so further on.
bool Attestations::may_be_own(const std::string& origin, std::uint64_t entry) {
  if (origin == origin_ || others_.contains(origin)) return true;
  if (others_.size() == names_max) return false;
  others_.emplace(origin, entry);
  return true;
}

void Attestations::finish(const LogLife& life) {
  for (const auto& [name, entry] : others_) {
    if (life.was_called(name)) continue;
    notes_.broken(Rule::log_record, {.entries = {entry}, .case_id = {}}, Party::unset,
                  "what is attested is a checkpoint of another log");
  }
}

std::optional<Attestations::Named> Attestations::find_tree(const OpenEntry& entry,
                                                           const std::string& note) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  const auto named = decode_unverified_checkpoint(note);
  const bool is_earlier =
      named && named->size <= entry.index && may_be_own(named->origin, entry.index);
  if (!is_earlier) {
    notes_.broken(Rule::log_record, where, Party::unset,
                  "what is attested is no checkpoint of this log before the entry");
    return std::nullopt;
  }
  const auto tree = recent_.at(named->size);
  if (!tree) return Named{named->size, {}};
  notes_.check(tree->root == named->root, Rule::log_record, where, Party::unset,
               "the checkpoint that is attested is not the root of the entries before it");
  if (tree->root != named->root) return std::nullopt;
  return Named{named->size, tree};
}

// Those that were sent are of the logs of others.
void Attestations::take_cosigned(const OpenEntry& entry) {
  if (entry.leaf.direction != Direction::received || !entry.leaf.blind_case.is_zero()) return;
  const auto record = decode<CosignatureRecord>(*entry.content);
  const auto named = find_tree(entry, record ? record->note : "");
  if (named && named->tree) cosigned_ = {record->note, named->size};
}

void Attestations::take_dated(const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  const auto record = decode<TimestampRecord>(*entry.content);
  const auto named = find_tree(entry, record ? record->note : "");
  if (!named) return;
  if (!named->tree) {
    return notes_.not_checkable(Rule::log_timestamped, where,
                                "the checkpoint that is dated is too far back to be compared");
  }
  const Bounds bounds{.newest_ms = named->tree->newest_ms, .known_ms = entry.leaf.time_ms};
  const bool holds = check_token(where, record->token, record->note, bounds);
  if (holds) dated_size_ = std::max(dated_size_, named->size);
}

// No entry under a checkpoint is of a later time than its token, and nobody has a token before it
// is made: a log that is written anew later cannot have tokens for the times that it claims.
bool Attestations::check_token(const Where& where, ByteView token, std::string_view note,
                               const Bounds& bounds) {
  const TimestampVerdict verdict = trust_.judge(token, sha256(view(note)));
  if (verdict.is_of_stranger) {
    notes_.not_checkable(Rule::log_timestamped, where, verdict.why);
    return false;
  }
  std::string why = verdict.why;
  const std::int64_t at_ms = verdict.at_ms.value_or(0);
  if (verdict.at_ms && bounds.newest_ms > at_ms + timestamp_skew_ms_max) {
    why = "the token is of " + format_rfc3339(at_ms) + ", and the newest entry of " +
          format_rfc3339(bounds.newest_ms);
  } else if (verdict.at_ms && at_ms - timestamp_skew_ms_max > bounds.known_ms) {
    why = "the token is of " + format_rfc3339(at_ms) + ", and the entry that has it of " +
          format_rfc3339(bounds.known_ms);
  }
  notes_.check(why.empty(), Rule::log_timestamped, where, Party::unset, why);
  return why.empty();
}

}  // namespace entente
