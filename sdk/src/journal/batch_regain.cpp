// A log that lost its end takes the messages of a case back from the consumer who holds them: the
// bytes as they were signed, at the positions and times that its own receipts under the earlier
// name prove. Nothing is taken on the consumer's word.

#include <entente/audit/merkle.h>
#include <entente/crypto/hash.h>
#include <entente/identity/gate.h>
#include <entente/wire/part.h>

#include "batch.h"

namespace entente {
namespace {

// What an earlier name of this log has signed, and the message behind it if that came with it.
struct Shown {
  LogEntry leaf;
  std::optional<Placed> placed;
};

// Signed by the log that lost its end, about an entry that was lost.
Result<Shown> open_lost(const Receipt& receipt, std::span<const Verified<Message>> messages,
                        std::span<const LostEnd> lost_ends) {
  std::vector<Vkey> keys;
  for (const LostEnd& end : lost_ends) keys.push_back(end.log);
  ENTENTE_LET(placed, open_receipt(receipt, messages, keys));
  ENTENTE_LET(leaf, decode<LogEntry>(receipt.leaf));
  if (placed) {
    const auto end = std::ranges::find_if(
        lost_ends, [&](const LostEnd& each) { return each.log.name() == placed->under.origin; });
    const bool is_lost =
        end != lost_ends.end() && placed->index >= end->size && leaf.time_ms <= end->at_ms;
    if (!is_lost) return fail(ErrorCode::receipt_invalid, "of an entry that was not lost");
  }
  return Shown{std::move(leaf), std::move(placed)};
}

}  // namespace

bool shows_lost(const Arrived& arrived, std::span<const LostEnd> lost_ends) {
  return !lost_ends.empty() && !arrived.submission.parcel.receipts.empty() &&
         !arrived.messages.empty();
}

bool Batch::is_awaiting(const LiveCase& live) const {
  return !parts_.lost_ends.empty() && live.awaited > live.record.casefile.next_position() &&
         now_ms_ < parts_.lost_ends.back().at_ms + lost_end_wait_ms;
}

bool Batch::is_here(const Verified<Message>& message) {
  const LiveCase* live = find(case_id_of(message));
  return live != nullptr && live->record.casefile.find_position(message.id()).has_value();
}

// Whoever asks for what comes after more than there is holds what was lost: it is shown the head,
// and from there on it shows us the rest. Whoever asks for less has lost nothing of ours.
std::uint64_t Batch::read_from(LiveCase& live, std::uint64_t after) {
  const std::uint64_t next = live.record.casefile.next_position();
  if (parts_.lost_ends.empty()) return after;
  const bool was_awaiting = is_awaiting(live);
  live.awaited = after > next ? after : 0;
  if (was_awaiting && live.awaited == 0) {
    backfill_case(live.record.casefile.id());
    wake(live.record.casefile.id());
  }
  return std::min(after, next > 0 && after > next ? next - 1 : after);
}

// As the ledger has it: in memory the clocks have run past what is about to be shown. A case that
// was lost as a whole begins again, unless it was erased.
LiveCase* Batch::case_to_regain(const Arrived& arrived) {
  const Verified<Message>& first = *arrived.messages.front();
  const CaseId case_id = case_id_of(first);
  if (arrived.submission.case_id.value_or(case_id) != case_id) return nullptr;
  if (LiveCase* live = find(case_id)) {
    if (touched_.contains(case_id)) return live;
    auto loaded = load_case(parts_.ledger, parts_.authority, case_id);
    if (!loaded) {
      note_unreadable(loaded.error());
      return nullptr;
    }
    live->record = std::move(*loaded);
    return live;
  }
  const auto erased = parts_.ledger.is_erased(case_id);
  if (!erased) note_unreadable(erased.error());
  if (first->verb() != Verb::open || !erased || *erased || is_on_file(case_id, *first)) {
    return nullptr;
  }
  return cases_.emplace(case_id, std::make_unique<LiveCase>()).first->second.get();
}

// As many as fit, in order; false once one does not, which is refused by its name.
bool Batch::regain(const Arrived& arrived, Reply& reply) {
  std::vector<Verified<Message>> messages;
  for (const auto& message : arrived.messages) {
    if (message) {
      messages.push_back(*message);
    } else {
      reply.kind = Delivery::Kind::not_found;
      return false;
    }
  }
  // One for each message, and one that says how far the case has come.
  std::span<const Receipt> receipts = arrived.submission.parcel.receipts;
  receipts = receipts.first(std::min(receipts.size(), messages.size() + 1));
  std::map<std::uint64_t, Placed> placed;
  std::uint64_t end = 0;
  const CaseId case_id = case_id_of(messages.front());
  for (const Receipt& receipt : receipts) {
    auto shown = open_lost(receipt, messages, parts_.lost_ends);
    const bool is_of_case =
        shown && (!shown->placed || case_id_of(shown->placed->message) == case_id);
    if (!is_of_case) {
      refuse_receipt(find(case_id), receipt, ErrorCode::receipt_invalid, reply);
      return false;
    }
    end = std::max(end, shown->leaf.position + 1);
    if (shown->placed) placed.emplace(shown->leaf.position, std::move(*shown->placed));
  }
  LiveCase* live = case_to_regain(arrived);
  if (live == nullptr) {
    reply.kind = Delivery::Kind::not_found;
    return false;
  }
  for (const auto& [position, item] : placed) {
    const Status fits = regain_message(*live, arrived, item);
    if (fits) continue;
    refuse_receipt(live, item.receipt, fits.error().code, reply);
    if (!live->record.casefile.is_open()) cases_.erase(case_id);
    return false;
  }
  if (!live->record.casefile.is_open()) {
    cases_.erase(case_id);
    reply.kind = Delivery::Kind::not_found;
    return false;
  }
  live->awaited = end;
  reply.case_id = case_id;
  if (!is_awaiting(*live)) backfill_case(case_id);
  wake(case_id);
  return true;
}

// The gate, the tables and the order, as when it was first admitted, and the effect that the
// receipt says. The gate knows what was revoked since: a key that is not the brand's any more does
// not get anything on record.
Status Batch::regain_message(LiveCase& live, const Arrived& arrived, const Placed& item) {
  Case& casefile = live.record.casefile;
  const std::uint64_t next = casefile.next_position();
  const std::uint64_t position = item.leaf.position;
  const std::int64_t then_ms = item.leaf.time_ms;
  if (position < next) {
    const bool same = casefile.messages()[position].id() == item.message.id();
    return same ? Status() : fail(ErrorCode::receipt_invalid, "another message stands there");
  }
  if (position > next) return fail(ErrorCode::unknown_prev, "what stands before it is missing");
  if (next > 0 && then_ms < casefile.admitted_ms(next - 1)) {
    return fail(ErrorCode::receipt_invalid, "it is older than the message before it");
  }
  learn_mandate(arrived, *item.message);
  take_back_busies(live, arrived, item.message);
  ENTENTE_LET(message, pass_gate(parts_.authority, casefile, item.message,
                                 {.now_ms = then_ms, .index = parts_.ledger.next_index()}));
  const Outcome outcome = casefile.judge(message, then_ms);
  const std::string_view effect =
      outcome.effect == Effect::binding ? "binding" : name(outcome.code);
  if (outcome.effect == Effect::refused || effect != item.leaf.effect) {
    return fail(ErrorCode::receipt_invalid, "the rules give " + describe(outcome));
  }
  casefile.admit(message, then_ms);
  log_regained(live, arrived, item, message);
  return {};
}

// What this log said before it lost its end, and what came after that is on record: an accept that
// was told to come back then is still in time by it.
void Batch::take_back_busies(LiveCase& live, const Arrived& arrived,
                             const Verified<Message>& message) {
  const Case& casefile = live.record.casefile;
  if (parts_.lost_ends.empty() || !casefile.is_open() || message->verb() != Verb::accept) return;
  for (const Verified<Refusal>& busy : arrived.busies) {
    const bool is_lost = busy->message == message.id() && busy->case_id == casefile.id() &&
                         busy->at_ms <= parts_.lost_ends.back().at_ms && !busy->unlogged &&
                         busy->code == name(ErrorCode::busy);
    const Status is_ours = parts_.authority.check_brand_key(busy.signer(), KeyPurpose::message,
                                                            parts_.ledger.next_index());
    if (is_lost && is_ours && !live.record.has_busy(busy)) log_refusal(live, busy);
  }
}

// Neither received nor sent now: an entry of the log's own making, with the receipt behind it.
void Batch::log_regained(LiveCase& live, const Arrived& arrived, const Placed& item,
                         const Authorised<Message>& message) {
  const CaseId case_id = live.record.casefile.id();
  const bool is_consumers = message->author.party == Party::consumer;
  if (is_consumers) {
    log_mandate(live, *message);
    note_member(live, *message);
  }
  std::vector<Digest> received = keep_parts(live, arrived, *message);
  if (!is_consumers) received.clear();
  const ByteView envelope = item.message.envelope();
  const std::uint64_t index =
      parts_.ledger.append({.kind = EntryKind::message,
                            .case_id = case_id,
                            .position = item.leaf.position,
                            .direction = Direction::own,
                            .time_ms = now_ms_,
                            .content = Bytes(envelope.begin(), envelope.end()),
                            .parts_received = std::move(received),
                            .effect = item.leaf.effect});
  parts_.ledger.keep_receipt(case_id, message.id(), item.receipt);
  live.record.regained[item.leaf.position] = item.receipt;
  live.record.entries.push_back(index);
  live.record.arrivals[sha256(envelope)] = message.id();
  take_back_mandate(parts_.authority, *message, index);
  if (const auto* revoke = std::get_if<Revoke>(&message->body)) {
    parts_.ledger.put_revoked(revoke->mandate, message->author.key, index);
  }
  parts_.speaker.admitted(live.record);
  touch(case_id);
}

// By the hash of its leaf, which is the id of no message: no act is refused here.
void Batch::refuse_receipt(const LiveCase* live, const Receipt& receipt, ErrorCode code,
                           Reply& reply) {
  Refusal refusal{.message = leaf_hash(receipt.leaf),
                  .code = std::string(name(code)),
                  .at_ms = now_ms_,
                  .environment = parts_.identity.environment};
  if (live != nullptr && live->record.casefile.is_open()) {
    const Case& casefile = live->record.casefile;
    refusal.case_id = casefile.id();
    refusal.head = casefile.head();
    refusal.head_pos = casefile.next_position() - 1;
  }
  auto envelope = sign_refusal(parts_, refusal);
  if (!envelope) {
    reply.kind = Delivery::Kind::failed;
    return;
  }
  reply.refusals.push_back(std::move(*envelope));
}

}  // namespace entente
