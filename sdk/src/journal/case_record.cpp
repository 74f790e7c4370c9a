#include <entente/casefile/presented.h>
#include <entente/crypto/hash.h>
#include <entente/identity/gate.h>
#include <entente/journal/case_record.h>
#include <entente/journal/content.h>
#include <entente/wire/admission.h>
#include <entente/wire/part.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::size_t held_part_bytes_max = 4 * 1024;  // longer ones are read when asked for

Error corrupt(std::uint64_t index, const Error& cause) {
  return {ErrorCode::log_corrupt, "entry " + std::to_string(index) + ": " + describe(cause)};
}

struct Loading {
  CaseRecord& record;
  Authority& authority;
  const Ledger& ledger;
  const CaseId& case_id;
};

// When it was admitted: of what was lost and taken back, the receipt says so that it came with.
Result<std::int64_t> admitted_ms(Loading& loading, const MessageId& id, const LogEntry& leaf) {
  if (leaf.direction != Direction::own) return leaf.time_ms;
  ENTENTE_LET(rows, loading.ledger.store().receipts_of(loading.case_id));
  const auto row = std::ranges::find(rows, id, &ReceiptRow::message);
  if (row == rows.end()) return fail(ErrorCode::receipt_invalid, "the receipt is missing");
  ENTENTE_LET(first, decode<LogEntry>(row->leaf));
  loading.record.regained[leaf.position] = {row->leaf, row->salt, row->proof};
  return first.time_ms;
}

Status fold_message(Loading& loading, const StoredEntry& entry) {
  CaseRecord& record = loading.record;
  ENTENTE_LET(verified, Admission::admit<Message>(entry.content));
  ENTENTE_LET(then_ms, admitted_ms(loading, verified.id(), entry.leaf));
  ENTENTE_LET(message, pass_gate(loading.authority, record.casefile, verified,
                                 {.now_ms = then_ms, .index = entry.index}));
  const Outcome outcome = record.casefile.admit(message, then_ms);
  if (outcome.effect == Effect::refused) return fail(outcome.code, describe(outcome));
  record.entries.push_back(entry.index);
  record.arrivals[sha256(entry.content)] = message.id();
  return {};
}

Status fold_entry(Loading& loading, StoredEntry entry) {
  CaseRecord& record = loading.record;
  switch (entry.leaf.kind) {
    case EntryKind::message:
      return fold_message(loading, entry);
    case EntryKind::mandate: {
      ENTENTE_LET(mandate, Admission::admit<Mandate>(entry.content));
      record.mandates.insert(mandate.id());
      return loading.authority.learn(mandate, entry.leaf.time_ms);
    }
    case EntryKind::checkpoint_seen: {
      ENTENTE_LET(seen, decode<CheckpointSeenRecord>(entry.content));
      ENTENTE_LET(checkpoint, decode_unverified_checkpoint(seen.note));  // verified when logged
      record.other_log = {checkpoint.origin, checkpoint.size, checkpoint.root};
      return {};
    }
    case EntryKind::refusal: {
      ENTENTE_LET(refusal, Admission::admit<Refusal>(entry.content));
      record.note_busy(refusal);
      record.records.push_back(std::move(entry));
      return {};
    }
    default:
      record.records.push_back(std::move(entry));
      return {};
  }
}

}  // namespace

const Part* CaseRecord::find_part(const PartRef& ref) const {
  const auto found = parts.find(ref.digest);
  if (found != parts.end()) return &found->second;
  if (!stored.contains(ref.digest)) return nullptr;
  auto part = read_part(ref.digest);
  if (!part) is_unreadable = true;
  if (!part || !*part) return nullptr;
  return &parts.emplace(ref.digest, std::move(**part)).first->second;
}

void CaseRecord::let_go_of_bulky(Ledger& ledger) {
  is_unreadable = false;
  std::erase_if(parts, [&](const auto& item) {
    const bool is_bulky = item.second.content.size() > held_part_bytes_max;
    if (is_bulky) stored.insert(item.first);
    return is_bulky;
  });
  if (stored.empty() || read_part) return;
  read_part = [&ledger, case_id = casefile.id()](const Digest& digest) {
    auto part = ledger.read_part(case_id, digest);
    if (!part && is_silence(part.error())) ledger.fail_batch(part.error());
    return part;
  };
}

void CaseRecord::keep(const Part& part) { parts.emplace(part_digest(part), part); }

void CaseRecord::note_busy(const Verified<Refusal>& busy) {
  if (busy->code != name(ErrorCode::busy) || busy->unlogged || has_busy(busy)) return;
  casefile.note_busy(*busy);
  busies[busy->message].push_back(busy);
}

bool CaseRecord::has_busy(const Verified<Refusal>& busy) const {
  const auto known = busies.find(busy->message);
  return known != busies.end() &&
         std::ranges::find(known->second, busy.id(), &Verified<Refusal>::id) != known->second.end();
}

std::vector<Verified<Refusal>> CaseRecord::busies_until(const MessageId& message,
                                                        std::int64_t at_ms) const {
  const auto known = busies.find(message);
  if (known == busies.end()) return {};
  auto told = known->second;
  std::ranges::sort(told, {}, [](const Verified<Refusal>& busy) { return busy->at_ms; });
  std::vector<Verified<Refusal>> row;
  std::int64_t reaches_ms = -1;
  for (auto next = told.begin(); next != told.end() && reaches_ms < at_ms;) {
    if ((*next)->at_ms > reaches_ms) {  // it came back too late, and so came anew
      row.clear();
      reaches_ms = (*next)->at_ms;
    }
    auto farthest = told.end();
    std::int64_t until_ms = reaches_ms;
    for (; next != told.end() && (*next)->at_ms <= reaches_ms; ++next) {
      if (busy_until_ms(**next) <= until_ms) continue;
      farthest = next;
      until_ms = busy_until_ms(**next);
    }
    if (farthest != told.end()) row.push_back(*farthest);
    reaches_ms = until_ms;
  }
  if (reaches_ms < at_ms) row.clear();
  return row;
}

Result<CaseRecord> load_case(const Ledger& ledger, Authority& authority, const CaseId& case_id) {
  ENTENTE_LET(entries, ledger.entries_of(case_id));
  if (entries.empty() || case_id == no_case) return fail(ErrorCode::not_found, "no such case");
  CaseRecord record;
  Loading loading{record, authority, ledger, case_id};
  for (const std::uint64_t index : entries) {
    ENTENTE_LET(entry, ledger.read(index));
    if (const Status folded = fold_entry(loading, std::move(entry)); !folded) {
      return std::unexpected(corrupt(index, folded.error()));
    }
  }
  ENTENTE_LET(parts, ledger.parts_of(case_id));
  for (const Part& part : parts) record.keep(part);
  return record;
}

}  // namespace entente
