#pragma once
// The small words of the protocol: who, where, how much. Twins of the enums and small structs in
// protocol/schema/; `unset` is what discriminant 0 means and is refused wherever it arrives.

#include <entente/core/digest.h>
#include <entente/core/key.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace entente {

using MessageId = Digest;  // SHA-256 of the PAE: what was signed, never of the signature
using CaseId = Digest;     // id of the opening message
using ActId = std::array<std::uint8_t, 16>;
using Nonce = std::array<std::uint8_t, 32>;

// The place of a part in `parts` of the same message.
using PartIndex = std::uint16_t;
inline constexpr PartIndex no_part = 0xffff;

inline constexpr std::uint16_t protocol_version = 1;

enum class Party : std::uint8_t { unset, consumer, brand };
enum class Actor : std::uint8_t { unset, person, ai, rules };
enum class Environment : std::uint8_t { unset, sandbox, production };
enum class Basis : std::uint8_t { unset, statutory, contract, goodwill };
enum class Ground : std::uint8_t { unset, entitlement, concession };
enum class PartClass : std::uint8_t { unset, contact, special, media, prose, reference };

std::string_view name(Party party);
std::string_view name(Actor actor);
std::string_view name(Environment environment);
std::string_view name(Basis basis);
std::string_view name(Ground ground);
std::string_view name(PartClass part_class);

Party other(Party party);

// Money in minor units. `amt` is never negative in a remedy; an empty `cur` means not said.
struct Money {
  std::string cur;       // ISO 4217 alphabetic code
  std::int64_t amt = 0;  // minor units
  std::uint8_t exp = 0;  // ISO's exponent: EUR 2, JPY 0, TND 3

  bool operator==(const Money&) const = default;
  bool is_said() const { return !cur.empty(); }
};

// The exponent ISO 4217 gives a currency in use, or nothing for a code it does not have.
std::optional<std::uint8_t> find_exponent(std::string_view currency);
// "EUR 5.00", "JPY 500".
std::string format_money(const Money& money);
// Fails with invalid_money: unknown code, wrong exponent, negative, or beyond 2^53-1.
Status check_money(const Money& money);

// Fails with invalid_code unless `code` matches [a-z0-9_.:-]{1,64}.
Status check_code(std::string_view code);

// A part as a message names it: its content travels beside the message.
struct PartRef {
  Digest digest;
  std::string media_type;
  std::uint64_t bytes = 0;
  PartClass part_class = PartClass::unset;

  bool operator==(const PartRef&) const = default;
};

// A part's content as it travels and is kept.
struct Part {
  PartClass part_class = PartClass::unset;
  std::string media_type;
  std::array<std::uint8_t, 32> salt{};
  Bytes content;

  bool operator==(const Part&) const = default;
};

struct Extension {
  std::string id;
  bool critical = false;
  Bytes bytes;

  bool operator==(const Extension&) const = default;
};

}  // namespace entente
