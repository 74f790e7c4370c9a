#include "parts.h"

#include <algorithm>

namespace entente::policy {
namespace {

using Visitor = std::function<void(PartIndex&)>;

void visit_lines(std::vector<Line>& lines, const Visitor& visit) {
  for (Line& line : lines) visit(line.part);
}

struct ShapeVisitor {
  const Visitor& visit;

  void operator()(Goods& goods) const { visit_lines(goods.lines, visit); }
  void operator()(Repair& repair) const { visit_lines(repair.lines, visit); }
  void operator()(ContractChange& change) const { visit(change.contract); }
  void operator()(Payment& payment) const { visit(payment.settlement.method); }
  void operator()(Travel& travel) const {
    visit(travel.booking);
    visit(travel.itinerary);
  }
  void operator()(Record& record) const {
    visit(record.subject);
    visit(record.value);
  }
  void operator()(OrderChange& change) const {
    visit(change.order);
    std::visit(*this, change.change);
    if (change.settlement) visit(change.settlement->method);
  }
  void operator()(OrderChange::Address& address) const { visit(address.part); }
  void operator()(OrderChange::Payment& payment) const { visit(payment.part); }
  void operator()(OrderChange::Items& items) const { visit_lines(items.lines, visit); }
  void operator()(OrderChange::Return& back) const { visit_lines(back.lines, visit); }
  void operator()(OrderChange::Exchange& exchange) const { visit_lines(exchange.lines, visit); }
  void operator()(OrderChange::Cancel&) const {}
  void operator()(MoneyTo&) const {}
  void operator()(Credit&) const {}
  void operator()(Hold&) const {}
  void operator()(Instalments&) const {}
  void operator()(Visit&) const {}
  void operator()(NoAction&) const {}
};

// The places, put aside: what is left can be compared.
std::vector<PartIndex> take_places(Shape& shape) {
  std::vector<PartIndex> places;
  visit_parts(shape, [&](PartIndex& index) { places.push_back(std::exchange(index, no_part)); });
  return places;
}

}  // namespace

void visit_parts(Shape& shape, const Visitor& visit) { std::visit(ShapeVisitor{visit}, shape); }

void visit_parts(Term& term, const Visitor& visit) {
  visit_parts(term.shape, visit);
  if (auto* back = std::get_if<GoodsReturn>(&term.condition)) visit_lines(back->lines, visit);
  if (auto* payment = std::get_if<PaymentCondition>(&term.condition)) {
    visit(payment->settlement.method);
  }
}

bool same_part(PartIndex a, const PartSource& parts_a, PartIndex b, const PartSource& parts_b) {
  const std::size_t at_a = a;
  const std::size_t at_b = b;
  if (a == no_part || b == no_part) return a == b;
  if (at_a < parts_a.known.size() && at_b < parts_b.known.size()) {
    return parts_a.known[at_a] == parts_b.known[at_b];
  }
  // A part without a digest yet is comparable with its like only.
  if (at_a < parts_a.known.size() || at_b < parts_b.known.size()) return false;
  const std::size_t new_a = at_a - parts_a.known.size();
  const std::size_t new_b = at_b - parts_b.known.size();
  return new_a < parts_a.added.size() && new_b < parts_b.added.size() &&
         parts_a.added[new_a] == parts_b.added[new_b];
}

bool same_content(Shape a, const PartSource& parts_a, Shape b, const PartSource& parts_b) {
  const auto places_a = take_places(a);
  const auto places_b = take_places(b);
  return a == b && std::ranges::equal(places_a, places_b, [&](PartIndex one, PartIndex other) {
           return same_part(one, parts_a, other, parts_b);
         });
}

PartIndex PartCollector::repeat(PartIndex index) {
  if (index >= source_.size()) return no_part;
  const PartRef& part = source_[index];
  auto found = std::ranges::find(repeated_, part);
  if (found == repeated_.end()) found = repeated_.insert(repeated_.end(), part);
  return static_cast<PartIndex>(found - repeated_.begin());
}

void PartCollector::repeat_all(Term& term) {
  visit_parts(term, [&](PartIndex& index) { index = repeat(index); });
}

PartIndex PartCollector::add(NewPart part) {
  auto found = std::ranges::find(added_, part);
  if (found == added_.end()) found = added_.insert(added_.end(), std::move(part));
  return static_cast<PartIndex>(repeated_.size() +
                                static_cast<std::size_t>(found - added_.begin()));
}

Speech PartCollector::finish(Body body) && {
  return {std::move(body), std::move(repeated_), std::move(added_)};
}

NewPart reference_part(std::string_view text) {
  return {PartClass::reference, "text/plain", to_bytes(text)};
}

}  // namespace entente::policy
