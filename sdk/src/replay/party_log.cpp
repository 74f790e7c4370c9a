#include "party_log.h"

#include <entente/wire/codec.h>
#include <entente/wire/part.h>

namespace entente {
namespace {

// What a policy or a summary may look at; photos are checked and let go.
constexpr std::size_t small_part_bytes = 16 * 1024;

}  // namespace

bool is_wanted(const ReplayOptions& options, const MessageId& id) {
  return !options.explain_prefix.empty() && to_hex(id).starts_with(options.explain_prefix);
}

namespace {

void note_withheld(const LoggedPart& part, const WithheldContent& withheld, const CaseFold& fold,
                   PartBook& book, Notes& notes) {
  const Where where{.entries = {}, .case_id = fold.id};
  const std::string call = "part " + short_hex(part.digest);
  switch (withheld.kind) {
    case WithheldContent::Kind::damaged:
      return notes.broken(Rule::log_readable, where, Party::unset,
                          call + " cannot be opened: " + withheld.why);
    case WithheldContent::Kind::undisclosed:
      return notes.not_checkable(Rule::log_part, where,
                                 call + " is not disclosed: " + withheld.why);
    case WithheldContent::Kind::lost:
      book.lost.insert(part.digest);
      return;
  }
}

}  // namespace

void read_parts(EntrySource& source, CaseFold& fold, PartBook& book, Notes& notes) {
  const Where where{.entries = {}, .case_id = fold.id};
  auto logged_parts = source.parts_of(fold.id);
  if (!logged_parts) {
    return notes.broken(Rule::log_readable, where, Party::unset,
                        "the parts of the case cannot be read: " + describe(logged_parts.error()));
  }
  for (LoggedPart& logged : *logged_parts) {
    book.kept.insert(logged.digest);
    if (const auto* withheld = std::get_if<WithheldContent>(&logged.content)) {
      note_withheld(logged, *withheld, fold, book, notes);
      continue;
    }
    Part& part = std::get<Part>(logged.content);
    const bool sound = part_digest(part) == logged.digest;
    notes.check(sound, Rule::log_part, where, Party::unset,
                [&] { return "part " + short_hex(logged.digest) + " has other content"; });
    if (sound && part.content.size() <= small_part_bytes) {
      fold.parts.emplace(logged.digest, std::move(part));
    }
  }
}

// A part that an own message names was made here, unless the other party has named it before.
void PartBook::note(const Message& message, std::span<const Digest> received, bool own) {
  due.insert(received.begin(), received.end());
  for (const PartRef& ref : message.parts) {
    const bool fresh = named.insert(ref.digest).second;
    if (fresh && own) due.insert(ref.digest);
  }
}

void check_book(const CaseFold& fold, const PartBook& book, Notes& notes) {
  const Where where{.entries = {}, .case_id = fold.id};
  for (const Digest& digest : book.kept) {
    notes.check(book.named.contains(digest), Rule::log_part, where, Party::unset,
                [&] { return "part " + short_hex(digest) + " is one that no message names"; });
  }
  for (const Digest& digest : book.lost) {
    const std::string call = "part " + short_hex(digest) + " is lost";
    if (book.erased) {
      notes.holds(Rule::log_withheld);
      notes.not_checkable(Rule::log_part, where, call + ", and an erasure is on record");
    } else {
      notes.broken(Rule::log_withheld, where, Party::unset, call + " and no erasure is on record");
    }
  }
  for (const Digest& digest : book.due) {
    notes.check(book.kept.contains(digest), Rule::log_part, where, Party::unset, [&] {
      return "part " + short_hex(digest) + " was here and is gone without a word";
    });
  }
}

void note_seen(const OpenEntry& entry, const std::optional<Vkey>& key, Party at_fault,
               std::vector<SeenCheckpoint>& seen, Notes& notes) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  if (!entry.content) return;
  const auto record = decode<CheckpointSeenRecord>(*entry.content);
  auto named = record ? (key ? verify_checkpoint(record->note, *key)
                             : decode_unverified_checkpoint(record->note))
                      : Result<Checkpoint>(std::unexpected(record.error()));
  if (!named) {
    const bool readable = record && decode_unverified_checkpoint(record->note);
    return notes.broken(Rule::log_record, where, Party::unset,
                        readable
                            ? "the checkpoint seen is not signed by the log it names"
                            : "the checkpoint seen cannot be read: " + describe(named.error()));
  }
  notes.holds(Rule::log_record);
  for (const SeenCheckpoint& earlier : seen) {
    if (earlier.checkpoint.origin != named->origin) continue;
    const bool from_here = earlier.checkpoint.size == record->from_size && record->from_size > 0;
    const bool same_size = earlier.checkpoint.size == named->size;
    if (!from_here && !same_size) continue;
    const bool follows = same_size ? earlier.checkpoint.root == named->root
                                   : verify_consistency(earlier.checkpoint.head(), named->head(),
                                                        record->consistency)
                                         .has_value();
    notes.check(follows, Rule::log_fork, {.entries = {earlier.entry, entry.index}, .case_id = {}},
                at_fault,
                [&] { return "two checkpoints of " + named->origin + " cannot both be true"; });
  }
  seen.push_back(
      {.entry = entry.index, .checkpoint = std::move(*named), .verified = key.has_value()});
}

void keep_seen(std::vector<SeenCheckpoint>& seen, const ReplayOptions& options,
               ReplayedLog& result) {
  for (SeenCheckpoint& each : seen) {
    if (each.verified) keep_view(each.checkpoint, options, result);
    if (options.keep_for_comparison) result.seen.push_back(std::move(each));
  }
}

void keep_view(const Checkpoint& view, const ReplayOptions& options, ReplayedLog& result) {
  if (options.each_view) return options.each_view(view.origin, view.head());
  result.views[view.origin].push_back(view.head());
}

void keep_case(CaseSummary summary, const ReplayOptions& options, ReplayedLog& result) {
  if (options.each_case) return options.each_case(std::move(summary));
  result.report.cases.push_back(std::move(summary));
}

}  // namespace entente
