#include "wire/shapes_codec.h"

#include "wire/encoder.h"

namespace entente::wire {

void write(const entente::Repair& from, Repair::Builder to) {
  if (!from.lines.empty()) write_structs(from.lines, to.initLines(count(from.lines)));
  to.setLoaner(from.loaner);
}

void read(Repair::Reader from, entente::Repair& to, Place, Decoder& in) {
  to.lines = require_lines(from.getLines(), in);
  to.loaner = from.getLoaner();
}

void write(const entente::Hold& from, Hold::Builder to) {
  if (!from.what.empty()) to.setWhat(words(from.what));
  to.setUntilMs(from.until_ms);
}

void read(Hold::Reader from, entente::Hold& to, Place, Decoder& in) {
  to.what = in.code(from.getWhat(), "hold.what");
  to.until_ms = in.instant(from.getUntilMs(), "hold.until");
}

void write(const entente::Travel& from, Travel::Builder to) {
  to.setBooking(from.booking);
  to.setItinerary(from.itinerary);
  to.setDepartByMs(from.depart_by_ms);
}

void read(Travel::Reader from, entente::Travel& to, Place, Decoder& in) {
  to.booking = in.find_part(from.getBooking());
  to.itinerary = in.find_part(from.getItinerary());
  to.depart_by_ms = in.instant(from.getDepartByMs(), "travel.depart_by");
}

void write(const entente::Visit& from, Window::Builder to) {
  to.setFromMs(from.from_ms);
  to.setToMs(from.to_ms);
}

void read(Window::Reader from, entente::Visit& to, Place, Decoder& in) {
  to.from_ms = in.required_instant(from.getFromMs(), "visit.from");
  to.to_ms = in.required_instant(from.getToMs(), "visit.to");
  in.require(to.from_ms <= to.to_ms, ErrorCode::invalid_terms, "a visit ends before it begins");
}

void write(const entente::Instalment& from, Instalment::Builder to) {
  to.setDueMs(from.due_ms);
  if (from.amount.is_said()) write(from.amount, to.initAmount());
}

void read(Instalment::Reader from, entente::Instalment& to, Decoder& in) {
  to.due_ms = in.required_instant(from.getDueMs(), "instalment.due");
  to.amount = require_money(from.hasAmount(), from.getAmount(), in);
}

namespace {

Instalments read_instalments(capnp::List<Instalment>::Reader from, Decoder& in) {
  in.require(from.size() > 0, ErrorCode::invalid_terms, "no instalments");
  Instalments to{in.list(from, limits::list_items_max, [&](auto item) {
    entente::Instalment instalment;
    read(item, instalment, in);
    return instalment;
  })};
  for (const entente::Instalment& each : to.list) {
    in.require(each.amount.cur == to.list.front().amount.cur, ErrorCode::invalid_terms,
               "instalments in two currencies");
  }
  return to;
}

void check_settlement(const entente::Settlement& settlement, Place place, Decoder& in) {
  using Direction = entente::Settlement::Direction;
  const Direction direction = settlement.direction;
  in.require(direction != Direction::priced || place == Place::wish, ErrorCode::invalid_terms,
             "only a wish leaves the price to the brand");
  const bool has_amount = direction == Direction::pays || direction == Direction::receives;
  const bool may_wait = place == Place::duty && direction == Direction::receives;
  in.require(settlement.amount.is_said() == has_amount || may_wait, ErrorCode::invalid_terms,
             "a settlement's amount does not fit its direction");
}

}  // namespace

void write(const entente::Money& from, Money::Builder to) {
  to.setCur(words(from.cur));
  to.setAmt(from.amt);
  to.setExp(from.exp);
}

void read_balance(Money::Reader from, entente::Money& to, Decoder& in) {
  to.cur = in.raw_text(from.getCur(), 3, "currency");
  to.amt = in.integer(from.getAmt(), "amount");
  to.exp = from.getExp();
  in.require(find_exponent(to.cur) == to.exp, ErrorCode::invalid_money, "currency or exponent");
}

void read(Money::Reader from, entente::Money& to, Decoder& in) {
  to.cur = in.raw_text(from.getCur(), 3, "currency");
  to.amt = from.getAmt();
  to.exp = from.getExp();
  in.require(check_money(to).has_value(), ErrorCode::invalid_money, "money");
}

entente::Money find_money(bool is_said, Money::Reader from, Decoder& in) {
  entente::Money to;
  if (is_said) read(from, to, in);
  return to;
}

entente::Money require_money(bool is_said, Money::Reader from, Decoder& in) {
  in.require(is_said, ErrorCode::invalid_money, "no amount");
  return find_money(is_said, from, in);
}

void write(const entente::Line& from, Line::Builder to) {
  to.setPart(from.part);
  if (!from.line.empty()) to.setLine(words(from.line));
  to.setQty(from.qty);
  if (!from.replacement.empty()) to.setReplacement(words(from.replacement));
}

void read(Line::Reader from, entente::Line& to, Decoder& in) {
  to.part = in.find_part(from.getPart());
  to.line = in.text(from.getLine(), "line");
  to.qty = from.getQty();
  to.replacement = in.text(from.getReplacement(), "replacement");
  in.require(to.qty >= 1, ErrorCode::out_of_range, "a line of nothing");
  in.require(to.part != no_part || !to.line.empty(), ErrorCode::invalid_terms,
             "a line that names nothing");
}

std::vector<entente::Line> require_lines(capnp::List<Line>::Reader from, Decoder& in) {
  in.require(from.size() > 0, ErrorCode::invalid_terms, "no lines");
  return in.structs<entente::Line>(from);
}

void write(const entente::Settlement& from, Settlement::Builder to) {
  to.setDirection(enumerant<Settlement::Direction>(from.direction));
  if (from.amount.is_said()) write(from.amount, to.initAmount());
  to.setMethod(from.method);
}

void read(Settlement::Reader from, entente::Settlement& to, Place place, Decoder& in) {
  to.direction = in.enumerator(from.getDirection(), entente::Settlement::Direction::priced);
  to.amount = find_money(from.hasAmount(), from.getAmount(), in);
  to.method = in.find_part(from.getMethod());
  check_settlement(to, place, in);
}

namespace {

struct ChangeWriter {
  OrderChange::Builder to;
  void operator()(const entente::OrderChange::Address& from) { to.setAddress(from.part); }
  void operator()(const entente::OrderChange::Payment& from) { to.setPayment(from.part); }
  void operator()(const entente::OrderChange::Items& from) {
    write_structs(from.lines, to.initItems(count(from.lines)));
  }
  void operator()(const entente::OrderChange::Cancel& from) { to.setCancel(words(from.reason)); }
  void operator()(const entente::OrderChange::Return& from) {
    write_structs(from.lines, to.initReturn(count(from.lines)));
  }
  void operator()(const entente::OrderChange::Exchange& from) {
    write_structs(from.lines, to.initExchange(count(from.lines)));
  }
};

decltype(entente::OrderChange::change) read_change(OrderChange::Reader from, Decoder& in) {
  using Ours = entente::OrderChange;
  switch (from.which()) {
    case OrderChange::UNSET:
      in.unset_union("order change");
      return {};
    case OrderChange::ADDRESS:
      return Ours::Address{in.part(from.getAddress())};
    case OrderChange::PAYMENT:
      return Ours::Payment{in.part(from.getPayment())};
    case OrderChange::ITEMS:
      return Ours::Items{require_lines(from.getItems(), in)};
    case OrderChange::CANCEL:
      return Ours::Cancel{in.code(from.getCancel(), "cancel")};
    case OrderChange::RETURN:
      return Ours::Return{require_lines(from.getReturn(), in)};
    case OrderChange::EXCHANGE:
      return Ours::Exchange{require_lines(from.getExchange(), in)};
  }
  in.unknown_union("order change");
  return {};
}

}  // namespace

void write(const entente::OrderChange& from, OrderChange::Builder to) {
  to.setOrder(from.order);
  std::visit(ChangeWriter{to}, from.change);
  if (from.settlement) write(*from.settlement, to.initSettlement());
}

void read(OrderChange::Reader from, entente::OrderChange& to, Place place, Decoder& in) {
  to.order = in.part(from.getOrder());
  to.change = read_change(from, in);
  if (from.hasSettlement()) read(from.getSettlement(), to.settlement.emplace(), place, in);
}

void write(const entente::Goods& from, Goods::Builder to) {
  if (!from.lines.empty()) write_structs(from.lines, to.initLines(count(from.lines)));
}

void read(Goods::Reader from, entente::Goods& to, Place, Decoder& in) {
  to.lines = require_lines(from.getLines(), in);
}

void write(const entente::Credit& from, Credit::Builder to) {
  if (from.amount.is_said()) write(from.amount, to.initAmount());
  to.setExpiresMs(from.expires_ms);
}

void read(Credit::Reader from, entente::Credit& to, Place place, Decoder& in) {
  to.amount = find_money(from.hasAmount(), from.getAmount(), in);
  in.require(to.amount.is_said() || place != Place::offer, ErrorCode::invalid_money, "no amount");
  to.expires_ms = in.instant(from.getExpiresMs(), "credit.expires");
}

void write(const entente::MoneyTo& from, MoneyTo::Builder to) {
  if (from.amount.is_said()) write(from.amount, to.initAmount());
  if (!from.to.empty()) to.setTo(words(from.to));
}

void read(MoneyTo::Reader from, entente::MoneyTo& to, Place place, Decoder& in) {
  to.amount = find_money(from.hasAmount(), from.getAmount(), in);
  in.require(to.amount.is_said() || place != Place::offer, ErrorCode::invalid_money, "no amount");
  to.to = in.code(from.getTo(), "money.to");
}

void write(const entente::ContractChange& from, ContractChange::Builder to) {
  to.setContract(from.contract);
  if (!from.plan.empty()) to.setPlan(words(from.plan));
  if (!from.effective.empty()) to.setEffective(words(from.effective));
}

void read(ContractChange::Reader from, entente::ContractChange& to, Place place, Decoder& in) {
  to.contract = in.find_part(from.getContract());
  to.plan = in.text(from.getPlan(), "plan");
  to.effective = in.find_code(from.getEffective(), "effective");
  in.require(!to.effective.empty() || place == Place::wish, ErrorCode::invalid_code, "effective");
}

void write(const entente::Record& from, Record::Builder to) {
  to.setSubject(from.subject);
  if (!from.field.empty()) to.setField(words(from.field));
  to.setValue(from.value);
}

void read(Record::Reader from, entente::Record& to, Place, Decoder& in) {
  to.subject = in.find_part(from.getSubject());
  to.field = in.code(from.getField(), "record.field");
  to.value = in.find_part(from.getValue());
}

namespace {

struct ShapeWriter {
  Term::Builder to;
  void operator()(const entente::MoneyTo& from) { write(from, to.initMoney()); }
  void operator()(const entente::Credit& from) { write(from, to.initCredit()); }
  void operator()(const entente::Goods& from) { write(from, to.initGoods()); }
  void operator()(const entente::Repair& from) { write(from, to.initRepair()); }
  void operator()(const entente::OrderChange& from) { write(from, to.initOrderChange()); }
  void operator()(const entente::ContractChange& from) { write(from, to.initContractChange()); }
  void operator()(const entente::Hold& from) { write(from, to.initHold()); }
  void operator()(const Instalments& from) {
    auto list = to.initInstalments(count(from.list));
    for (std::size_t i = 0; i < from.list.size(); ++i) {
      write(from.list[i], list[static_cast<unsigned>(i)]);
    }
  }
  void operator()(const entente::Travel& from) { write(from, to.initTravel()); }
  void operator()(const Visit& from) { write(from, to.initVisit()); }
  void operator()(const entente::Record& from) { write(from, to.initRecord()); }
  void operator()(const NoAction& from) { to.setNone(words(from.reason)); }
  void operator()(const entente::Payment& from) { write(from.settlement, to.initPayment()); }
};

template <class To, class From>
To read_as(From from, Place place, Decoder& in) {
  To to;
  read(from, to, place, in);
  return to;
}

entente::Payment read_payment(Settlement::Reader from, Place place, Decoder& in) {
  entente::Payment to;
  read(from, to.settlement, place, in);
  in.require(to.settlement.direction == entente::Settlement::Direction::pays,
             ErrorCode::invalid_terms, "a payment is what the consumer pays");
  return to;
}

}  // namespace

void write_shape(const Shape& from, Term::Builder to) { std::visit(ShapeWriter{to}, from); }

Shape read_shape(Term::Reader from, Place place, Decoder& in) {
  switch (from.which()) {
    case Term::UNSET:
      in.unset_union("shape");
      return {};
    case Term::MONEY:
      return read_as<entente::MoneyTo>(from.getMoney(), place, in);
    case Term::CREDIT:
      return read_as<entente::Credit>(from.getCredit(), place, in);
    case Term::GOODS:
      return read_as<entente::Goods>(from.getGoods(), place, in);
    case Term::REPAIR:
      return read_as<entente::Repair>(from.getRepair(), place, in);
    case Term::ORDER_CHANGE:
      return read_as<entente::OrderChange>(from.getOrderChange(), place, in);
    case Term::CONTRACT_CHANGE:
      return read_as<entente::ContractChange>(from.getContractChange(), place, in);
    case Term::HOLD:
      return read_as<entente::Hold>(from.getHold(), place, in);
    case Term::INSTALMENTS:
      return read_instalments(from.getInstalments(), in);
    case Term::TRAVEL:
      return read_as<entente::Travel>(from.getTravel(), place, in);
    case Term::VISIT:
      return read_as<Visit>(from.getVisit(), place, in);
    case Term::RECORD:
      return read_as<entente::Record>(from.getRecord(), place, in);
    case Term::NONE:
      return NoAction{in.code(from.getNone(), "none")};
    case Term::PAYMENT:
      return read_payment(from.getPayment(), place, in);
  }
  in.unknown_union("shape");
  return {};
}

}  // namespace entente::wire
