#include "wire/verbs_codec.h"

#include "wire/encoder.h"
#include "wire/handoff_codec.h"
#include "wire/shapes_codec.h"

namespace entente::wire {
namespace {

void write(const Performed& from, Perform::Item::Builder to) {
  to.setTerm(from.term);
  to.setState(enumerant<Perform::State>(from.state));
  to.setOfCondition(from.of_condition);
  if (from.amount.is_said()) write(from.amount, to.initAmount());
  to.setQty(from.qty);
  to.setReference(from.reference);
}

void read(Perform::Item::Reader from, Performed& to, Decoder& in) {
  to.term = in.id(from.getTerm(), "perform.term");
  to.state = in.enumerator(from.getState(), Performed::State::unknown);
  to.of_condition = from.getOfCondition();
  to.amount = find_money(from.hasAmount(), from.getAmount(), in);
  to.qty = from.getQty();
  to.reference = in.find_part(from.getReference());
}

void write(const entente::Perform& from, Perform::Builder to) {
  if (!from.source.is_zero()) to.setSource(raw(from.source));
  if (from.items.empty()) return;
  auto items = to.initItems(count(from.items));
  for (std::size_t i = 0; i < from.items.size(); ++i) {
    write(from.items[i], items[static_cast<unsigned>(i)]);
  }
}

void read(Perform::Reader from, entente::Perform& to, Decoder& in) {
  to.source = in.digest(from.getSource(), "perform.source");
  to.items = in.list(from.getItems(), limits::list_items_max, [&](auto item) {
    Performed performed;
    read(item, performed, in);
    return performed;
  });
  in.require(!to.items.empty(), ErrorCode::invalid_terms, "performs nothing");
  in.require_unique(
      to.items, [](const auto& item) { return std::pair(item.term, item.of_condition); },
      ErrorCode::invalid_terms, "says two things of one term");
}

void write(const entente::Confirm& from, Confirm::Builder to) {
  if (!from.source.is_zero()) to.setSource(raw(from.source));
  if (!from.terms.empty()) write_numbers(from.terms, to.initTerms(count(from.terms)));
}

void read(Confirm::Reader from, entente::Confirm& to, Decoder& in) {
  to.source = in.digest(from.getSource(), "confirm.source");
  to.terms = in.ids(from.getTerms(), "confirm.terms");
  in.require(!to.terms.empty(), ErrorCode::invalid_terms, "confirms nothing");
}

void write(const entente::Dispute& from, Dispute::Builder to) {
  if (!from.source.is_zero()) to.setSource(raw(from.source));
  if (!from.terms.empty()) write_numbers(from.terms, to.initTerms(count(from.terms)));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  to.setText(from.text);
}

void read(Dispute::Reader from, entente::Dispute& to, Decoder& in) {
  to.source = in.digest(from.getSource(), "dispute.source");
  to.terms = in.ids(from.getTerms(), "dispute.terms");
  to.reason = in.code(from.getReason(), "dispute.reason");
  to.text = in.find_part(from.getText());
  in.require(!to.terms.empty(), ErrorCode::invalid_terms, "disputes nothing");
}

struct CloseWriter {
  Close::Builder to;
  void operator()(const CloseProposed& from) {
    auto proposed = to.initProposed();
    if (!from.outcome.empty()) proposed.setOutcome(words(from.outcome));
    proposed.setContestUntilMs(from.contest_until_ms);
    proposed.setReopenUntilMs(from.reopen_until_ms);
  }
  void operator()(const CloseFinal& from) {
    auto final_step = to.initFinal();
    if (!from.of.is_zero()) final_step.setOf(raw(from.of));
    if (!from.confirms.empty()) {
      write_data(from.confirms, final_step.initConfirms(count(from.confirms)));
    }
  }
};

CloseProposed read_proposed(Close::Proposed::Reader from, Decoder& in) {
  CloseProposed to;
  to.outcome = in.code(from.getOutcome(), "close.outcome");
  to.contest_until_ms = in.instant(from.getContestUntilMs(), "contest_until");
  to.reopen_until_ms = in.instant(from.getReopenUntilMs(), "reopen_until");
  return to;
}

CloseFinal read_final(Close::Final::Reader from, Decoder& in) {
  CloseFinal to;
  to.of = in.digest(from.getOf(), "close.of");
  to.confirms = in.digests(from.getConfirms(), "close.confirms");
  return to;
}

void read(Close::Reader from, entente::Close& to, Decoder& in) {
  switch (from.which()) {
    case Close::UNSET:
      return in.unset_union("close");
    case Close::PROPOSED:
      to.step = read_proposed(from.getProposed(), in);
      return;
    case Close::FINAL:
      to.step = read_final(from.getFinal(), in);
      return;
  }
  in.unknown_union("close");
}

void read(Leave::Reader from, entente::Leave& to, Decoder& in) {
  to.reason = in.find_code(from.getReason(), "leave.reason");
}

void read(Revoke::Reader from, entente::Revoke& to, Decoder& in) {
  to.mandate = in.digest(from.getMandate(), "revoke.mandate");
}

void read(Notice::Reader from, entente::Notice& to, Decoder& in) {
  to.of = in.digest(from.getOf(), "notice.of");
  to.code = in.code(from.getCode(), "notice.code");
}

struct BodyWriter {
  Message::Body::Builder to;
  void operator()(const entente::Open& from) { write(from, to.initOpen()); }
  void operator()(const entente::Link& from) { write(from, to.initLink()); }
  void operator()(const entente::Inform& from) { write(from, to.initInform()); }
  void operator()(const entente::Ask& from) { write(from, to.initAsk()); }
  void operator()(const entente::Offer& from) { write(from, to.initPropose()); }
  void operator()(const entente::Accept& from) { write(from, to.initAccept()); }
  void operator()(const entente::Decline& from) { write(from, to.initDecline()); }
  void operator()(const entente::Retract& from) { write(from, to.initRetract()); }
  void operator()(const entente::Determine& from) { write(from, to.initDetermine()); }
  void operator()(const entente::Grant& from) { write(from, to.initGrant()); }
  void operator()(const entente::Exercise& from) { write(from, to.initExercise()); }
  void operator()(const entente::Perform& from) { write(from, to.initPerform()); }
  void operator()(const entente::Confirm& from) { write(from, to.initConfirm()); }
  void operator()(const entente::Dispute& from) { write(from, to.initDispute()); }
  void operator()(const entente::Handoff& from) { write(from, to.initHandoff()); }
  void operator()(const entente::Leave& from) {
    auto leave = to.initLeave();
    if (!from.reason.empty()) leave.setReason(words(from.reason));
  }
  void operator()(const entente::Close& from) {
    std::visit(CloseWriter{to.initClose()}, from.step);
  }
  void operator()(const entente::Revoke& from) {
    auto revoke = to.initRevoke();
    if (!from.mandate.is_zero()) revoke.setMandate(raw(from.mandate));
  }
  void operator()(const entente::Notice& from) {
    auto notice = to.initNotice();
    if (!from.of.is_zero()) notice.setOf(raw(from.of));
    if (!from.code.empty()) notice.setCode(words(from.code));
  }
};

template <class To, class From>
entente::Body read_as(From from, Decoder& in) {
  To to;
  read(from, to, in);
  return to;
}

}  // namespace

void write(const entente::Adr& from, Determine::Adr::Builder to) {
  if (!from.body.empty()) to.setBody(words(from.body));
  if (!from.url.empty()) to.setUrl(words(from.url));
  to.setParticipates(from.participates);
}

void read(Determine::Adr::Reader from, entente::Adr& to, Decoder& in) {
  to.body = in.text(from.getBody(), "adr.body");
  to.url = in.text(from.getUrl(), "adr.url");
  to.participates = from.getParticipates();
}

void write(const entente::Body& from, Message::Body::Builder to) {
  std::visit(BodyWriter{to}, from);
}

entente::Body read_body(Message::Body::Reader from, Decoder& in) {
  switch (from.which()) {
    case Message::Body::UNSET:
      in.unset_union("body");
      return {};
    case Message::Body::OPEN:
      return read_as<entente::Open>(from.getOpen(), in);
    case Message::Body::LINK:
      return read_as<entente::Link>(from.getLink(), in);
    case Message::Body::INFORM:
      return read_as<entente::Inform>(from.getInform(), in);
    case Message::Body::ASK:
      return read_as<entente::Ask>(from.getAsk(), in);
    case Message::Body::PROPOSE:
      return read_as<entente::Offer>(from.getPropose(), in);
    case Message::Body::ACCEPT:
      return read_as<entente::Accept>(from.getAccept(), in);
    case Message::Body::DECLINE:
      return read_as<entente::Decline>(from.getDecline(), in);
    case Message::Body::RETRACT:
      return read_as<entente::Retract>(from.getRetract(), in);
    case Message::Body::DETERMINE:
      return read_as<entente::Determine>(from.getDetermine(), in);
    case Message::Body::GRANT:
      return read_as<entente::Grant>(from.getGrant(), in);
    case Message::Body::EXERCISE:
      return read_as<entente::Exercise>(from.getExercise(), in);
    case Message::Body::PERFORM:
      return read_as<entente::Perform>(from.getPerform(), in);
    case Message::Body::CONFIRM:
      return read_as<entente::Confirm>(from.getConfirm(), in);
    case Message::Body::DISPUTE:
      return read_as<entente::Dispute>(from.getDispute(), in);
    case Message::Body::HANDOFF:
      return read_as<entente::Handoff>(from.getHandoff(), in);
    case Message::Body::LEAVE:
      return read_as<entente::Leave>(from.getLeave(), in);
    case Message::Body::CLOSE:
      return read_as<entente::Close>(from.getClose(), in);
    case Message::Body::REVOKE:
      return read_as<entente::Revoke>(from.getRevoke(), in);
    case Message::Body::NOTICE:
      return read_as<entente::Notice>(from.getNotice(), in);
  }
  in.unknown_union("body");
  return {};
}

}  // namespace entente::wire
