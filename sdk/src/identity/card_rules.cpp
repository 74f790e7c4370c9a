#include "card_rules.h"

#include <entente/crypto/hash.h>
#include <entente/crypto/signature.h>

#include <algorithm>

namespace entente {
namespace {

constexpr std::size_t domain_bytes_max = 253;
constexpr std::size_t label_bytes_max = 63;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

// A host that ends in a number is taken for an address: 127.1, 0x7f.1, 2130706433.
bool is_number(std::string_view label) {
  const bool is_hex = label.starts_with("0x");
  if (is_hex) label.remove_prefix(2);
  return label.find_first_not_of(is_hex ? "0123456789abcdef" : "0123456789") ==
         std::string_view::npos;
}

bool is_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5 || digits.front() == '0') return false;
  if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) return false;
  return std::stoul(std::string(digits)) <= 65'535;
}

Status check_card_key(const Card& card, const CardKey& key) {
  ENTENTE_TRY(check_key(key.key));
  if (key.purpose == KeyPurpose::unset || key.custody == Custody::unset) {
    return fail(ErrorCode::card_invalid, "a key without purpose or custody");
  }
  if (key.revoked_at_index != 0 && key.revoked_at_index < key.valid_from_index) {
    return fail(ErrorCode::card_invalid, "a key revoked before it was valid");
  }
  // One key in two roles would let the automated agent pass for a person.
  if (std::ranges::count(card.keys, key.key, &CardKey::key) != 1 || key.key == card.root_key) {
    return fail(ErrorCode::card_invalid, "a key in two roles");
  }
  return {};
}

Status check_keys(const Card& card) {
  for (const CardKey& key : card.keys) ENTENTE_TRY(check_card_key(card, key));
  if (std::ranges::count(card.keys, KeyPurpose::message, &CardKey::purpose) == 0) {
    return fail(ErrorCode::card_invalid, "no message key");
  }
  return {};
}

bool stays_true(const CardKey& next, const CardKey& before) {
  const bool same = next.purpose == before.purpose && next.custody == before.custody &&
                    next.valid_from_index == before.valid_from_index;
  return same && (before.revoked_at_index == 0 || next.revoked_at_index == before.revoked_at_index);
}

}  // namespace

bool is_domain(std::string_view text) {
  constexpr std::string_view colon = "%3A";
  if (text.empty() || text.size() > domain_bytes_max) return false;
  if (const std::size_t at = text.find(colon); at != std::string_view::npos) {
    if (!is_port(text.substr(at + colon.size()))) return false;
    text = text.substr(0, at);
  }
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return !is_number(text);
    text.remove_prefix(dot + 1);
  }
}

const CardKey* find_key(const Card& card, const PublicKey& key) {
  const auto found = std::ranges::find(card.keys, key, &CardKey::key);
  return found == card.keys.end() ? nullptr : &*found;
}

Status check_card(const Card& card, std::string_view brand_did, Environment environment) {
  if (card.environment != environment) return fail(ErrorCode::environment_mismatch);
  if (card.did() != brand_did || !is_domain(card.domain)) {
    return fail(ErrorCode::card_invalid, "not the domain of this brand");
  }
  if (card.log_vkey.empty()) return fail(ErrorCode::card_invalid, "no log key");
  return check_keys(card);
}

Status check_chain(const Card& next, const Card& before, const Digest& before_digest) {
  const auto breaks = [&](std::string_view how) {
    return fail(ErrorCode::card_invalid,
                "card " + std::to_string(next.number) + ": " + std::string(how));
  };
  if (next.number != before.number + 1 || next.prev_card != before_digest) {
    return breaks("not the one after the newest known, card " + std::to_string(before.number));
  }
  const bool announced = sha256(next.root_key) == before.next_root_digest;
  if (next.root_key != before.root_key && !announced) {
    return breaks("signed by a root that nobody announced");
  }
  for (const CardKey& key : before.keys) {
    const CardKey* kept = find_key(next, key.key);
    // Were a live key simply left out, a thief of it could go on speaking under the older card.
    if (!kept && key.revoked_at_index == 0) {
      return breaks("a key left out before it was revoked");
    }
    if (kept && !stays_true(*kept, key)) {
      return breaks("a key that is not what it was");
    }
  }
  return {};
}

}  // namespace entente
