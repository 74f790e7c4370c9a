#include "rewritten_log.h"

#include <entente/journal/content.h>

#include "catch.h"

namespace entente::tests {
namespace {

std::unique_ptr<Ledger> open_log(const std::filesystem::path& at, const RewrittenLog& wish,
                                 Entropy& entropy) {
  auto ledger = Ledger::open({.directory = at, .origin = wish.origin, .master_key_file = {}},
                             wish.key, entropy);
  if (!ledger) FAIL(describe(ledger.error()));
  return std::move(*ledger);
}

void copy_case(const Ledger& from, const CaseRow& row, Ledger& to) {
  to.put_case(row);
  const auto receipts = *from.store().receipts_of(row.case_id);
  for (const ReceiptRow& each : receipts) {
    to.keep_receipt(row.case_id, each.message, {each.leaf, each.salt, each.proof});
  }
  const auto parts = *from.parts_of(row.case_id);
  for (const Part& part : parts) to.keep_part(row.case_id, part);
}

}  // namespace

void rewrite(const RewrittenLog& wish) {
  SystemEntropy entropy;
  const auto from = open_log(wish.from, wish, entropy);
  const auto to = open_log(wish.to, wish, entropy);
  const auto rows = *from->store().cases();
  std::map<std::uint64_t, CaseId> owners;
  const auto note = [&](const CaseId& case_id) {
    const auto entries = *from->entries_of(case_id);
    for (const std::uint64_t index : entries) owners[index] = case_id;
  };
  note(no_case);
  for (const CaseRow& row : rows) note(row.case_id);
  std::set<CaseId> kept;
  for (std::uint64_t index = 0; index < from->size(); ++index) {
    const StoredEntry entry = *from->read(index);
    const auto owner = owners.find(index);
    EntryDraft draft{.kind = entry.leaf.kind,
                     .case_id = owner == owners.end() ? std::nullopt : std::optional(owner->second),
                     .position = entry.leaf.position,
                     .direction = entry.leaf.direction,
                     .time_ms = entry.leaf.time_ms,
                     .content = entry.content,
                     .parts_received = entry.leaf.parts_received,
                     .effect = entry.leaf.effect};
    if (!wish.keep(draft)) continue;
    to->append(draft);
    if (draft.case_id) kept.insert(*draft.case_id);
  }
  for (const CaseRow& row : rows) {
    if (kept.contains(row.case_id)) copy_case(*from, row, *to);
  }
  const Status committed = to->commit();
  if (!committed) FAIL(describe(committed.error()));
}

}  // namespace entente::tests
