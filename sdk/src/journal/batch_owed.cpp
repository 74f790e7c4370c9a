// What nothing refuses and what has no entry yet: it came while the log could not be written, or
// its consumer may hold more of the case than a log that lost its end, and is waited for a moment.

#include <entente/identity/gate.h>
#include <entente/wire/part.h>

#include "promises.h"

namespace entente {
namespace {

constexpr std::size_t put_off_per_case_max = 8;

std::vector<Owed> owed_of_case(const Promises& promises, const CaseId& case_id) {
  std::vector<Owed> owed;
  std::ranges::copy_if(promises.owed(), std::back_inserter(owed),
                       [&](const Owed& each) { return each.case_id == case_id; });
  return owed;
}

// What came with a message that was put off is kept already.
void add_known_parts(const CaseRecord& record, Arrived& arrived) {
  std::vector<Part>& parts = arrived.submission.parcel.parts;
  for (const auto& message : arrived.messages) {
    for (const PartRef& ref : (*message)->parts) {
      const Part* known = record.find_part(ref);
      if (known != nullptr && find_part(parts, ref) == nullptr) parts.push_back(*known);
    }
  }
}

}  // namespace

Result<Bytes> sign_act_conflict(const SequencerParts& parts, const Verified<Message>& message,
                                std::int64_t now_ms) {
  return sign_refusal(parts, {.message = message.id(),
                              .code = std::string(name(ErrorCode::act_conflict)),
                              .at_ms = now_ms,
                              .environment = parts.identity.environment,
                              .case_id = case_id_of(message)});
}

Result<Bytes> sign_busy(const SequencerParts& parts, const Verified<Message>& message,
                        bool unlogged, std::int64_t now_ms) {
  return sign_refusal(parts, {.message = message.id(),
                              .code = std::string(name(ErrorCode::busy)),
                              .at_ms = now_ms,
                              .retry_after_ms = busy_retry_ms,
                              .environment = parts.identity.environment,
                              .case_id = case_id_of(message),
                              .unlogged = unlogged});
}

// It has seen what this log has not: of this case, or of the log before it lost its end.
bool Batch::is_ahead(const LiveCase& live, const Message& message) const {
  const bool knows_prev =
      message.prev.is_zero() || live.record.casefile.find_position(message.prev).has_value();
  return !knows_prev || std::ranges::any_of(parts_.lost_ends, [&](const LostEnd& end) {
    return message.seen.origin == end.log.name() && message.seen.size > end.size;
  });
}

// While the brand waits to hear how far a case has come, an entry for what its consumer says would
// stand where another message may have a receipt. True: it was answered without one.
bool Batch::put_off(LiveCase& live, const Arrived& arrived, const Verified<Message>& message,
                    Reply& reply) {
  const Case& casefile = live.record.casefile;
  if (!casefile.is_open() || !is_awaiting(live)) return false;
  const bool is_protected = is_owed(arrived, message);
  const auto owed = owed_of_case(*parts_.promises, casefile.id());
  if (owed.empty() && !(is_protected && is_ahead(live, *message))) return false;
  learn_mandate(arrived, *message);
  const GateTime time{.now_ms = now_ms_, .index = parts_.ledger.next_index()};
  const bool is_members = message->author.party == Party::consumer &&
                          pass_gate(parts_.authority, casefile, message, time);
  if (!is_members) return false;
  if (!is_protected) {
    refuse(live, message, {ErrorCode::busy, busy_retry_ms}, reply);
    return true;
  }
  if (const auto* other = parts_.promises->find_act(*message)) {
    answer_again(*other, message, reply);
    return true;
  }
  if (owed.size() >= put_off_per_case_max || !parts_.promises->has_room()) {
    backfill_case(casefile.id());
    return false;
  }
  promise(live, arrived, message, reply);
  return true;
}

// Of an act that was promised. A no to another one under its id names no head: in the case as it
// stands nothing is wrong with that one.
void Batch::answer_again(const Verified<Message>& first, const Verified<Message>& message,
                         Reply& reply) {
  if (says_the_same(*first, *message)) {
    return acknowledge(*parts_.promises->find_word(first.id()), reply);
  }
  auto conflict = sign_act_conflict(parts_, message, now_ms_);
  if (!conflict) {
    reply.kind = Delivery::Kind::failed;
    return;
  }
  reply.refusals.push_back(std::move(*conflict));
}

void Batch::acknowledge(const Bytes& word, Reply& reply) {
  reply.refusals.push_back(word);
  reply.is_acknowledged = true;
}

void Batch::promise(LiveCase& live, const Arrived& arrived, const Verified<Message>& message,
                    Reply& reply) {
  auto word = sign_busy(parts_, message, true, now_ms_);
  if (!word) {
    reply.kind = Delivery::Kind::failed;
    return;
  }
  keep_parts(live, arrived, *message);
  Parcel parcel{.checkpoint = arrived.submission.parcel.checkpoint};
  const ByteView envelope = message.envelope();
  parcel.envelopes.emplace_back(envelope.begin(), envelope.end());
  for (const Verified<Mandate>& mandate : arrived.mandates) {
    if (mandate.id() != message->author.authority) continue;
    parcel.mandates.emplace_back(mandate.envelope().begin(), mandate.envelope().end());
  }
  Owed owed{.arrived = check_signatures({.parcel = std::move(parcel), .done = {}}),
            .case_id = live.record.casefile.id(),
            .at_ms = now_ms_,
            .words = {{message.id(), *word}}};
  announce(owed);
  parts_.promises->keep(std::move(owed));
  acknowledge(*word, reply);
}

bool Batch::is_put_off(const Owed& owed, std::int64_t now_ms) {
  const LiveCase* live = find(owed.case_id);
  return live != nullptr && is_awaiting(*live) && now_ms < owed.at_ms + lost_end_hold_ms;
}

void Batch::announce(const Owed& owed) {
  const LiveCase* live = find(owed.case_id);
  if (live == nullptr) return;
  for (const auto& message : owed.arrived.messages) {
    const auto authorised = pass_gate(parts_.authority, live->record.casefile, *message,
                                      {.now_ms = now_ms_, .index = parts_.ledger.next_index()});
    if (authorised) parts_.speaker.promised(live->record, *authorised);
  }
}

void Batch::end_waits() {
  std::set<CaseId> over;
  for (const Owed& owed : parts_.promises->owed()) {
    if (now_ms_ >= owed.at_ms + lost_end_hold_ms) over.insert(owed.case_id);
  }
  for (const CaseId& case_id : over) backfill_case(case_id);
}

void Batch::backfill_case(const CaseId& case_id) {
  for (const Owed& owed : owed_of_case(*parts_.promises, case_id)) {
    if (!backfilled_.contains(owed.words.begin()->first)) backfill(owed);
  }
}

// From here on its consumer is not waited for any more.
void Batch::backfill(const Owed& owed) {
  Arrived arrived = owed.arrived;
  if (LiveCase* live = find(owed.case_id)) {
    live->awaited = 0;
    add_known_parts(live->record, arrived);
  }
  if (unreadable_) return;
  take(arrived);
  for (const auto& [message, envelope] : owed.words) {
    backfilled_.insert(message);
    const auto word = Admission::admit<Refusal>(envelope);
    if (!word || stands_as_another(arrived, message)) continue;
    LiveCase* live = find((*word)->case_id);
    const bool there = live != nullptr && live->record.casefile.find_position(message).has_value();
    // What gate and tables refuse was never owed: its author was believed unread.
    if ((*word)->unlogged && !there) {
      if (parts_.tell) {
        parts_.tell("message " + short_hex(message) +
                    " was acknowledged by signature alone, and cannot be admitted");
      }
      continue;
    }
    if (live != nullptr) log_word(*live, *word);
  }
}

// Its act was on record before the word was given: that entry is all that is owed.
bool Batch::stands_as_another(const Arrived& arrived, const MessageId& id) {
  for (const auto& message : arrived.messages) {
    if (!message || message->id() != id) continue;
    const LiveCase* live = (*message)->verb() == Verb::open
                               ? find_opened((*message)->author.key, (*message)->act_id)
                               : find((*message)->case_id);
    if (live == nullptr) return false;
    const auto* first = live->record.casefile.find_act((*message)->author.key, (*message)->act_id);
    return first != nullptr && first->id() != id;
  }
  return false;
}

// Once: what a crash cut off is backfilled again.
void Batch::log_word(LiveCase& live, const Verified<Refusal>& word) {
  const bool known = std::ranges::any_of(live.record.records, [&](const StoredEntry& entry) {
    return entry.leaf.kind == EntryKind::refusal &&
           std::ranges::equal(entry.content, word.envelope());
  });
  if (!known) log_refusal(live, word);
}

std::set<MessageId> backfill(SequencerParts& parts, Batch::Cases& cases, std::int64_t now_ms) {
  std::set<MessageId> done;
  for (const Owed& owed : parts.promises->owed()) {
    Batch batch(parts, cases, std::max(owed.at_ms, parts.ledger.last_time_ms()));
    if (batch.is_put_off(owed, now_ms)) {
      batch.announce(owed);
      continue;
    }
    batch.backfill(owed);
    batch.put_cases();
    done.insert(batch.backfilled().begin(), batch.backfilled().end());
  }
  return done;
}

}  // namespace entente
