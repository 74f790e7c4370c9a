#include "brand_documents.h"

#include <entente/journal/content.h>

namespace entente {

Status learn_documents(SequencerParts& parts, std::int64_t now_ms) {
  ENTENTE_LET(known, parts.ledger.entries_of(no_case));
  for (const std::uint64_t index : known) {
    ENTENTE_LET(entry, parts.ledger.read(index));
    if (entry.leaf.kind != EntryKind::card) continue;
    ENTENTE_LET(earlier, Admission::admit<Card>(entry.content));
    ENTENTE_TRY(parts.authority.learn(earlier, entry.leaf.time_ms));
  }
  ENTENTE_LET(newest, Admission::admit<Card>(parts.identity.card));
  ENTENTE_TRY(parts.authority.learn(newest, now_ms));
  ENTENTE_TRY(parts.authority.check_brand_key(parts.identity.message_key->public_key(),
                                              KeyPurpose::message, parts.ledger.next_index()));
  ENTENTE_LET(revoked, parts.ledger.store().revoked());
  for (const RevokedRow& row : revoked) parts.authority.revoke(row.mandate, row.index);
  return {};
}

Status log_documents(const SequencerParts& parts, std::int64_t now_ms) {
  const std::pair<EntryKind, Bytes> documents[] = {
      {EntryKind::card, parts.identity.card},
      {EntryKind::policy, to_bytes(parts.identity.policy)},
  };
  ENTENTE_LET(known, parts.ledger.entries_of(no_case));
  for (const auto& [kind, content] : documents) {
    bool logged = content.empty();
    for (const std::uint64_t index : known) {
      ENTENTE_LET(entry, parts.ledger.read(index));
      logged = logged || (entry.leaf.kind == kind && entry.content == content);
    }
    if (logged) continue;
    parts.ledger.append({.kind = kind,
                         .case_id = no_case,
                         .direction = Direction::own,
                         .time_ms = now_ms,
                         .content = content});
  }
  return parts.ledger.commit();
}

}  // namespace entente
