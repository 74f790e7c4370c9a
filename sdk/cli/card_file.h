#pragma once
// A card from a YAML description that a person writes, and back for people to read.
//
//     ENTENTE_LET(card, describe_card(text, "card.yaml", now_ms));
//
// Every key is in docs/reference/cli.md.

#include <entente/core/clock.h>
#include <entente/crypto/signature.h>
#include <entente/protocol/card.h>

#include <filesystem>

namespace entente::cli {

// Keys of the card before that say nothing any more from this entry of the log on.
struct Revocation {
  std::vector<PublicKey> keys;
  std::uint64_t from_entry = 0;
};

struct CardKeys {
  const Signer* root = nullptr;
  PublicKey message;
  PublicKey log;
  std::optional<PublicKey> next_root;  // announced for the card after; else the same root
  std::string origin;                  // of the log; empty: as on the card before, or DOMAIN/log
  Revocation revoked;                  // needs a card before; of keys that are not above
  std::vector<PublicKey> dropped;      // revoked on the card before, not listed any more
};

// The card but for its keys. Fails with config_invalid, yaml_invalid.
Result<Card> read_card_description(std::string_view text, std::string_view file_name,
                                   std::int64_t now_ms);
// Puts the keys on and signs. `previous` is the card's forerunner, or null for the first. Fails
// with card_invalid, also for what a verifier who knows `previous` would not take, key_invalid,
// key_unknown (what is to be revoked or dropped) and key_revoked (what is to be revoked).
Result<Bytes> make_card(Card card, const CardKeys& keys, const Bytes* previous);

std::vector<std::string> card_lines(const Card& card);

}  // namespace entente::cli
