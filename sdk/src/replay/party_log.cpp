#include "party_log.h"

#include <entente/protocol/log_life.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

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
      return notes.not_checkable(Rule::log_part, where, call + " is withheld: " + withheld.why);
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

// A part that an own message names was made here, unless the other party has named it before. What
// came is of the class that it came as, whatever it was called before.
void PartBook::note(const Message& message, const OpenEntry& entry, bool own) {
  const std::vector<Digest>& received = entry.leaf.parts_received;
  for (const PartRef& ref : message.parts) {
    const auto [known, fresh] = named.try_emplace(ref.digest, ref.part_class);
    if (fresh && own) due.try_emplace(ref.digest, Due{entry.index, true});
    if (std::ranges::find(received, ref.digest) != received.end()) known->second = ref.part_class;
  }
  for (const Digest& digest : received) due[digest] = {entry.index, false};
}

std::optional<std::string> PartBook::excuse(const Digest& digest) const {
  const auto ref = named.find(digest);
  if (ref == named.end()) return std::nullopt;
  const auto word = due.find(digest);
  const bool whenever = word == due.end() || word->second.own;
  return whenever ? erasures.of(name(ref->second))
                  : erasures.after(word->second.entry, name(ref->second));
}

void check_book(const CaseFold& fold, const PartBook& book, Notes& notes) {
  const Where where{.entries = {}, .case_id = fold.id};
  const auto judge_missing = [&](const Digest& digest, Rule rule, const std::string& call) {
    if (const auto erased = book.excuse(digest)) {
      notes.holds(Rule::log_withheld);
      return notes.not_checkable(Rule::log_part, where,
                                 "part " + short_hex(digest) + " is " + *erased);
    }
    notes.broken(rule, where, Party::unset, "part " + short_hex(digest) + call);
  };
  for (const Digest& digest : book.kept) {
    notes.check(book.named.contains(digest), Rule::log_part, where, Party::unset,
                [&] { return "part " + short_hex(digest) + " is one that no message names"; });
    const auto word = book.due.find(digest);
    const bool is_lost = book.lost.contains(digest);
    if (word == book.due.end() || is_lost || !book.named.contains(digest)) continue;
    if (const auto erased = book.erasures.after(word->second.entry, name(book.named.at(digest)))) {
      notes.broken(
          Rule::log_withheld, where, Party::unset,
          "part " + short_hex(digest) + " is said to be " + *erased + " and is still there");
    }
  }
  for (const Digest& digest : book.lost) {
    judge_missing(digest, Rule::log_withheld, " is lost and no erasure is on record");
  }
  for (const auto& [digest, word] : book.due) {
    if (book.kept.contains(digest)) {
      notes.holds(Rule::log_part);
    } else {
      judge_missing(digest, Rule::log_part, " is missing: it was here and is gone without a word");
    }
  }
}

namespace {

// A consumer's log may go on under a longer name, with the same key.
std::optional<Vkey> key_for(std::string_view note, const std::optional<Vkey>& first) {
  const auto named = decode_unverified_checkpoint(note);
  if (!first || !named || !is_log_of(named->origin, first->name())) return first;
  const auto key = Vkey::make(named->origin, first->type(), first->public_key());
  return key ? std::optional(*key) : first;
}

}  // namespace

void note_seen(const OpenEntry& entry, const std::optional<Vkey>& first_key, Party at_fault,
               std::vector<SeenCheckpoint>& seen, Notes& notes) {
  const Where where{.entries = {entry.index}, .case_id = {}};
  if (!entry.content) return;
  const auto record = decode<CheckpointSeenRecord>(*entry.content);
  const std::optional<Vkey> key = record ? key_for(record->note, first_key) : first_key;
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
  // Who has not signed both has not contradicted himself.
  const auto is_comparable = [&](const SeenCheckpoint& earlier) {
    return key && earlier.verified_by && earlier.checkpoint.origin == named->origin;
  };
  for (const SeenCheckpoint& earlier : seen) {
    if (!is_comparable(earlier)) continue;
    const Where both{.entries = {earlier.entry, entry.index}, .case_id = {}};
    if (earlier.checkpoint.size == named->size) {
      notes.check(earlier.checkpoint.root == named->root, Rule::log_fork, both, at_fault,
                  [&] { return "two checkpoints of " + named->origin + " cannot both be true"; });
    } else if (earlier.checkpoint.size == record->from_size && record->from_size > 0) {
      // The proof is of the one who kept it, and a poor one shows nothing of the other.
      const Party owner = at_fault == Party::brand ? Party::consumer : Party::brand;
      const bool follows =
          verify_consistency(earlier.checkpoint.head(), named->head(), record->consistency)
              .has_value();
      notes.check(follows, Rule::log_record, both, owner,
                  "the proof on record does not show that the one checkpoint follows the other");
    }
  }
  seen.push_back({.entry = entry.index, .checkpoint = std::move(*named), .verified_by = key});
}

void keep_seen(std::vector<SeenCheckpoint>& seen, Party whose, const ReplayOptions& options,
               ReplayedLog& result) {
  for (SeenCheckpoint& each : seen) {
    if (each.verified_by) {
      const auto trusted = options.trust.keys_of(each.checkpoint.origin);
      const bool known =
          std::ranges::find(trusted, *each.verified_by, &TrustedKey::key) != trusted.end();
      const std::string& origin = each.checkpoint.origin;
      keep_view(whose == Party::consumer ? each.verified_by->encode() : origin,
                {each.checkpoint.head(), known ? whose : Party::unset}, options, result);
    }
    if (options.keep_for_comparison) result.seen.push_back(std::move(each));
  }
}

void keep_view(const std::string& log, const LogView& view, const ReplayOptions& options,
               ReplayedLog& result) {
  if (options.each_view) return options.each_view(log, view);
  result.views[log].push_back(view);
}

void keep_case(CaseSummary summary, const ReplayOptions& options, ReplayedLog& result) {
  if (options.each_case) return options.each_case(std::move(summary));
  result.report.cases.push_back(std::move(summary));
}

}  // namespace entente
