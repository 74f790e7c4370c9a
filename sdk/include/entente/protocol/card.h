#pragma once
// A brand's card: the signed page at /.well-known/entente that says who the brand is, which keys
// speak for it, and how a person is reached. Version 1 of the layout is frozen and grows by `ext`.
// Twin of Card in protocol/schema/authority.capnp; rules in protocol/spec/03-identity.md.

#include <entente/protocol/verbs.h>

namespace entente {

enum class KeyPurpose : std::uint8_t { unset, message, log, cosign, operator_, bridge };
enum class Custody : std::uint8_t { unset, device, server, brand_hosted, webauthn };
std::string_view name(KeyPurpose purpose);
std::string_view name(Custody custody);

struct CardKey {
  PublicKey key;
  KeyPurpose purpose = KeyPurpose::unset;
  Custody custody = Custody::unset;
  std::uint64_t valid_from_index = 0;  // index in the brand's log
  std::uint64_t revoked_at_index = 0;  // 0 = not revoked; reaches forwards only
  bool operator==(const CardKey&) const = default;
};

struct LegalEntity {
  std::string name;
  std::string address;
  std::string register_entry;
  std::string country;
  bool operator==(const LegalEntity&) const = default;
};

struct OpenHours {
  std::uint8_t weekday = 1;  // 1 = Monday
  std::uint16_t from_minute = 0;
  std::uint16_t to_minute = 0;
  bool operator==(const OpenHours&) const = default;
};

// How a person is reached: published, so that it can be compared and held against the brand.
struct HumanAvailability {
  std::vector<OpenHours> hours;
  std::string time_zone;
  std::int16_t utc_offset_minutes = 0;
  std::vector<std::string> languages;
  std::vector<std::string> channels;
  std::int64_t target_ms = 0;        // time to a person, from the request
  std::int64_t longest_wait_ms = 0;  // for the lowest class of the queue
  std::vector<std::string> alternatives;
  bool operator==(const HumanAvailability&) const = default;
};

// The shortest periods the brand gives a consumer; nothing in a case may be shorter.
struct MinimumPeriods {
  std::int64_t offer_ms = 0;
  std::int64_t contest_ms = 0;
  std::int64_t reopen_ms = 0;
  std::int64_t answer_ms = 0;
  bool operator==(const MinimumPeriods&) const = default;
};

struct Card {
  std::uint32_t number = 1;
  Digest prev_card;  // zero in the first
  PublicKey root_key;
  Digest next_root_digest;
  std::int64_t issued_ms = 0;
  std::int64_t expires_ms = 0;
  Environment environment = Environment::unset;
  std::string domain;
  LegalEntity entity;
  std::vector<std::string> endpoints;
  std::vector<std::uint16_t> versions;
  std::vector<CardKey> keys;
  std::string log_vkey;
  HumanAvailability human;
  std::vector<std::string> link_methods;
  MinimumPeriods periods;
  Adr adr;
  std::string privacy_contact;
  std::vector<Extension> ext;

  // "did:web:kettle.example"
  std::string did() const { return "did:web:" + domain; }
  bool operator==(const Card&) const = default;
};

}  // namespace entente
