#pragma once
// What a card must be on its own, and what it must be after the card before it.

#include <entente/core/result.h>
#include <entente/protocol/card.h>

namespace entente {

// Of this brand and environment, every key good and listed once. Fails with
// environment_mismatch, card_invalid, key_invalid.
Status check_card(const Card& card, std::string_view brand_did, Environment environment);

// The next number, naming the card before, signed by its root or by the root it announced, and
// true to every key it listed. Fails with card_invalid.
Status check_chain(const Card& next, const Card& before, const Digest& before_digest);

// "kettle.example", "localhost", "kettle.example%3A8443" (a port, as did:web writes it); a name,
// never an address.
bool is_domain(std::string_view text);

const CardKey* find_key(const Card& card, const PublicKey& key);

}  // namespace entente
