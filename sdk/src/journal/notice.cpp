#include <entente/journal/notice.h>
#include <entente/wire/admission.h>
#include <entente/wire/retention.h>

#include <algorithm>

namespace entente {
namespace {

bool is_erasable(const std::string& each) {
  return std::ranges::find(erasable_classes(), each) != erasable_classes().end();
}

// When the last of these classes may go by the rules; nothing: no rule says.
std::optional<std::int64_t> kept_until_ms(const ErasureNotice& notice,
                                          const KeepingDuties& duties) {
  std::int64_t until_ms = 0;
  for (const std::string& each : notice.classes) {
    const bool of_case = each == "terms" || each == "decision";
    const auto rule = duties.keep_ms.find(of_case ? "case" : each);
    if (rule == duties.keep_ms.end()) return std::nullopt;
    until_ms = std::max(until_ms, duties.ended_ms + rule->second);
  }
  return until_ms;
}

}  // namespace

const LoggedNotice* CaseNotices::find(const Digest& id) const {
  const auto found = std::ranges::find(notices, id, &LoggedNotice::id);
  return found == notices.end() ? nullptr : &*found;
}

const LoggedAck* CaseNotices::answer_to(const Digest& notice) const {
  const auto found =
      std::ranges::find(acks, notice, [](const LoggedAck& each) { return each.ack.notice; });
  return found == acks.end() ? nullptr : &*found;
}

std::vector<Bytes> CaseNotices::unanswered() const {
  std::vector<Bytes> waiting;
  for (const LoggedNotice& each : notices) {
    if (each.direction != Direction::sent || answer_to(each.id) != nullptr) continue;
    waiting.push_back(each.envelope);
  }
  return waiting;
}

CaseNotices notices_among(std::span<const StoredEntry> entries) {
  CaseNotices found;
  for (const StoredEntry& entry : entries) {
    if (entry.leaf.kind != EntryKind::notice) continue;
    if (const auto notice = Admission::admit<ErasureNotice>(entry.content)) {
      found.notices.push_back({notice->id(), entry.leaf.direction, **notice, entry.content});
    } else if (const auto ack = Admission::admit<ErasureAck>(entry.content)) {
      found.acks.push_back({entry.leaf.direction, **ack, entry.content});
    }
  }
  return found;
}

Result<CaseNotices> read_notices(const Ledger& ledger, const CaseId& case_id) {
  ENTENTE_LET(indices, ledger.entries_of(case_id));
  std::vector<StoredEntry> entries;
  for (const std::uint64_t index : indices) {
    auto entry = ledger.read(index);
    if (!entry && entry.error().code == ErrorCode::content_withheld) continue;
    if (!entry) return std::unexpected(entry.error());
    if (entry->leaf.kind == EntryKind::notice) entries.push_back(std::move(*entry));
  }
  return notices_among(entries);
}

Result<Digest> tell_erasure(Ledger& ledger, ErasureNotice notice, const Signer& key) {
  notice.key = key.public_key();
  ENTENTE_LET(envelope, sign(notice, key));
  ENTENTE_LET(verified, Admission::admit<ErasureNotice>(envelope));
  ledger.append({.kind = EntryKind::notice,
                 .case_id = notice.case_id,
                 .direction = Direction::sent,
                 .time_ms = notice.at_ms,
                 .content = envelope});
  return verified.id();
}

ErasureAck answer_notice(const LoggedNotice& asked, const KeepingDuties& duties) {
  const ErasureNotice& notice = asked.notice;
  ErasureAck ack{.notice = asked.id,
                 .case_id = notice.case_id,
                 .answer = ErasureAnswer::held,
                 .at_ms = duties.now_ms};
  if (notice.classes.empty() || !std::ranges::all_of(notice.classes, is_erasable)) {
    ack.answer = ErasureAnswer::refused;
    ack.basis = "class_unknown";
    return ack;
  }
  const bool gone = std::ranges::all_of(notice.classes, [&](const std::string& each) {
    return duties.records.find_erasure(notice.case_id, each) != nullptr;
  });
  if (gone) {
    ack.answer = ErasureAnswer::erased;
    ack.classes = notice.classes;
  } else if (const auto* hold = duties.records.hold_on(notice.case_id, duties.now_ms)) {
    ack.basis = "hold";
    ack.until_ms = hold->record.until_ms;
  } else if (!duties.has_ended) {
    ack.answer = ErasureAnswer::refused;
    ack.basis = "case_open";
  } else {
    const auto until_ms = kept_until_ms(notice, duties);
    const bool is_due = until_ms && *until_ms <= duties.now_ms;
    ack.basis = is_due ? "review" : "retention";
    ack.until_ms = until_ms && !is_due ? *until_ms : 0;
  }
  return ack;
}

}  // namespace entente
