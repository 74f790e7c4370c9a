#include "comparing.h"

namespace entente::policy {
namespace {

// An offer is checked some time after it was worded, and its dates were counted from then.
constexpr std::int64_t drift_ms = 3'600'000;

Relation order(std::int64_t offered, std::int64_t owed) {
  return {true, offered >= owed, offered <= owed};
}

Relation order_dates(std::int64_t offered_ms, std::int64_t owed_ms) {
  return {true, offered_ms >= owed_ms - drift_ms, offered_ms <= owed_ms + drift_ms};
}

Relation both(const Relation& a, const Relation& b) {
  return {a.comparable && b.comparable, a.at_least && b.at_least, a.at_most && b.at_most};
}

constexpr Relation same = {true, true, true};
constexpr Relation different = {};

Relation compare_money(const Money& offered, const Money& owed) {
  if (offered.cur != owed.cur || offered.exp != owed.exp) return different;
  return order(offered.amt, owed.amt);
}

// Seen from the consumer: what is received counts for, what is paid against.
std::int64_t net(const Settlement& settlement) {
  switch (settlement.direction) {
    case Settlement::Direction::receives:
      return settlement.amount.amt;
    case Settlement::Direction::pays:
      return -settlement.amount.amt;
    case Settlement::Direction::even:
    case Settlement::Direction::priced:
    case Settlement::Direction::unset:
      break;
  }
  return 0;
}

struct Sides {
  PartSource offered;
  PartSource owed;

  Relation content(const Shape& a, const Shape& b) const {
    return same_content(a, offered, b, owed) ? same : different;
  }

  Relation operator()(const MoneyTo& a, const MoneyTo& b) const {
    return a.to == b.to ? compare_money(a.amount, b.amount) : different;
  }
  Relation operator()(const Credit& a, const Credit& b) const {
    return both(compare_money(a.amount, b.amount), order_dates(a.expires_ms, b.expires_ms));
  }
  Relation operator()(const Hold& a, const Hold& b) const {
    return a.what == b.what ? order_dates(a.until_ms, b.until_ms) : different;
  }
  Relation operator()(const Repair& a, const Repair& b) const {
    return both(content(Goods{a.lines}, Goods{b.lines}), order(a.loaner, b.loaner));
  }
  Relation operator()(OrderChange a, OrderChange b) const {
    const auto settled_a = std::exchange(a.settlement, std::nullopt);
    const auto settled_b = std::exchange(b.settlement, std::nullopt);
    return both(content(a, b), settlement(settled_a, settled_b));
  }
  template <class A, class B>
  Relation operator()(const A& a, const B& b) const {
    return content(a, b);
  }

  Relation settlement(const std::optional<Settlement>& a,
                      const std::optional<Settlement>& b) const {
    if (!a && !b) return same;
    if (!a || !b || a->amount.cur != b->amount.cur) return different;
    if (!same_part(a->method, offered, b->method, owed)) return different;
    return order(net(*a), net(*b));
  }
};

Relation compare_due(const Due& offered, const Due& owed, std::int64_t now_ms) {
  if (offered.at_ms != 0 || offered.from != owed.from) return {true, false, false};
  const Relation dates = order(due_at_ms(offered, now_ms), due_at_ms(owed, now_ms));
  return {true, dates.at_most, dates.at_least};
}

// To ask nothing of the consumer is always allowed, and gives more.
Relation compare_condition(const Term& offered, const Term& owed, const Sides& sides) {
  if (std::holds_alternative<NoCondition>(offered.condition)) {
    if (std::holds_alternative<NoCondition>(owed.condition)) return same;
    return {true, true, false};
  }
  const auto* a = std::get_if<GoodsReturn>(&offered.condition);
  const auto* b = std::get_if<GoodsReturn>(&owed.condition);
  if (!a || !b || a->how != b->how) return {true, false, false};
  const Relation lines = sides.content(Goods{a->lines}, Goods{b->lines});
  if (!lines.comparable) return {true, false, false};
  return both(both(order(a->fees == Party::brand, b->fees == Party::brand),
                   order_dates(a->by_ms, b->by_ms)),
              order(!offered.blocks, !owed.blocks));
}

// Where the reference of a means of payment is no part yet, it stands after the parts.
Shape with_method(const Worded& rule, const ClaimView& view) {
  Shape shape = rule.term.shape;
  auto* change = std::get_if<OrderChange>(&shape);
  if (change && change->settlement && !rule.method_ref.empty()) {
    change->settlement->method = static_cast<PartIndex>(view.parts.size());
  }
  return shape;
}

}  // namespace

Relation compare(const OfferedTerm& offered, const Worded& rule, const ClaimView& view) {
  const Term& term = offered.term;
  const Term& owed = rule.term;
  if (term.purpose != owed.purpose || term.ground != owed.ground || term.basis != owed.basis ||
      term.shape.index() != owed.shape.index()) {
    return different;
  }
  const NewPart method = reference_part(rule.method_ref);
  const Sides sides{offered.parts, {view.parts, {&method, 1}}};
  const Relation content = std::visit(sides, term.shape, with_method(rule, view));
  const Relation due = compare_due(term.due, owed.due, view.at_ms());
  return both(both(content, due), compare_condition(term, owed, sides));
}

}  // namespace entente::policy
