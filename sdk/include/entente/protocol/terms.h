#pragma once
// Claims, wishes and terms: what a consumer asks for and what a party promises. A term is one act
// of one obligor, executed at most once; its purpose is a remedy code, its shape one of those in
// shapes.h. Twin of protocol/schema/terms.capnp, where every field is explained.

#include <entente/protocol/shapes.h>

namespace entente {

struct GoodsReturn {
  std::vector<Line> lines;
  std::string how;
  Party fees = Party::unset;
  std::int64_t by_ms = 0;
  bool operator==(const GoodsReturn&) const = default;
};

// What must happen before, or beside, the performance of a term.
struct NoCondition {
  bool operator==(const NoCondition&) const = default;
};
struct EvidenceCondition {
  std::string code;
  bool operator==(const EvidenceCondition&) const = default;
};
struct PaymentCondition {
  Settlement settlement;
  bool operator==(const PaymentCondition&) const = default;
};
using Condition = std::variant<NoCondition, GoodsReturn, EvidenceCondition, PaymentCondition>;

struct Due {
  enum class Unit : std::uint8_t { unset, hours, days, business_days };
  enum class Start : std::uint8_t { unset, agreement, condition, exercise };
  std::int64_t at_ms = 0;
  std::uint16_t n = 0;
  Unit unit = Unit::days;
  std::string calendar;
  Start from = Start::agreement;
  bool operator==(const Due&) const = default;
};

std::string_view name(Due::Unit unit);
std::string_view name(Due::Start start);

// When something due is due, given when its start happened; an instant stays one. Business days
// are Monday to Friday, counted without holidays. Pure.
std::int64_t due_at_ms(const Due& due, std::int64_t start_ms);

// The failure remedy: a standby term of the same offer, or a person.
struct ToPerson {
  bool operator==(const ToPerson&) const = default;
};
struct ToTerm {
  std::uint16_t term = 0;
  bool operator==(const ToTerm&) const = default;
};
using OnFailure = std::variant<ToPerson, ToTerm>;

struct Term {
  std::uint16_t id = 0;
  std::vector<std::uint16_t> claims;
  Party obligor = Party::brand;
  Ground ground = Ground::unset;
  std::string basis;
  Due due;
  Condition condition;
  bool blocks = false;
  OnFailure on_failure;
  bool standby = false;
  std::string purpose;
  Shape shape;
  bool operator==(const Term&) const = default;
};

// The money a term moves from its obligor, or nothing if it moves none or has not said.
std::optional<Money> find_value(const Term& term);

struct AnyShape {
  bool operator==(const AnyShape&) const = default;
};

struct Wish {
  std::string remedy;
  std::variant<AnyShape, OrderChange, Goods, ContractChange, Record, MoneyTo, Credit> exactly;
  bool operator==(const Wish&) const = default;
};

struct Claim {
  std::uint16_t claim_id = 0;
  std::string category;
  std::string code;
  Basis basis = Basis::unset;
  std::vector<Line> items;
  std::int64_t occurred_ms = 0;
  std::vector<Wish> desired;
  bool operator==(const Claim&) const = default;
};

}  // namespace entente
