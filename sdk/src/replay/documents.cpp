#include "documents.h"

#include <entente/crypto/hash.h>
#include <entente/wire/admission.h>

namespace entente {
namespace {

Where at(const OpenEntry& entry) { return {.entries = {entry.index}, .case_id = {}}; }

}  // namespace

void Documents::take(const OpenEntry& entry, Party owner) {
  if (!entry.content) {
    return notes.not_checkable(
        Rule::log_record, at(entry),
        "a " + std::string(name(entry.leaf.kind)) + " is not shown: " + entry.withheld);
  }
  if (entry.leaf.kind == EntryKind::card) return take_card(entry);
  if (entry.leaf.kind == EntryKind::mandate) return take_mandate(entry, owner);
  if (entry.leaf.kind == EntryKind::policy) return take_policy(entry);
}

void Documents::take_card(const OpenEntry& entry) {
  const auto card = Admission::admit<Card>(*entry.content);
  if (!card) {
    return notes.broken(Rule::card_chain, at(entry), Party::brand,
                        "the card is not what its key signed: " + describe(card.error()));
  }
  if (!authority) authority.emplace((*card)->did(), (*card)->environment);
  const Status learned = authority->learn(*card, entry.leaf.time_ms);
  notes.check(learned.has_value(), Rule::card_chain, at(entry), Party::brand,
              [&] { return "the card does not follow: " + describe(learned.error()); });
}

void Documents::take_mandate(const OpenEntry& entry, Party owner) {
  // Every parcel brings its mandate along: the same bytes hold again.
  const Digest digest = sha256(*entry.content);
  if (mandates.contains(digest)) return notes.holds(Rule::mandate_valid);
  const auto mandate = Admission::admit<Mandate>(*entry.content);
  if (!mandate) {
    return notes.broken(
        Rule::mandate_valid, at(entry), owner,
        "the mandate is not what its principal signed: " + describe(mandate.error()));
  }
  if (!authority) {
    return notes.not_checkable(Rule::mandate_valid, at(entry), "no card is known yet");
  }
  const Status learned = authority->learn(*mandate, entry.leaf.time_ms);
  // A brand logs a mandate with a message that it admitted; under a lapsed one it admits the few
  // acts that nothing refuses. Whether each message was covered is asked of the message.
  const bool lapsed = !learned && learned.error().code == ErrorCode::mandate_expired;
  if (lapsed) return notes.not_applicable(Rule::mandate_valid);
  notes.check(learned.has_value(), Rule::mandate_valid, at(entry), owner,
              [&] { return "the mandate does not hold: " + describe(learned.error()); });
  if (learned) mandates.insert(digest);
}

void Documents::take_policy(const OpenEntry& entry) {
  const std::string text = to_text(*entry.content);
  auto policy = Policy::parse(text, "policy");
  if (!policy) {
    return notes.broken(Rule::log_record, at(entry), Party::brand,
                        "the policy on record cannot be read: " + describe(policy.error()));
  }
  notes.holds(Rule::log_record);
  newest = sha256(*entry.content);
  policies.emplace(newest, std::move(*policy));
}

std::optional<Vkey> Documents::brand_vkey() const {
  if (!authority || authority->newest_card() == nullptr) return std::nullopt;
  const auto key = Vkey::decode(authority->newest_card()->log_vkey);
  return key ? std::optional(*key) : std::nullopt;
}

const Policy* Documents::find_policy(const Digest& digest) const {
  const auto found = policies.find(digest);
  return found == policies.end() ? nullptr : &found->second;
}

}  // namespace entente
