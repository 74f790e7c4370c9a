#include "notices_heard.h"

#include <entente/wire/admission.h>
#include <entente/wire/retention.h>

namespace entente {
namespace {

bool is_brand(const NoticesHeard::Ear& ear, const PublicKey& key, Environment environment) {
  return environment == ear.environment &&
         ear.authority.check_brand_key(key, KeyPurpose::message, ear.brand_size).has_value();
}

void put_on_record(const NoticesHeard::Ear& ear, const CaseId& case_id, Direction direction,
                   const Bytes& envelope) {
  ear.ledger.append({.kind = EntryKind::notice,
                     .case_id = case_id,
                     .direction = direction,
                     .time_ms = ear.now_ms,
                     .content = envelope});
}

// What the consumer has is the only proof of what it was promised: it goes when its owner says so.
Result<Bytes> sign_answer(const NoticesHeard::Ear& ear, const Verified<ErasureNotice>& notice) {
  return sign(ErasureAck{.notice = notice.id(),
                         .case_id = notice->case_id,
                         .answer = ErasureAnswer::held,
                         .basis = "own_record",
                         .key = ear.own_key.public_key(),
                         .environment = ear.environment,
                         .at_ms = ear.now_ms},
              ear.own_key);
}

}  // namespace

Result<std::vector<std::pair<CaseId, Parcel>>> unanswered_notices_in(const Ledger& ledger) {
  std::vector<std::pair<CaseId, Parcel>> waiting;
  ENTENTE_LET(rows, ledger.store().cases());
  for (const CaseRow& row : rows) {
    ENTENTE_LET(known, read_notices(ledger, row.case_id));
    Parcel parcel;
    parcel.notices = known.unanswered();
    if (!parcel.notices.empty()) waiting.emplace_back(row.case_id, std::move(parcel));
  }
  return waiting;
}

Status NoticesHeard::hear(const Ear& ear, const CaseId& case_id, const Parcel& parcel) {
  ENTENTE_LET(known, read_notices(ear.ledger, case_id));
  for (const Bytes& envelope : parcel.notices) {
    if (const auto ack = Admission::admit<ErasureAck>(envelope)) {
      const LoggedNotice* asked = known.find((*ack)->notice);
      const bool is_news = (*ack)->case_id == case_id && asked != nullptr &&
                           asked->direction == Direction::sent &&
                           known.answer_to((*ack)->notice) == nullptr;
      if (!is_news || !is_brand(ear, (*ack)->key, (*ack)->environment)) continue;
      put_on_record(ear, case_id, Direction::received, envelope);
      known.acks.push_back({Direction::received, **ack, envelope});
    } else if (const auto notice = Admission::admit<ErasureNotice>(envelope)) {
      const bool for_us = (*notice)->case_id == case_id && (*notice)->audience == ear.own_did;
      if (!for_us || !is_brand(ear, (*notice)->key, (*notice)->environment)) continue;
      ENTENTE_TRY(hear_notice(ear, known, *notice));
    }
  }
  return ear.ledger.commit();
}

Status NoticesHeard::hear_notice(const Ear& ear, CaseNotices& known,
                                 const Verified<ErasureNotice>& notice) {
  const CaseId& case_id = notice->case_id;
  const auto answered = [&] { return known.answer_to(notice.id()); };
  if (answered() == nullptr) {
    if (known.notices.size() >= notices_per_case_max) return {};
    ENTENTE_LET(answer, sign_answer(ear, notice));
    const ByteView bytes = notice.envelope();
    const Bytes envelope(bytes.begin(), bytes.end());
    put_on_record(ear, case_id, Direction::received, envelope);
    put_on_record(ear, case_id, Direction::sent, answer);
    known.notices.push_back({notice.id(), Direction::received, *notice, envelope});
    ENTENTE_LET(ack, Admission::admit<ErasureAck>(answer));
    known.acks.push_back({Direction::sent, *ack, answer});
  }
  due_[case_id] = {answered()->envelope};
  return {};
}

std::vector<Bytes> NoticesHeard::take_due(const CaseId& case_id) {
  auto due = due_.extract(case_id);
  return due ? std::move(due.mapped()) : std::vector<Bytes>();
}

}  // namespace entente
