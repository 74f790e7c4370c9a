#include <entente/core/clock.h>
#include <entente/journal/content.h>
#include <entente/journal/ledger.h>
#include <entente/journal/retention.h>
#include <entente/wire/part.h>
#include <entente/wire/retention.h>

#include <algorithm>

#include "forgetting.h"

namespace entente {
namespace {

// The record behind an entry of this kind: what every other content needs, this needs too.
template <class Record>
Result<Record> read_record(KeyStore& keys, const EntryRow& row, const LogEntry& leaf) {
  if (!row.case_id) return fail(ErrorCode::store_corrupt, "a record of no case");
  const KeyScope scope = key_scope(row.case_id, leaf.kind);
  ENTENTE_LET(key, keys.content_key(scope.case_id, scope.content_class));
  ENTENTE_LET(opened, open_entry(key, row.sealed, row.index));
  if (commitment(opened.salt, opened.content) != leaf.commit) {
    return fail(ErrorCode::log_corrupt,
                "entry " + std::to_string(row.index) + " has other content");
  }
  ENTENTE_LET(record, decode<Record>(opened.content));
  if (record.case_id != *row.case_id) {
    return fail(ErrorCode::log_corrupt, "a record is filed under another case");
  }
  return record;
}

// Every key that it destroys.
std::vector<KeyScope> scopes_of(const ErasureRecord& erasure) {
  std::vector<KeyScope> scopes;
  for (const std::string_view each : erasable_classes()) {
    if (covers(erasure, each)) scopes.push_back({erasure.case_id, std::string(each)});
  }
  return scopes;
}

Result<bool> is_carried_out(KeyStore& keys, const ErasureOnRecord& erasure) {
  if (!erasure.done) return false;
  for (const KeyScope& scope : scopes_of(erasure.record)) {
    ENTENTE_LET(destroyed, keys.is_destroyed(scope));
    if (!destroyed) return false;  // a key store that was restored
  }
  return true;
}

Result<ErasedRows> rows_of(const Store& store, const ErasureOnRecord& erasure) {
  ErasedRows rows{.case_id = erasure.record.case_id,
                  .erasure = erasure.entry,
                  .receipts = covers(erasure.record, "terms")};
  ENTENTE_LET(entries, store.entries_of(rows.case_id));
  for (const std::uint64_t index : entries) {
    if (index >= erasure.entry) break;
    ENTENTE_LET(row, store.read_entry(index));
    ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
    if (covers(erasure.record, content_class(leaf.kind))) rows.entries.push_back(index);
  }
  for (const PartClass each : {PartClass::contact, PartClass::special, PartClass::media,
                               PartClass::prose, PartClass::reference}) {
    if (covers(erasure.record, name(each))) rows.parts.push_back(each);
  }
  return rows;
}

Status check_erasable(const Ledger& ledger, const RetentionRecords& records,
                      const ErasureRecord& erasure) {
  ENTENTE_LET(entries, ledger.entries_of(erasure.case_id));
  if (entries.empty() || erasure.case_id == no_case) {
    return fail(ErrorCode::not_found, "no case " + short_hex(erasure.case_id));
  }
  for (const std::string& each : erasure.classes) {
    if (std::ranges::find(erasable_classes(), each) == erasable_classes().end()) {
      return fail(ErrorCode::out_of_range, "nothing of class " + each + " can be erased");
    }
  }
  const HoldOnRecord* hold = records.hold_on(erasure.case_id, erasure.at_ms);
  if (hold == nullptr) return {};
  return fail(ErrorCode::duty_open, "case " + short_hex(erasure.case_id) + " is held until " +
                                        format_rfc3339(hold->record.until_ms) + " (" +
                                        hold->record.reason + ", entry " +
                                        std::to_string(hold->entry) + ")");
}

std::uint64_t append_record(Ledger& ledger, EntryKind kind, const CaseId& case_id,
                            std::int64_t at_ms, Bytes content) {
  return ledger.append({.kind = kind,
                        .case_id = case_id,
                        .direction = Direction::own,
                        .time_ms = at_ms,
                        .content = std::move(content)});
}

}  // namespace

const ErasureOnRecord* RetentionRecords::find_erasure(const CaseId& case_id,
                                                      std::string_view of_class) const {
  const auto found = std::ranges::find_if(erasures, [&](const ErasureOnRecord& each) {
    return each.record.case_id == case_id && covers(each.record, of_class);
  });
  return found == erasures.end() ? nullptr : &*found;
}

std::vector<const HoldOnRecord*> RetentionRecords::holds_in_force(std::int64_t now_ms) const {
  std::map<std::pair<CaseId, Digest>, const HoldOnRecord*> newest;
  for (const HoldOnRecord& each : holds) newest[{each.record.case_id, each.record.hold}] = &each;
  std::vector<const HoldOnRecord*> in_force;
  for (const auto& [key, hold] : newest) {
    if (!hold->record.ended && hold->record.until_ms > now_ms) in_force.push_back(hold);
  }
  return in_force;
}

const HoldOnRecord* RetentionRecords::hold_on(const CaseId& case_id, std::int64_t now_ms) const {
  const HoldOnRecord* longest = nullptr;
  for (const HoldOnRecord* each : holds_in_force(now_ms)) {
    if (each->record.case_id != case_id) continue;
    if (longest == nullptr || each->record.until_ms > longest->record.until_ms) longest = each;
  }
  return longest;
}

Result<RetentionRecords> read_retention_records(KeyStore& keys, const Store& store) {
  RetentionRecords records;
  ENTENTE_LET(marks, store.retention());
  for (const RetentionRow& mark : marks) {
    ENTENTE_LET(row, store.read_entry(mark.index));
    ENTENTE_LET(leaf, decode<LogEntry>(row.leaf));
    if (leaf.kind == EntryKind::erasure) {
      ENTENTE_LET(record, read_record<ErasureRecord>(keys, row, leaf));
      records.erasures.push_back({mark.index, mark.done, std::move(record)});
    } else if (leaf.kind == EntryKind::hold) {
      ENTENTE_LET(record, read_record<HoldRecord>(keys, row, leaf));
      records.holds.push_back({mark.index, std::move(record)});
    }
  }
  return records;
}

Result<bool> carry_out_erasures(const Forgetting& parts) {
  ENTENTE_LET(records, read_retention_records(parts.keys, parts.store));
  std::vector<KeyScope> scopes;
  std::vector<ErasedRows> rows;
  for (const ErasureOnRecord& erasure : records.erasures) {
    ENTENTE_LET(done, is_carried_out(parts.keys, erasure));
    if (done) continue;
    ENTENTE_LET(of_erasure, rows_of(parts.store, erasure));
    rows.push_back(std::move(of_erasure));
    std::ranges::move(scopes_of(erasure.record), std::back_inserter(scopes));
  }
  if (rows.empty()) return false;
  ENTENTE_TRY(parts.keys.destroy(scopes, parts.now_ms));
  ENTENTE_TRY(parts.store.erase(rows));
  if (parts.spool != nullptr) ENTENTE_TRY(parts.spool->wipe());
  ENTENTE_TRY(parts.store.settle(rows));
  return true;
}

Result<std::vector<std::uint64_t>> erase(Ledger& ledger, std::span<const ErasureRecord> erasures) {
  ENTENTE_LET(records, ledger.retention_records());
  for (const ErasureRecord& each : erasures) ENTENTE_TRY(check_erasable(ledger, records, each));
  std::vector<std::uint64_t> entries;
  for (const ErasureRecord& each : erasures) {
    entries.push_back(
        append_record(ledger, EntryKind::erasure, each.case_id, each.at_ms, encode(each)));
  }
  ENTENTE_TRY(ledger.commit());
  ENTENTE_TRY(ledger.carry_out_erasures());
  return entries;
}

Result<std::vector<std::uint64_t>> put_holds(Ledger& ledger, std::span<const HoldRecord> holds) {
  ENTENTE_LET(records, ledger.retention_records());
  for (const HoldRecord& each : holds) {
    ENTENTE_LET(known, ledger.entries_of(each.case_id));
    if (known.empty() || each.case_id == no_case) {
      return fail(ErrorCode::not_found, "no case " + short_hex(each.case_id));
    }
    if (const ErasureOnRecord* gone = records.find_erasure(each.case_id, "terms")) {
      return fail(ErrorCode::content_withheld, "case " + short_hex(each.case_id) +
                                                   " is erased (entry " +
                                                   std::to_string(gone->entry) + ")");
    }
  }
  std::vector<std::uint64_t> entries;
  for (const HoldRecord& each : holds) {
    entries.push_back(
        append_record(ledger, EntryKind::hold, each.case_id, each.at_ms, encode(each)));
  }
  ENTENTE_TRY(ledger.commit());
  return entries;
}

}  // namespace entente
