#include "batch.h"

#include <entente/core/limits.h>
#include <entente/crypto/hash.h>
#include <entente/identity/gate.h>
#include <entente/journal/content.h>
#include <entente/protocol/log_life.h>
#include <entente/wire/admission.h>

#include <algorithm>
#include <limits>

#include "delivery.h"
#include "members.h"
#include "notice_reply.h"
#include "own_line.h"

namespace entente {
namespace {

// The parts this message names that are neither here nor came with it are simply not received: the
// receipt says which arrived.
std::vector<const Part*> arrived_parts(const Message& message, const Parcel& parcel) {
  std::vector<const Part*> found;
  for (const PartRef& ref : message.parts) {
    if (const Part* part = find_part(parcel.parts, ref)) found.push_back(part);
  }
  return found;
}

// The first position the consumer has not said it has seen.
std::uint64_t unseen_from(const Case& casefile) {
  return casefile.effective_prev(Party::consumer) + 1;
}

// Such a mandate reads nothing: neither by a read nor by the answer to what is refused under it.
bool is_over(const Authority& authority, const Digest& mandate, std::int64_t now_ms) {
  const Mandate* known = authority.find_mandate(mandate);
  return known != nullptr && (now_ms >= known->expires_ms || authority.is_revoked(mandate));
}

constexpr std::size_t busies_in_a_row_max = 8;

// What only ends a right of the other side calls for nothing when its time has come, and would keep
// an ended case in mind for years.
bool wakes_somebody(const CaseClock& clock) {
  return clock.kind != "reopen_until" && clock.kind != "link_expires";
}

// The earliest after an instant; 0: none.
std::int64_t earliest_clock(const Case& casefile, std::int64_t after_ms) {
  std::int64_t earliest = 0;
  for (const CaseClock& clock : casefile.clocks()) {
    if (!wakes_somebody(clock)) continue;
    if (clock.at_ms > after_ms && (earliest == 0 || clock.at_ms < earliest)) earliest = clock.at_ms;
  }
  return earliest;
}

}  // namespace

Arrived check_signatures(Submission submission) {
  Arrived arrived;
  for (const Part& part : submission.parcel.parts) arrived.bytes += part.content.size();
  for (const Bytes& envelope : submission.parcel.envelopes) {
    arrived.bytes += envelope.size();
    auto message = Admission::admit<Message>(envelope);
    if (!message && message.error().code == ErrorCode::unknown_type) {
      if (auto busy = Admission::admit<Refusal>(envelope)) {
        arrived.busies.push_back(std::move(*busy));
        continue;
      }
    }
    arrived.messages.push_back(std::move(message));
  }
  for (const Bytes& envelope : submission.parcel.mandates) {
    if (auto mandate = Admission::admit<Mandate>(envelope)) {
      arrived.mandates.push_back(std::move(*mandate));
    }
  }
  for (const Bytes& envelope : submission.parcel.notices) {
    if (auto notice = Admission::admit<ErasureNotice>(envelope)) {
      arrived.notices.push_back(std::move(*notice));
    } else if (auto ack = Admission::admit<ErasureAck>(envelope)) {
      arrived.acks.push_back(std::move(*ack));
    }
  }
  if (submission.read) arrived.read = Admission::admit<Read>(*submission.read);
  arrived.submission = std::move(submission);
  return arrived;
}

bool is_owed(const Arrived& arrived, const Verified<Message>& message) {
  if (is_never_refused(*message)) return true;
  if (message->verb() != Verb::open) return false;
  return std::ranges::any_of(arrived.messages, [&](const Result<Verified<Message>>& other) {
    return other && is_never_refused(**other) && (*other)->case_id == message.id() &&
           (*other)->author.key == message->author.key;
  });
}

Result<Bytes> sign_refusal(const SequencerParts& parts, const Refusal& refusal) {
  return sign(refusal, *parts.identity.message_key);
}

void forget_unused_mandates(SequencerParts& parts, const Arrived& arrived) {
  for (const Verified<Mandate>& mandate : arrived.mandates) {
    if (!parts.mandates.contains(mandate.id())) parts.authority.forget_mandate(mandate.id());
  }
}

Batch::Batch(SequencerParts& parts, Cases& cases, std::int64_t now_ms)
    : parts_(parts), cases_(cases), now_ms_(now_ms) {}

LiveCase* Batch::find(const CaseId& case_id) {
  if (const auto known = cases_.find(case_id); known != cases_.end()) return known->second.get();
  auto loaded = load_case(parts_.ledger, parts_.authority, case_id);
  if (!loaded) {
    if (loaded.error().code != ErrorCode::not_found) note_unreadable(loaded.error());
    return nullptr;
  }
  auto live = std::make_unique<LiveCase>();
  live->record = std::move(*loaded);
  live->record.let_go_of_bulky(parts_.ledger);
  for (const auto& message : live->record.casefile.messages()) note_member(*live, *message);
  for (const Digest& mandate : live->record.mandates) ++parts_.mandates[mandate];
  if (!parts_.lost_ends.empty()) {
    const auto& entries = live->record.entries;
    const bool is_heard = !entries.empty() && entries.back() >= parts_.lost_ends.back().size &&
                          !live->record.regained.contains(entries.size() - 1);
    if (!is_heard) live->awaited = std::numeric_limits<std::uint64_t>::max();
  }
  loaded_.insert(case_id);
  return cases_.emplace(case_id, std::move(live)).first->second.get();
}

// The author of a consumer's message, and the principal it speaks for.
void Batch::note_member(const LiveCase& live, const Message& message) {
  if (parts_.members == nullptr || message.author.party != Party::consumer) return;
  const CaseId& case_id = live.record.casefile.id();
  parts_.members->add(case_id, message.author.key);
  const auto principal = parts_.authority.find_principal(message);
  if (principal) parts_.members->add(case_id, *principal);
}

// A disk that does not answer is no proof that there is no such case. One that answers with
// nonsense is: that case is damaged, and the others go on.
void Batch::note_unreadable(const Error& why) {
  if (!is_silence(why)) return;
  unreadable_ = true;
  parts_.ledger.fail_batch(why);
}

void Batch::wake(const CaseId& case_id) {
  if (LiveCase* live = find(case_id)) {
    live->record.casefile.advance(now_ms_);
    touch(case_id);
  }
}

Reply Batch::take(const Arrived& arrived) {
  Reply reply = arrived.read ? take_read(arrived) : take_parcel(arrived);
  if (!reply.is_acknowledged) forget_unused_mandates(parts_, arrived);
  return reply;
}

Reply Batch::take_parcel(const Arrived& arrived) {
  Reply reply{.case_id = arrived.submission.case_id};
  const bool shows = shows_lost(arrived, parts_.lost_ends);
  const bool fits = !shows || regain(arrived, reply);
  if (reply.kind != Delivery::Kind::parcel) return reply;
  for (const auto& message : arrived.messages) {
    // Bytes that nobody is known to have signed get the answer strangers get.
    if (!message) {
      reply.kind = Delivery::Kind::not_found;
      return reply;
    }
    if (shows && (is_here(*message) || !(fits || is_owed(arrived, *message)))) continue;
    const auto& lines = arrived.submission.parcel.cosignatures;
    const Status ours = halt_if_forked(parts_.ledger, (*message)->seen, lines);
    if (!ours) note_unreadable(ours.error());
    take_message(arrived, *message, reply);
    if (reply.kind != Delivery::Kind::parcel) return reply;
  }
  if (!arrived.submission.parcel.notices.empty()) answer_notices(*this, arrived, reply);
  return reply;
}

Reply Batch::take_read(const Arrived& arrived) {
  const Reply stranger{.kind = Delivery::Kind::not_found};
  const auto& read = *arrived.read;
  if (!read || !arrived.submission.case_id) return stranger;
  LiveCase* live = find(*arrived.submission.case_id);
  if (live == nullptr) return stranger;
  const Message& opening = *live->record.casefile.messages().front();
  if (!parts_.authority.authorise(*read, opening, now_ms_)) return stranger;
  return {.case_id = arrived.submission.case_id,
          .from = read_from(*live, arrived.submission.after),
          .refusals = {},
          .seen_size = (*read)->seen_size,
          .is_read = true};
}

Result<Receipt> Batch::find_receipt(const Verified<Read>& read, const CaseId& case_id,
                                    const MessageId& message) {
  const LiveCase* live = find(case_id);
  if (unreadable_) return fail(ErrorCode::busy);
  if (live == nullptr) return fail(ErrorCode::not_found);
  const CaseRecord& record = live->record;
  if (!parts_.authority.authorise(read, *record.casefile.messages().front(), now_ms_)) {
    return fail(ErrorCode::not_found);
  }
  const auto position = record.casefile.find_position(message);
  if (!position) return fail(ErrorCode::not_admitted);
  return receipt_of(parts_.ledger, record, *position);
}

LiveCase* Batch::case_of(const Verified<Message>& message, Reply& reply) {
  const bool opens = message->verb() == Verb::open;
  const CaseId case_id = case_id_of(message);
  if (reply.case_id && *reply.case_id != case_id) return nullptr;
  LiveCase* live = find(case_id);
  if (live == nullptr && opens) live = find_opened(message->author.key, message->act_id);
  if (live == nullptr && opens && !is_on_file(case_id, *message)) {
    live = cases_.emplace(case_id, std::make_unique<LiveCase>()).first->second.get();
  }
  return live;
}

// What was opened and cannot be read any more, because it is erased or damaged, is not opened
// again: an erasure would be an invitation to write anew.
bool Batch::is_on_file(const CaseId& case_id, const Message& opening) {
  const Store& store = parts_.ledger.store();
  const auto by_id = store.find_case(case_id);
  if (!by_id) note_unreadable(by_id.error());
  const auto by_act = store.find_open(opening.author.key, opening.act_id);
  if (!by_act) note_unreadable(by_act.error());
  return !by_id || !by_act || *by_id || *by_act;
}

// The case that this act of this author opened before, be it in this very batch.
LiveCase* Batch::find_opened(const PublicKey& opener, const ActId& act) {
  for (const CaseId& case_id : touched_) {
    LiveCase* live = find(case_id);
    if (live == nullptr) continue;
    const Message& opening = *live->record.casefile.messages().front();
    if (opening.author.key == opener && opening.act_id == act) return live;
  }
  const auto known = parts_.ledger.store().find_open(opener, act);
  if (!known) note_unreadable(known.error());
  return known && *known ? find((*known)->case_id) : nullptr;
}

void Batch::take_message(const Arrived& arrived, const Verified<Message>& message, Reply& reply) {
  LiveCase* live = case_of(message, reply);
  if (live == nullptr) {
    reply.kind = Delivery::Kind::not_found;
    return;
  }
  reply.seen_size = message->seen.size;
  take_back_busies(*live, arrived, message);
  if (!repeats(*live, message, reply) && !put_off(*live, arrived, message, reply)) {
    // What shows that an accept came in time has to fit into the parcel of its receipt.
    const bool may_wait =
        live->record.busies_until(message.id(), now_ms_).size() < busies_in_a_row_max;
    if (arrived.hold_back_ms > 0 && may_wait && !is_owed(arrived, message)) {
      refuse(*live, message, {ErrorCode::busy, arrived.hold_back_ms}, reply);
    } else {
      admit(*live, arrived, message, reply);
    }
  }
  if (!live->record.casefile.is_open()) {
    cases_.erase(message.id());  // an `open` that was refused leaves nothing behind
  } else {
    reply.case_id = live->record.casefile.id();
  }
}

// The same act again, whether the stored bytes or signed anew: the first receipt is the answer.
bool Batch::repeats(LiveCase& live, const Verified<Message>& message, Reply& reply) {
  const Case& casefile = live.record.casefile;
  if (!casefile.is_open()) return false;
  const Authorised<Message>* first = casefile.find_act(message->author.key, message->act_id);
  if (first == nullptr) return false;
  if (says_the_same(**first, *message)) {
    // With what was said before it: whoever lost this answer may not have heard of that either.
    const std::uint64_t position = casefile.find_position(first->id()).value_or(0);
    reply.deliver_from(std::min(position, unseen_from(casefile)));
  } else {
    refuse(live, message, {ErrorCode::act_conflict}, reply);
  }
  return true;
}

Status Batch::check_times(const LiveCase& live, const Arrived& arrived,
                          const Verified<Message>& message) const {
  if (is_owed(arrived, message)) return {};
  if (message->sent_at_ms > now_ms_ + limits::skew_ms_max) return fail(ErrorCode::clock_skew);
  const std::int64_t judged_ms = live.record.casefile.judged_at_ms(message, now_ms_);
  if (message->admit_by_ms < judged_ms) return fail(ErrorCode::too_late);
  return {};
}

void Batch::learn_mandate(const Arrived& arrived, const Message& message) {
  for (const Verified<Mandate>& mandate : arrived.mandates) {
    if (mandate.id() != message.author.authority) continue;
    // One that does not hold is not learned; the gate then says so in its own words.
    [[maybe_unused]] const Status learned = parts_.authority.learn(mandate, now_ms_);
  }
}

// Once in each case, before what is first said under it there: whether this parcel brought it, or
// it is known from another case.
void Batch::log_mandate(LiveCase& live, const Message& message) {
  const auto* mandate = parts_.authority.find_signed_mandate(message.author.authority);
  if (mandate == nullptr || !live.record.mandates.insert(mandate->id()).second) return;
  ++parts_.mandates[mandate->id()];
  const auto envelope = mandate->envelope();
  parts_.ledger.append({.kind = EntryKind::mandate,
                        .case_id = live.record.casefile.id(),
                        .direction = Direction::received,
                        .time_ms = now_ms_,
                        .content = Bytes(envelope.begin(), envelope.end())});
}

void Batch::admit(LiveCase& live, const Arrived& arrived, const Verified<Message>& message,
                  Reply& reply) {
  if (message->author.party != Party::consumer) {
    return refuse(live, message, {ErrorCode::author_forbidden}, reply);
  }
  if (const Status timely = check_times(live, arrived, message); !timely) {
    return refuse(live, message, {timely.error().code}, reply);
  }
  learn_mandate(arrived, *message);
  const auto authorised = pass_gate(parts_.authority, live.record.casefile, message,
                                    {.now_ms = now_ms_, .index = parts_.ledger.next_index()});
  if (!authorised) return refuse(live, message, {authorised.error().code}, reply);
  live.record.casefile.advance(now_ms_);
  const Outcome outcome = live.record.casefile.admit(*authorised, now_ms_);
  if (outcome.effect == Effect::refused) return refuse(live, message, {outcome.code}, reply);
  const std::uint64_t position = live.record.casefile.next_position() - 1;
  reply.deliver_from(std::min(position, unseen_from(live.record.casefile)));
  fold(live, arrived, *authorised, outcome);
}

// What came of the parts that it names.
std::vector<Digest> Batch::keep_parts(LiveCase& live, const Arrived& arrived,
                                      const Message& message) {
  std::vector<Digest> received;
  for (const Part* part : arrived_parts(message, arrived.submission.parcel)) {
    if (!parts_.ledger.keep_part(live.record.casefile.id(), *part)) continue;
    received.push_back(part_digest(*part));
    live.record.keep(*part);
  }
  return received;
}

void Batch::fold(LiveCase& live, const Arrived& arrived, const Authorised<Message>& message,
                 const Outcome& outcome) {
  const CaseId case_id = live.record.casefile.id();
  log_mandate(live, *message);
  std::vector<Digest> received = keep_parts(live, arrived, *message);
  live.awaited = 0;
  note_member(live, *message);
  const ByteView envelope = message.verified().envelope();
  const std::uint64_t index = parts_.ledger.append(
      {.kind = EntryKind::message,
       .case_id = case_id,
       .position = live.record.casefile.next_position() - 1,
       .direction = Direction::received,
       .time_ms = now_ms_,
       .content = Bytes(envelope.begin(), envelope.end()),
       .parts_received = std::move(received),
       .effect = std::string(outcome.effect == Effect::binding ? "binding" : name(outcome.code))});
  live.record.entries.push_back(index);
  live.record.arrivals[sha256(envelope)] = message.id();
  note_checkpoint(live, arrived, *message);
  take_back_mandate(parts_.authority, *message, index);
  if (const auto* revoke = std::get_if<Revoke>(&message->body)) {
    parts_.ledger.put_revoked(revoke->mandate, message->author.key, index);
  }
  parts_.note_admitted(*message, outcome);
  parts_.speaker.admitted(live.record);
  touch(case_id);
}

// The consumer's own log, as it stands by its signature: kept, so that views cross. One that does
// not verify is not believed, and costs the message nothing.
void Batch::note_checkpoint(LiveCase& live, const Arrived& arrived, const Message& message) {
  const std::string& note = arrived.submission.parcel.checkpoint;
  if (note.empty()) return;
  const Message& opening = *live.record.casefile.messages().front();
  const auto named = decode_unverified_checkpoint(note);
  if (!named || !is_log_of(named->origin, consumer_did(parts_.authority, opening))) return;
  const auto vkey = Vkey::make(named->origin, SignatureType::ed25519, message.author.key);
  if (!vkey) return;
  const auto checkpoint = verify_checkpoint(note, *vkey);
  const Seen& known = live.record.other_log;
  if (!checkpoint) return;
  if (checkpoint->origin == known.origin && checkpoint->size <= known.size) return;
  live.record.other_log = {checkpoint->origin, checkpoint->size, checkpoint->root};
  parts_.ledger.append({.kind = EntryKind::checkpoint_seen,
                        .case_id = live.record.casefile.id(),
                        .direction = Direction::received,
                        .time_ms = now_ms_,
                        .content = encode(CheckpointSeenRecord{.note = note})});
}

void Batch::log_refusal(LiveCase& live, const Verified<Refusal>& refusal) {
  live.record.note_busy(refusal);
  parts_.ledger.append({.kind = EntryKind::refusal,
                        .case_id = live.record.casefile.id(),
                        .direction = Direction::sent,
                        .time_ms = now_ms_,
                        .content = bytes_of(refusal.envelope())});
}

// Refusals of members are signed and logged; one who has no case yet gets a signature and no entry.
// Of those told to come back only an accept has an entry, which keeps it in time.
void Batch::refuse(LiveCase& live, const Verified<Message>& message, No no, Reply& reply) {
  if (parts_.observer) parts_.observer->refused(no.code);
  Refusal refusal{.message = message.id(),
                  .code = std::string(name(no.code)),
                  .at_ms = now_ms_,
                  .retry_after_ms = no.retry_after_ms,
                  .environment = parts_.identity.environment};
  Case& casefile = live.record.casefile;
  const bool member = casefile.is_open() && no.code != ErrorCode::key_unknown;
  const bool busy = no.code == ErrorCode::busy;
  if (casefile.is_open() && !member) {
    reply.kind = Delivery::Kind::not_found;
    return;
  }
  if (member) {
    refusal.case_id = casefile.id();
    refusal.head = casefile.head();
    refusal.head_pos = casefile.next_position() - 1;
    const bool may_read = !is_over(parts_.authority, message->author.authority, now_ms_);
    if (!busy && may_read) reply.deliver_from(unseen_from(casefile));
  }
  const auto said = Admission::sign(refusal, *parts_.identity.message_key);
  if (!said) {
    reply.kind = Delivery::Kind::failed;
    return;
  }
  if (member && (!busy || message->verb() == Verb::accept)) log_refusal(live, *said);
  reply.refusals.push_back(bytes_of(said->envelope()));
}

void Batch::put_cases() {
  for (const CaseId& case_id : touched_) {
    LiveCase* live = find(case_id);
    if (live == nullptr) continue;
    const Case& casefile = live->record.casefile;
    const Message& opening = *casefile.messages().front();
    next_clocks_[case_id] = is_awaiting(*live) ? parts_.lost_ends.back().at_ms + lost_end_wait_ms
                                               : earliest_clock(casefile, now_ms_);
    const bool closed = casefile.phase() == Phase::closed;
    if (std::exchange(live->filed_closed, closed) == closed) continue;
    parts_.ledger.put_case({.case_id = case_id,
                            .opener = opening.author.key,
                            .open_act = opening.act_id,
                            .closed = closed});
  }
}

Survey survey_of(const Batch::Cases& cases, std::int64_t now_ms) {
  Survey seen{.cases = cases.size()};
  for (const auto& [case_id, live] : cases) {
    const Case& casefile = live->record.casefile;
    for (const CaseClock& clock : casefile.clocks()) {
      if (clock.owes == Party::brand && clock.at_ms < now_ms) ++seen.overdue[clock.kind];
    }
    const HandoffState* handoff = casefile.handoff();
    if (handoff == nullptr || !is_live(handoff->stage)) continue;
    ++seen.handoffs[handoff->stage];
    if (!is_waiting(handoff->stage)) continue;
    seen.oldest_handoff_ms = std::max(seen.oldest_handoff_ms, now_ms - handoff->asked_ms);
  }
  return seen;
}

}  // namespace entente
