#include "notice_reply.h"

#include <entente/identity/gate.h>
#include <entente/journal/notice.h>
#include <entente/wire/retention.h>

namespace entente {
namespace {

// The principal of the case, or its assistant under a mandate that stands.
bool may_ask(Batch& batch, const LiveCase& live, const ErasureNotice& notice) {
  const Authority& authority = batch.parts().authority;
  const auto principal = authority.find_principal(*live.record.casefile.messages().front());
  if (notice.authority.is_zero()) return principal && *principal == notice.key;
  const Mandate* mandate = authority.find_mandate(notice.authority);
  return mandate != nullptr && principal && mandate->principal == *principal &&
         mandate->assistant == notice.key && !authority.is_revoked(notice.authority) &&
         batch.now_ms() < mandate->expires_ms;
}

bool has_spoken(const Batch& batch, const LiveCase& live, const PublicKey& key) {
  const Message& opening = *live.record.casefile.messages().front();
  if (consumer_did(batch.parts().authority, opening) == to_did_key(key)) return true;
  return std::ranges::any_of(live.record.casefile.messages(), [&](const auto& message) {
    return message->author.party == Party::consumer && message->author.key == key;
  });
}

// Of the case's own entries: the log may have a million others.
RetentionRecords retention_in(const CaseRecord& record) {
  RetentionRecords found;
  for (const StoredEntry& entry : record.records) {
    if (entry.leaf.kind == EntryKind::erasure) {
      if (auto erasure = decode<ErasureRecord>(entry.content)) {
        found.erasures.push_back({entry.index, true, std::move(*erasure)});
      }
    } else if (entry.leaf.kind == EntryKind::hold) {
      if (auto hold = decode<HoldRecord>(entry.content)) {
        found.holds.push_back({entry.index, std::move(*hold)});
      }
    }
  }
  return found;
}

void put_on_record(Batch& batch, LiveCase& live, Direction direction, const Bytes& envelope) {
  StoredEntry entry{
      .leaf = {.kind = EntryKind::notice, .time_ms = batch.now_ms(), .direction = direction},
      .content = envelope};
  entry.index = batch.parts().ledger.append({.kind = EntryKind::notice,
                                             .case_id = live.record.casefile.id(),
                                             .direction = direction,
                                             .time_ms = batch.now_ms(),
                                             .content = envelope});
  live.record.records.push_back(std::move(entry));
}

Result<Bytes> sign_answer(Batch& batch, const LiveCase& live, const LoggedNotice& asked) {
  const SequencerParts& parts = batch.parts();
  const Case& casefile = live.record.casefile;
  const RetentionRecords records = retention_in(live.record);
  const bool has_ended = casefile.phase() == Phase::closed;
  ErasureAck ack =
      answer_notice(asked, {.has_ended = has_ended,
                            .ended_ms = casefile.admitted_ms(casefile.next_position() - 1),
                            .records = records,
                            .keep_ms = parts.identity.keep_ms,
                            .now_ms = batch.now_ms()});
  ack.key = parts.identity.message_key->public_key();
  ack.environment = parts.identity.environment;
  return sign(ack, *parts.identity.message_key);
}

// The open case that this belongs to, if it came to that case; null for what a stranger may know.
LiveCase* case_of(Batch& batch, const Reply& reply, const CaseId& case_id) {
  if (reply.case_id != case_id) return nullptr;
  LiveCase* live = batch.find(case_id);
  return live != nullptr && live->record.casefile.is_open() ? live : nullptr;
}

// False if its signer has no part in the case.
bool take_notice(Batch& batch, const Verified<ErasureNotice>& notice, Reply& reply) {
  const BrandIdentity& identity = batch.parts().identity;
  LiveCase* live = case_of(batch, reply, notice->case_id);
  if (live == nullptr || notice->environment != identity.environment ||
      notice->audience != identity.did || !may_ask(batch, *live, *notice)) {
    return false;
  }
  live->record.casefile.advance(batch.now_ms());
  const CaseNotices known = notices_among(live->record.records);
  if (known.find(notice.id()) != nullptr) {
    if (const LoggedAck* ack = known.answer_to(notice.id())) {
      reply.notices.push_back(ack->envelope);
    }
    return true;
  }
  if (known.notices.size() >= notices_per_case_max) return true;
  const ByteView bytes = notice.envelope();
  LoggedNotice asked{.id = notice.id(),
                     .direction = Direction::received,
                     .notice = *notice,
                     .envelope = Bytes(bytes.begin(), bytes.end())};
  auto answer = sign_answer(batch, *live, asked);
  if (!answer) return true;  // asked again, it is tried again
  put_on_record(batch, *live, Direction::received, asked.envelope);
  put_on_record(batch, *live, Direction::sent, *answer);
  reply.notices.push_back(std::move(*answer));
  return true;
}

// What answers nothing that was asked says nothing to us.
bool take_ack(Batch& batch, const Verified<ErasureAck>& ack, const Reply& reply) {
  LiveCase* live = case_of(batch, reply, ack->case_id);
  if (live == nullptr || ack->environment != batch.parts().identity.environment ||
      !has_spoken(batch, *live, ack->key)) {
    return false;
  }
  const CaseNotices known = notices_among(live->record.records);
  const LoggedNotice* asked = known.find(ack->notice);
  const bool is_news = asked != nullptr && asked->direction == Direction::sent &&
                       known.answer_to(ack->notice) == nullptr;
  const ByteView bytes = ack.envelope();
  if (is_news) {
    put_on_record(batch, *live, Direction::received, Bytes(bytes.begin(), bytes.end()));
  }
  return true;
}

}  // namespace

void answer_notices(Batch& batch, const Arrived& arrived, Reply& reply) {
  bool all_of_members = !arrived.notices.empty() || !arrived.acks.empty();
  for (const auto& notice : arrived.notices) {
    all_of_members = take_notice(batch, notice, reply) && all_of_members;
  }
  for (const auto& ack : arrived.acks) {
    all_of_members = take_ack(batch, ack, reply) && all_of_members;
  }
  if (arrived.messages.empty() && !all_of_members) {
    reply = {.kind = Delivery::Kind::not_found};
  }
}

const PublicKey* notice_signer(const Arrived& arrived) {
  if (!arrived.notices.empty()) return &arrived.notices.front()->key;
  if (!arrived.acks.empty()) return &arrived.acks.front()->key;
  return nullptr;
}

}  // namespace entente
