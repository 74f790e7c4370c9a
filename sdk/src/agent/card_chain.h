#pragma once
// The way from a card that is known to the newest one a brand shows, over those that were missed
// (protocol/spec/03-identity.md, P-03-30).

#include <entente/agent/brand_connection.h>
#include <entente/identity/authority.h>

namespace entente {

// How many cards one that was known may be behind: ten years of a card a month.
inline constexpr std::uint32_t missed_cards_max = 120;

// The envelopes after the newest card of `known`, oldest first, `newest` at the end. Each is asked
// for by the digest that the one after it names, so a brand can give that card or none. Only
// `newest` if it is known, or nothing is. Fails with card_invalid if they do not lead to the card
// that is known, or by too many; and with what the network says.
Result<std::vector<Bytes>> cards_up_to(const Bytes& newest, const Authority* known,
                                       BrandConnection& brand);

}  // namespace entente
