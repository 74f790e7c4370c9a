#include "brand_documents.h"

#include <entente/journal/content.h>
#include <entente/wire/admission.h>

#include <algorithm>

namespace entente {
namespace {

using CardsInOrder = std::vector<Verified<Card>>;

// Those it was given, as they follow each other.
Result<CardsInOrder> given_cards(const BrandIdentity& identity) {
  CardsInOrder cards;
  for (const Bytes& envelope : identity.earlier_cards) {
    ENTENTE_LET(card, Admission::admit<Card>(envelope));
    cards.push_back(card);
  }
  std::ranges::stable_sort(cards, {}, [](const Verified<Card>& card) { return card->number; });
  ENTENTE_LET(newest, Admission::admit<Card>(identity.card));
  cards.push_back(newest);
  return cards;
}

// A revocation reaches forwards only: dated back, it would disown what the key has said.
Status check_forwards(const Authority& authority, const Card& card, std::uint64_t next_index) {
  const Card* before = authority.newest_card();
  for (const CardKey& key : card.keys) {
    if (key.revoked_at_index == 0 || key.revoked_at_index >= next_index) continue;
    const bool known =
        before != nullptr && std::ranges::find(before->keys, key) != before->keys.end();
    if (known) continue;
    return fail(ErrorCode::card_invalid,
                "card " + std::to_string(card.number) + " revokes a key from entry " +
                    std::to_string(key.revoked_at_index) + " on, and this log has " +
                    std::to_string(next_index) + " entries: sign it again with entry " +
                    std::to_string(next_index) + " or a later one");
  }
  return {};
}

Status learn(Authority& authority, const Verified<Card>& card, std::int64_t now_ms,
             std::uint64_t next_index) {
  if (authority.find_card(card.id()) != nullptr) return {};
  const Card* before = authority.newest_card();
  if (before != nullptr && card->number > before->number + 1) {
    const std::string first = std::to_string(before->number + 1);
    const std::string last = std::to_string(card->number - 1);
    return fail(ErrorCode::card_invalid, "card " + std::to_string(card->number) + " follows card " +
                                             last + ", and the newest on record here is card " +
                                             std::to_string(before->number) + ": give card " +
                                             first + (first == last ? "" : " to " + last) +
                                             " as well (earlier_cards)");
  }
  ENTENTE_TRY(check_forwards(authority, *card, next_index));
  return authority.learn(card, now_ms, next_index);
}

// An older one would be served to people who have seen a newer, and name keys that this one
// revokes.
Status check_newest(const Authority& authority, const Card& served) {
  const std::uint64_t newest = authority.newest_card()->number;
  if (served.number >= newest) return {};
  return fail(ErrorCode::card_invalid, "card " + std::to_string(served.number) +
                                           " is older than card " + std::to_string(newest) +
                                           ", which is on record here: serve that one, or a later");
}

// One that is revoked from a later entry on would lose its voice when the log gets there.
Status check_message_key(const Authority& authority, const PublicKey& key,
                         std::uint64_t next_index) {
  const Card& card = *authority.newest_card();
  const auto listed = std::ranges::find(card.keys, key, &CardKey::key);
  if (listed != card.keys.end() && listed->revoked_at_index != 0) {
    return fail(ErrorCode::key_revoked,
                "card " + std::to_string(card.number) + " revokes the message key from entry " +
                    std::to_string(listed->revoked_at_index) +
                    " on: speak with another one that it lists (`keys` in brand.yaml)");
  }
  return authority.check_brand_key(key, KeyPurpose::message, next_index);
}

bool is_on_record(std::span<const StoredEntry> known, EntryKind kind, ByteView content) {
  return std::ranges::any_of(known, [&](const StoredEntry& entry) {
    return entry.leaf.kind == kind && std::ranges::equal(entry.content, content);
  });
}

struct KnownCards {
  Authority authority;
  std::map<Digest, Bytes> envelopes;
};

// All on record, then those that are given.
Result<KnownCards> know_cards(const Ledger& ledger, const BrandIdentity& identity,
                              std::int64_t now_ms) {
  KnownCards known{.authority = Authority(identity.did, identity.environment), .envelopes = {}};
  ENTENTE_LET(documents, ledger.entries_of(no_case));
  for (const std::uint64_t index : documents) {
    ENTENTE_LET(entry, ledger.read(index));
    if (entry.leaf.kind != EntryKind::card) continue;
    ENTENTE_LET(earlier, Admission::admit<Card>(entry.content));
    ENTENTE_TRY(known.authority.learn(earlier, entry.leaf.time_ms, index));
    known.envelopes.emplace(earlier.id(), std::move(entry.content));
  }
  const std::uint64_t next_index = ledger.next_index();
  ENTENTE_LET(cards, given_cards(identity));
  for (const auto& card : cards) {
    ENTENTE_TRY(learn(known.authority, card, now_ms, next_index));
    const ByteView envelope = card.envelope();
    known.envelopes.emplace(card.id(), Bytes(envelope.begin(), envelope.end()));
  }
  ENTENTE_TRY(check_newest(known.authority, *cards.back()));
  ENTENTE_TRY(check_message_key(known.authority, identity.message_key->public_key(), next_index));
  return known;
}

}  // namespace

Status learn_documents(SequencerParts& parts, std::int64_t now_ms) {
  ENTENTE_LET(known, know_cards(parts.ledger, parts.identity, now_ms));
  parts.authority = std::move(known.authority);
  if (parts.cards.empty()) parts.cards = std::move(known.envelopes);
  ENTENTE_LET(revoked, parts.ledger.store().revoked());
  for (const RevokedRow& row : revoked) {
    parts.authority.revoke(row.mandate, row.principal, row.index);
  }
  return {};
}

Status log_documents(const SequencerParts& parts, std::int64_t now_ms) {
  ENTENTE_LET(indices, parts.ledger.entries_of(no_case));
  std::vector<StoredEntry> known;
  for (const std::uint64_t index : indices) {
    ENTENTE_LET(entry, parts.ledger.read(index));
    known.push_back(std::move(entry));
  }
  std::vector<std::pair<EntryKind, Bytes>> documents;
  ENTENTE_LET(cards, given_cards(parts.identity));
  for (const auto& card : cards) {
    const ByteView envelope = card.envelope();
    documents.emplace_back(EntryKind::card, Bytes(envelope.begin(), envelope.end()));
  }
  documents.emplace_back(EntryKind::policy, to_bytes(parts.identity.policy));
  for (auto& [kind, content] : documents) {
    if (content.empty() || is_on_record(known, kind, content)) continue;
    parts.ledger.append({.kind = kind,
                         .case_id = no_case,
                         .direction = Direction::own,
                         .time_ms = now_ms,
                         .content = std::move(content)});
  }
  return parts.ledger.commit();
}

Status check_cards(const Ledger& ledger, const BrandIdentity& identity, std::int64_t now_ms) {
  const auto known = know_cards(ledger, identity, now_ms);
  return known ? Status() : std::unexpected(known.error());
}

}  // namespace entente
