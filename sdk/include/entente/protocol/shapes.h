#pragma once
// The thirteen shapes that a term can have: money, goods, an order changed, a visit ... A new
// remedy is a new purpose code over one of these. Twin of protocol/schema/terms.capnp, where every
// field is explained.

#include <entente/protocol/primitives.h>

#include <optional>
#include <variant>

namespace entente {

struct Line {
  PartIndex part = no_part;
  std::string line;
  std::uint32_t qty = 1;
  std::string replacement;
  bool operator==(const Line&) const = default;
};

struct Settlement {
  enum class Direction : std::uint8_t { unset, pays, receives, even, priced };
  Direction direction = Direction::unset;  // unset in memory: no settlement at all
  Money amount;
  PartIndex method = no_part;
  bool operator==(const Settlement&) const = default;
};

// The kinds of change inside an OrderChange. They stand outside of it, because a variant asks its
// members for more than a class under construction can tell.
namespace order_change {
struct Address {
  PartIndex part = no_part;
  bool operator==(const Address&) const = default;
};
struct Payment {
  PartIndex part = no_part;
  bool operator==(const Payment&) const = default;
};
struct Items {
  std::vector<Line> lines;
  bool operator==(const Items&) const = default;
};
struct Cancel {
  std::string reason;
  bool operator==(const Cancel&) const = default;
};
struct Return {
  std::vector<Line> lines;
  bool operator==(const Return&) const = default;
};
struct Exchange {
  std::vector<Line> lines;
  bool operator==(const Exchange&) const = default;
};
}  // namespace order_change

struct OrderChange {
  using Address = order_change::Address;
  using Payment = order_change::Payment;
  using Items = order_change::Items;
  using Cancel = order_change::Cancel;
  using Return = order_change::Return;
  using Exchange = order_change::Exchange;

  PartIndex order = no_part;
  std::variant<Address, Payment, Items, Cancel, Return, Exchange> change;
  std::optional<Settlement> settlement;
  bool operator==(const OrderChange&) const = default;
};

struct Goods {
  std::vector<Line> lines;
  bool operator==(const Goods&) const = default;
};
struct Repair {
  std::vector<Line> lines;
  bool loaner = false;
  bool operator==(const Repair&) const = default;
};
struct Credit {
  Money amount;
  std::int64_t expires_ms = 0;
  bool operator==(const Credit&) const = default;
};
struct MoneyTo {
  Money amount;
  std::string to;
  bool operator==(const MoneyTo&) const = default;
};
struct ContractChange {
  PartIndex contract = no_part;
  std::string plan;
  std::string effective;
  bool operator==(const ContractChange&) const = default;
};
struct Hold {
  std::string what;
  std::int64_t until_ms = 0;
  bool operator==(const Hold&) const = default;
};
struct Instalment {
  std::int64_t due_ms = 0;
  Money amount;
  bool operator==(const Instalment&) const = default;
};
struct Instalments {
  std::vector<Instalment> list;
  bool operator==(const Instalments&) const = default;
};
struct Travel {
  PartIndex booking = no_part;
  PartIndex itinerary = no_part;
  std::int64_t depart_by_ms = 0;
  bool operator==(const Travel&) const = default;
};
struct Visit {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  bool operator==(const Visit&) const = default;
};
struct Record {
  PartIndex subject = no_part;
  std::string field;
  PartIndex value = no_part;
  bool operator==(const Record&) const = default;
};
struct NoAction {
  std::string reason;
  bool operator==(const NoAction&) const = default;
};
struct Payment {
  Settlement settlement;
  bool operator==(const Payment&) const = default;
};

using Shape = std::variant<MoneyTo, Credit, Goods, Repair, OrderChange, ContractChange, Hold,
                           Instalments, Travel, Visit, Record, NoAction, Payment>;

std::string_view name(Settlement::Direction direction);
// "money", "order_change" ...: the spelling in the JSON view and in policies.
std::string_view name(const Shape& shape);
// The kind of change inside an order change: "address", "items" ...
std::string_view name(const OrderChange& change);

}  // namespace entente
