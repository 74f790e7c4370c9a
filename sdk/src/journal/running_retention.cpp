#include "running_retention.h"

#include <entente/identity/gate.h>
#include <entente/journal/needed_for_duty.h>
#include <entente/journal/retention.h>
#include <entente/wire/retention.h>

#include <algorithm>
#include <iterator>

namespace entente {
namespace {

// Of a case that goes on, parts may go, and nothing that its next message or a duty rests on.
Status check_at_rest(Batch& batch, const ErasureRecord& erasure) {
  const bool of_parts = !covers(erasure, "terms") && !covers(erasure, "decision");
  const auto row = batch.parts().ledger.store().find_case(erasure.case_id);
  if (of_parts && row && *row && (*row)->closed) return {};  // not read for that
  LiveCase* live = batch.find(erasure.case_id);
  if (live == nullptr) return {};
  Case& casefile = live->record.casefile;
  casefile.advance(batch.now_ms());
  const bool has_ended = casefile.phase() == Phase::closed;
  if (has_ended && !batch.parts().speaker.is_working(erasure.case_id)) return {};
  if (of_parts) {
    if (!is_needed_for_duty(casefile, erasure)) return {};
    return fail(ErrorCode::duty_open,
                "case " + short_hex(erasure.case_id) +
                    ": what is owed in it is carried out with its reference and contact parts; "
                    "erase them once it is done or has failed");
  }
  return fail(ErrorCode::wrong_use, "case " + short_hex(erasure.case_id) +
                                        " has not ended: only parts of it can be erased");
}

LiveCase* find_in_memory(Batch::Cases& cases, const CaseId& case_id) {
  const auto known = cases.find(case_id);
  return known == cases.end() ? nullptr : known->second.get();
}

void put_in_memory(LiveCase& live, const EntryDraft& draft, std::uint64_t entry) {
  live.record.records.push_back(
      {.index = entry,
       .leaf = {.kind = draft.kind, .time_ms = draft.time_ms, .direction = draft.direction},
       .content = draft.content});
}

void forget_in_memory(LiveCase& live, const ErasureRecord& erasure, std::uint64_t entry) {
  std::erase_if(live.record.parts,
                [&](const auto& item) { return covers(erasure, name(item.second.part_class)); });
  put_in_memory(live,
                {.kind = EntryKind::erasure,
                 .direction = Direction::own,
                 .time_ms = erasure.at_ms,
                 .content = encode(erasure)},
                entry);
}

Status tell_consumer(Batch& batch, LiveCase& live, const ErasureRecord& erasure) {
  SequencerParts& parts = batch.parts();
  const Message& opening = *live.record.casefile.messages().front();
  ErasureNotice notice{.case_id = erasure.case_id,
                       .classes = erasure.classes,
                       .reason = erasure.reason,
                       .key = parts.identity.message_key->public_key(),
                       .authority = parts.card_digest,
                       .audience = consumer_did(parts.authority, opening),
                       .environment = parts.identity.environment,
                       .at_ms = batch.now_ms()};
  parts.entropy.fill(notice.nonce);
  ENTENTE_LET(envelope, sign(notice, *parts.identity.message_key));
  const EntryDraft draft{.kind = EntryKind::notice,
                         .case_id = erasure.case_id,
                         .direction = Direction::sent,
                         .time_ms = batch.now_ms(),
                         .content = envelope};
  put_in_memory(live, draft, parts.ledger.append(draft));
  return {};
}

// The entry of an erasure that took all of these classes before.
std::optional<std::uint64_t> find_done(const RetentionRecords& records,
                                       const ErasureRecord& erasure) {
  std::optional<std::uint64_t> entry;
  for (const std::string& each : erasure.classes) {
    const ErasureOnRecord* known = records.find_erasure(erasure.case_id, each);
    if (known == nullptr) return std::nullopt;
    entry = std::max(entry.value_or(0), known->entry);
  }
  return entry;
}

}  // namespace

Result<std::vector<std::uint64_t>> erase_running(Batch& batch, Batch::Cases& cases,
                                                 std::span<const ErasureRecord> erasures,
                                                 bool notify) {
  Ledger& ledger = batch.parts().ledger;
  ENTENTE_LET(records, ledger.retention_records());
  std::vector<ErasureRecord> due;
  for (const ErasureRecord& each : erasures) {
    if (find_done(records, each)) continue;
    ENTENTE_TRY(check_at_rest(batch, each));
    due.push_back(each);
  }
  ENTENTE_LET(written, erase(ledger, due));
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (covers(due[i], "terms")) continue;
    LiveCase* live = notify ? batch.find(due[i].case_id) : find_in_memory(cases, due[i].case_id);
    if (live == nullptr) continue;
    forget_in_memory(*live, due[i], written[i]);
    if (notify) ENTENTE_TRY(tell_consumer(batch, *live, due[i]));
  }
  ENTENTE_TRY(ledger.commit());
  std::vector<std::uint64_t> entries;
  auto next = written.begin();
  for (const ErasureRecord& each : erasures) {
    const auto before = find_done(records, each);
    entries.push_back(before ? *before : *next++);
  }
  return entries;
}

Result<std::vector<std::uint64_t>> hold_running(Ledger& ledger, Batch::Cases& cases,
                                                std::span<const HoldRecord> holds) {
  ENTENTE_LET(records, ledger.retention_records());
  const auto find_known = [&](const HoldRecord& hold) {
    return std::ranges::find(records.holds, hold, &HoldOnRecord::record);
  };
  std::vector<HoldRecord> due;
  std::ranges::copy_if(holds, std::back_inserter(due), [&](const HoldRecord& each) {
    return find_known(each) == records.holds.end();
  });
  ENTENTE_LET(written, put_holds(ledger, due));
  std::vector<std::uint64_t> entries;
  auto next = written.begin();
  for (const HoldRecord& each : holds) {
    const auto known = find_known(each);
    entries.push_back(known != records.holds.end() ? known->entry : *next++);
    LiveCase* live = find_in_memory(cases, each.case_id);
    if (known != records.holds.end() || live == nullptr) continue;
    put_in_memory(*live,
                  {.kind = EntryKind::hold,
                   .direction = Direction::own,
                   .time_ms = each.at_ms,
                   .content = encode(each)},
                  entries.back());
  }
  return entries;
}

}  // namespace entente
