#include "wire/terms_codec.h"

#include "wire/encoder.h"

namespace entente::wire {
namespace {

struct WishWriter {
  Wish::Builder to;
  void operator()(const AnyShape&) { to.setAny(); }
  void operator()(const entente::OrderChange& from) { write(from, to.initOrderChange()); }
  void operator()(const entente::Goods& from) { write(from, to.initGoods()); }
  void operator()(const entente::ContractChange& from) { write(from, to.initContractChange()); }
  void operator()(const entente::Record& from) { write(from, to.initRecord()); }
  void operator()(const entente::MoneyTo& from) { write(from, to.initMoney()); }
  void operator()(const entente::Credit& from) { write(from, to.initCredit()); }
};

void write(const entente::Wish& from, Wish::Builder to) {
  if (!from.remedy.empty()) to.setRemedy(words(from.remedy));
  std::visit(WishWriter{to}, from.exactly);
}

template <class To, class From>
To wished(From from, Decoder& in) {
  To to;
  read(from, to, Place::wish, in);
  return to;
}

decltype(entente::Wish::exactly) read_exactly(Wish::Reader from, Decoder& in) {
  switch (from.which()) {
    case Wish::UNSET:
      in.unset_union("wish");
      return {};
    case Wish::ANY:
      return AnyShape{};
    case Wish::ORDER_CHANGE:
      return wished<entente::OrderChange>(from.getOrderChange(), in);
    case Wish::GOODS:
      return wished<entente::Goods>(from.getGoods(), in);
    case Wish::CONTRACT_CHANGE:
      return wished<entente::ContractChange>(from.getContractChange(), in);
    case Wish::RECORD:
      return wished<entente::Record>(from.getRecord(), in);
    case Wish::MONEY:
      return wished<entente::MoneyTo>(from.getMoney(), in);
    case Wish::CREDIT:
      return wished<entente::Credit>(from.getCredit(), in);
  }
  in.unknown_union("wish");
  return {};
}

void read(Wish::Reader from, entente::Wish& to, Decoder& in) {
  to.remedy = in.code(from.getRemedy(), "remedy");
  to.exactly = read_exactly(from, in);
}

void write(const GoodsReturn& from, Return::Builder to) {
  if (!from.lines.empty()) write_structs(from.lines, to.initLines(count(from.lines)));
  if (!from.how.empty()) to.setHow(words(from.how));
  to.setFees(enumerant<Party>(from.fees));
  to.setByMs(from.by_ms);
}

GoodsReturn read_return(Return::Reader from, Decoder& in) {
  GoodsReturn to;
  to.lines = require_lines(from.getLines(), in);
  to.how = in.code(from.getHow(), "return.how");
  to.fees = in.enumerator(from.getFees(), entente::Party::brand);
  to.by_ms = in.instant(from.getByMs(), "return.by");
  return to;
}

struct ConditionWriter {
  Term::Condition::Builder to;
  void operator()(const NoCondition&) { to.setNone(); }
  void operator()(const GoodsReturn& from) { write(from, to.initReturn()); }
  void operator()(const EvidenceCondition& from) { to.setEvidence(words(from.code)); }
  void operator()(const PaymentCondition& from) { write(from.settlement, to.initPayment()); }
};

PaymentCondition read_payment_condition(Settlement::Reader from, Place place, Decoder& in) {
  PaymentCondition to;
  read(from, to.settlement, place, in);
  in.require(to.settlement.direction == entente::Settlement::Direction::pays,
             ErrorCode::invalid_terms, "a payment is what the consumer pays");
  return to;
}

Condition read_condition(Term::Condition::Reader from, Place place, Decoder& in) {
  switch (from.which()) {
    case Term::Condition::UNSET:
      in.unset_union("condition");
      return {};
    case Term::Condition::NONE:
      return NoCondition{};
    case Term::Condition::RETURN:
      return read_return(from.getReturn(), in);
    case Term::Condition::EVIDENCE:
      return EvidenceCondition{in.code(from.getEvidence(), "evidence")};
    case Term::Condition::PAYMENT:
      return read_payment_condition(from.getPayment(), place, in);
  }
  in.unknown_union("condition");
  return {};
}

struct FailureWriter {
  Term::OnFailure::Builder to;
  void operator()(const ToPerson&) { to.setPerson(); }
  void operator()(const ToTerm& from) { to.setTerm(from.term); }
};

OnFailure read_on_failure(Term::OnFailure::Reader from, Decoder& in) {
  switch (from.which()) {
    case Term::OnFailure::UNSET:
      in.unset_union("on_failure");
      return {};
    case Term::OnFailure::PERSON:
      return ToPerson{};
    case Term::OnFailure::TERM:
      return ToTerm{in.id(from.getTerm(), "on_failure")};
  }
  in.unknown_union("on_failure");
  return {};
}

void write(const entente::Due& from, Due::Builder to) {
  to.setAtMs(from.at_ms);
  to.setN(from.n);
  to.setUnit(enumerant<Due::Unit>(from.unit));
  if (!from.calendar.empty()) to.setCalendar(words(from.calendar));
  to.setFrom(enumerant<Due::Start>(from.from));
}

void read(Due::Reader from, entente::Due& to, Decoder& in) {
  to.at_ms = in.instant(from.getAtMs(), "due.at");
  to.n = from.getN();
  to.unit = in.enumerator(from.getUnit(), entente::Due::Unit::business_days);
  to.calendar = in.find_code(from.getCalendar(), "due.calendar");
  to.from = in.enumerator(from.getFrom(), entente::Due::Start::exercise);
  in.require(to.at_ms == 0 || to.n == 0, ErrorCode::invalid_terms, "due twice");
}

void read(Term::Reader from, entente::Term& to, Place place, Decoder& in) {
  to.id = in.id(from.getId(), "term id");
  to.claims = in.ids(from.getClaims(), "claims of a term");
  to.obligor = in.enumerator(from.getObligor(), entente::Party::brand);
  to.ground = in.enumerator(from.getGround(), entente::Ground::concession);
  to.basis = in.find_code(from.getBasis(), "basis");
  read(from.getDue(), to.due, in);
  to.condition = read_condition(from.getCondition(), place, in);
  to.blocks = from.getBlocks();
  to.on_failure = read_on_failure(from.getOnFailure(), in);
  to.standby = from.getStandby();
  to.purpose = in.code(from.getPurpose(), "purpose");
  to.shape = read_shape(from, place, in);
  in.require(!to.blocks || !std::holds_alternative<NoCondition>(to.condition),
             ErrorCode::invalid_terms, "waits for a condition it does not have");
  const bool is_payment = std::holds_alternative<entente::Payment>(to.shape);
  in.require(!is_payment || to.obligor == entente::Party::consumer, ErrorCode::invalid_terms,
             "only the consumer owes a payment");
}

const entente::Term* find_term(const std::vector<entente::Term>& terms, std::uint16_t id) {
  const auto found = std::ranges::find(terms, id, &entente::Term::id);
  return found == terms.end() ? nullptr : &*found;
}

// Each step leads to another standby term and at last to a person: never in a circle.
bool ends_with_person(const entente::Term& term, const std::vector<entente::Term>& terms) {
  const entente::Term* at = &term;
  for (std::size_t steps = 0; steps <= terms.size(); ++steps) {
    const auto* next = std::get_if<ToTerm>(&at->on_failure);
    if (!next) return true;
    at = find_term(terms, next->term);
    if (!at || !at->standby) return false;
  }
  return false;
}

}  // namespace

void write(const entente::Claim& from, Claim::Builder to) {
  to.setClaimId(from.claim_id);
  if (!from.category.empty()) to.setCategory(words(from.category));
  if (!from.code.empty()) to.setCode(words(from.code));
  to.setBasis(enumerant<Basis>(from.basis));
  if (!from.items.empty()) write_structs(from.items, to.initItems(count(from.items)));
  to.setOccurredMs(from.occurred_ms);
  if (!from.desired.empty()) {
    auto desired = to.initDesired(count(from.desired));
    for (std::size_t i = 0; i < from.desired.size(); ++i) {
      write(from.desired[i], desired[static_cast<unsigned>(i)]);
    }
  }
}

void read(Claim::Reader from, entente::Claim& to, Decoder& in) {
  to.claim_id = in.id(from.getClaimId(), "claim id");
  to.category = in.code(from.getCategory(), "category");
  to.code = in.code(from.getCode(), "claim code");
  to.basis = in.enumerator(from.getBasis(), entente::Basis::goodwill);
  to.items = in.structs<entente::Line>(from.getItems());
  to.occurred_ms = in.instant(from.getOccurredMs(), "occurred");
  to.desired = in.list(from.getDesired(), limits::list_items_max, [&](auto item) {
    entente::Wish wish;
    read(item, wish, in);
    return wish;
  });
}

std::vector<entente::Claim> read_claims(capnp::List<Claim>::Reader from, Decoder& in) {
  auto to = in.structs<entente::Claim>(from);
  in.require_unique(
      to, [](const auto& claim) { return claim.claim_id; }, ErrorCode::invalid_terms,
      "two claims of one id");
  return to;
}

void write(const entente::Term& from, Term::Builder to) {
  to.setId(from.id);
  if (!from.claims.empty()) write_numbers(from.claims, to.initClaims(count(from.claims)));
  to.setObligor(enumerant<Party>(from.obligor));
  to.setGround(enumerant<Ground>(from.ground));
  if (!from.basis.empty()) to.setBasis(words(from.basis));
  write(from.due, to.initDue());
  std::visit(ConditionWriter{to.initCondition()}, from.condition);
  to.setBlocks(from.blocks);
  std::visit(FailureWriter{to.initOnFailure()}, from.on_failure);
  to.setStandby(from.standby);
  if (!from.purpose.empty()) to.setPurpose(words(from.purpose));
  write_shape(from.shape, to);
}

std::vector<entente::Term> read_terms(capnp::List<Term>::Reader from, Place place, Decoder& in) {
  auto to = in.list(from, limits::list_items_max, [&](auto item) {
    entente::Term term;
    read(item, term, place, in);
    return term;
  });
  in.require_unique(
      to, [](const auto& term) { return term.id; }, ErrorCode::invalid_terms,
      "two terms of one id");
  for (const entente::Term& term : to) {
    in.require(ends_with_person(term, to), ErrorCode::invalid_terms,
               "a failure remedy that is not a standby term of the offer");
  }
  return to;
}

}  // namespace entente::wire
