#include "documents.h"

#include <entente/core/clock.h>
#include <entente/crypto/hash.h>
#include <entente/wire/admission.h>

#include <algorithm>

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
  if (entry.leaf.kind == EntryKind::card) return take_card(entry, owner);
  if (entry.leaf.kind == EntryKind::mandate) return take_mandate(entry, owner);
  if (entry.leaf.kind == EntryKind::policy) return take_policy(entry);
}

void Documents::take_card(const OpenEntry& entry, Party owner) {
  const auto card = Admission::admit<Card>(*entry.content);
  if (!card) {
    return notes.broken(Rule::card_chain, at(entry), owner,
                        "the card is not what its key signed: " + describe(card.error()));
  }
  if (!authority) {
    authority.emplace((*card)->did(), (*card)->environment);
    check_root(entry, **card);
  }
  const std::uint64_t on_record_at = owner == Party::consumer ? brand_size : entry.index;
  const Status learned = authority->learn(*card, entry.leaf.time_ms, on_record_at);
  if (learned) check_revocations(entry, **card);
  // Whoever takes up a card has asked this before.
  notes.check(learned.has_value(), Rule::card_chain, at(entry), owner,
              [&] { return "the card does not follow: " + describe(learned.error()); });
  const auto key = Vkey::decode((*card)->log_vkey);
  if (!learned || !key) return;
  cards.push_back(card->id());
  std::erase(log_keys_, *key);
  log_keys_.insert(log_keys_.begin(), *key);
}

// A revocation reaches forwards only: what the key has said before stays said.
void Documents::check_revocations(const OpenEntry& entry, const Card& card) {
  for (const CardKey& key : card.keys) {
    const auto spoken = spoken_at_.find(key.key);
    if (key.revoked_at_index == 0 || spoken == spoken_at_.end()) continue;
    if (spoken->second < key.revoked_at_index) continue;
    notes.broken(Rule::card_chain, {.entries = {spoken->second, entry.index}, .case_id = {}},
                 Party::brand,
                 "the card revokes from entry " + std::to_string(key.revoked_at_index) +
                     " on a key that has spoken at entry " + std::to_string(spoken->second));
    spoken_at_.erase(spoken);
  }
}

// Later cards follow from the first one by the chain.
void Documents::check_root(const OpenEntry& entry, const Card& card) {
  std::vector<TrustedRoot> known;
  std::ranges::copy_if(trust.roots, std::back_inserter(known),
                       [&](const TrustedRoot& each) { return each.party == card.did(); });
  if (known.empty()) {
    return notes.not_checkable(Rule::card_root, at(entry),
                               "the cards rest on a root that they name themselves");
  }
  std::erase_if(known, [&](const TrustedRoot& each) { return each.root != card.root_key; });
  if (known.empty()) {
    return notes.broken(Rule::card_root, at(entry), Party::unset,
                        "the card of " + card.did() + " is signed by another root than is trusted");
  }
  const bool in_force = std::ranges::any_of(
      known, [&](const TrustedRoot& each) { return each.window.covers(entry.leaf.time_ms); });
  has_trusted_root = in_force;
  notes.check(in_force, Rule::card_root, at(entry), Party::unset, [&] {
    return "the card was taken up at " + format_rfc3339(entry.leaf.time_ms) +
           ", and its root is trusted " + describe(known.front().window);
  });
}

void Documents::take_mandate(const OpenEntry& entry, Party owner) {
  // Each case of a customer has the mandate on record: the same bytes hold again.
  const Digest envelope = sha256(*entry.content);
  if (const auto known = verified_.find(envelope); known != verified_.end()) {
    notes.holds(Rule::mandate_valid);
    return record_mandate(known->second, entry.leaf.blind_case);
  }
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
  notes.check(learned.has_value(), Rule::mandate_valid, at(entry), owner,
              [&] { return "the mandate does not hold: " + describe(learned.error()); });
  if (!learned) return;
  if (mandates_.try_emplace(mandate->id(), KnownMandate{.envelope = envelope}).second) {
    verified_.emplace(envelope, mandate->id());
  }
  record_mandate(mandate->id(), entry.leaf.blind_case);
}

void Documents::record_mandate(const Digest& mandate, const Digest& blind_case) {
  std::vector<Digest>& of_case = mandates_of_[blind_case];
  if (std::ranges::find(of_case, mandate) != of_case.end()) return;
  of_case.push_back(mandate);
  ++mandates_.at(mandate).cases;
}

bool Documents::has_mandate(const Digest& blind_case, const Digest& mandate) const {
  const auto is_in = [&](const Digest& where) {
    const auto of_case = mandates_of_.find(where);
    return of_case != mandates_of_.end() &&
           std::ranges::find(of_case->second, mandate) != of_case->second.end();
  };
  return is_in(blind_case) || is_in(Digest{});
}

// Customers come back with the same mandate: the last few are kept, which saves a verification.
void Documents::end_case(const Digest& blind_case) {
  constexpr std::size_t idle_max = 256;
  const auto ended = mandates_of_.extract(blind_case);
  if (!ended) return;
  for (const Digest& mandate : ended.mapped()) {
    if (--mandates_.at(mandate).cases == 0) idle_.push_back(mandate);
  }
  for (; idle_.size() > idle_max; idle_.pop_front()) {
    const auto idle = mandates_.find(idle_.front());
    if (idle == mandates_.end() || idle->second.cases != 0) continue;
    authority->forget_mandate(idle->first);
    verified_.erase(idle->second.envelope);
    mandates_.erase(idle);
  }
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

bool Documents::is_known_brand() const {
  const auto is_trusted = [&](const Vkey& key) {
    return std::ranges::find(trust.logs, key, &TrustedKey::key) != trust.logs.end();
  };
  return has_trusted_root || (!log_keys_.empty() && std::ranges::all_of(log_keys_, is_trusted));
}

const Policy* Documents::find_policy(const Digest& digest) const {
  const auto found = policies.find(digest);
  return found == policies.end() ? nullptr : &found->second;
}

}  // namespace entente
