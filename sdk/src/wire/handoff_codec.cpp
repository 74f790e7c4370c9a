#include "wire/handoff_codec.h"

#include "wire/encoder.h"

namespace entente::wire {
namespace {

void write(const Slot& from, Handoff::Slot::Builder to) {
  if (!from.id.empty()) to.setId(words(from.id));
  to.setFromMs(from.from_ms);
  to.setToMs(from.to_ms);
  if (!from.channel.empty()) to.setChannel(words(from.channel));
}

Slot read_slot(Handoff::Slot::Reader from, Decoder& in) {
  Slot to;
  to.id = in.required_text(from.getId(), "slot.id");
  to.from_ms = in.required_instant(from.getFromMs(), "slot.from");
  to.to_ms = in.required_instant(from.getToMs(), "slot.to");
  to.channel = in.code(from.getChannel(), "slot.channel");
  in.require(to.from_ms <= to.to_ms, ErrorCode::invalid_terms, "a slot ends before it begins");
  return to;
}

AnswerLater read_answer_later(std::int64_t reply_by_ms, Decoder& in) {
  return {in.required_instant(reply_by_ms, "reply_by")};
}

struct AlternativeWriter {
  Handoff::Alternative::Builder to;
  void operator()(const Slot& from) { write(from, to.initSlot()); }
  void operator()(const AnswerLater& from) { to.setAsync(from.reply_by_ms); }
  void operator()(const OtherContact& from) { to.setContact(words(from.how)); }
};

Alternative read_alternative(Handoff::Alternative::Reader from, Decoder& in) {
  switch (from.which()) {
    case Handoff::Alternative::UNSET:
      in.unset_union("alternative");
      return {};
    case Handoff::Alternative::SLOT:
      return read_slot(from.getSlot(), in);
    case Handoff::Alternative::ASYNC:
      return read_answer_later(from.getAsync(), in);
    case Handoff::Alternative::CONTACT:
      return OtherContact{in.required_text(from.getContact(), "contact")};
  }
  in.unknown_union("alternative");
  return {};
}

void write(const std::vector<Alternative>& from, capnp::List<Handoff::Alternative>::Builder to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::visit(AlternativeWriter{to[static_cast<unsigned>(i)]}, from[i]);
  }
}

std::vector<Alternative> read_alternatives(capnp::List<Handoff::Alternative>::Reader from,
                                           Decoder& in) {
  return in.list(from, limits::list_items_max,
                 [&](auto item) { return read_alternative(item, in); });
}

void write(const Queued& from, Handoff::Queued::Builder to) {
  to.setFirstInLine(from.first_in_line);
  to.setPlace(from.place);
  to.setEtaMs(from.eta_ms);
  if (!from.basis.empty()) to.setBasis(words(from.basis));
  to.setNextUpdateByMs(from.next_update_by_ms);
  if (from.alternatives.empty()) return;
  write(from.alternatives, to.initAlternatives(count(from.alternatives)));
}

Queued read_queued(Handoff::Queued::Reader from, Decoder& in) {
  Queued to;
  to.first_in_line = from.getFirstInLine();
  to.place = from.getPlace();
  to.eta_ms = in.instant(from.getEtaMs(), "queued.eta");
  to.basis = in.find_code(from.getBasis(), "queued.basis");
  to.next_update_by_ms = in.instant(from.getNextUpdateByMs(), "queued.next_update_by");
  to.alternatives = read_alternatives(from.getAlternatives(), in);
  return to;
}

void write(const Unavailable& from, Handoff::Unavailable::Builder to) {
  if (!from.why.empty()) to.setWhy(words(from.why));
  to.setNextOpenMs(from.next_open_ms);
  if (from.alternatives.empty()) return;
  write(from.alternatives, to.initAlternatives(count(from.alternatives)));
}

Unavailable read_unavailable(Handoff::Unavailable::Reader from, Decoder& in) {
  Unavailable to;
  to.why = in.code(from.getWhy(), "unavailable.why");
  to.next_open_ms = in.instant(from.getNextOpenMs(), "unavailable.next_open");
  to.alternatives = read_alternatives(from.getAlternatives(), in);
  return to;
}

struct RouteWriter {
  Handoff::Route::Builder to;
  void operator()(const Queued& from) { write(from, to.initQueued()); }
  void operator()(const Slot& from) { write(from, to.initScheduled()); }
  void operator()(const Unavailable& from) { write(from, to.initUnavailable()); }
  void operator()(const AnswerLater& from) { to.setAsync(from.reply_by_ms); }
};

Route read_route(Handoff::Route::Reader from, Decoder& in) {
  switch (from.which()) {
    case Handoff::Route::UNSET:
      in.unset_union("route");
      return {};
    case Handoff::Route::QUEUED:
      return read_queued(from.getQueued(), in);
    case Handoff::Route::SCHEDULED:
      return read_slot(from.getScheduled(), in);
    case Handoff::Route::UNAVAILABLE:
      return read_unavailable(from.getUnavailable(), in);
    case Handoff::Route::ASYNC:
      return read_answer_later(from.getAsync(), in);
  }
  in.unknown_union("route");
  return {};
}

struct ChoiceWriter {
  Handoff::Choice::Builder to;
  void operator()(const ChooseSlot& from) { to.setSlot(words(from.slot)); }
  void operator()(const ChooseAsync&) { to.setAsync(); }
};

Chosen read_choice(Handoff::Choice::Reader from, Decoder& in) {
  switch (from.which()) {
    case Handoff::Choice::UNSET:
      in.unset_union("choice");
      return {};
    case Handoff::Choice::SLOT:
      return {ChooseSlot{in.required_text(from.getSlot(), "slot")}};
    case Handoff::Choice::ASYNC:
      return {ChooseAsync{}};
  }
  in.unknown_union("choice");
  return {};
}

void write(const Joined& from, Handoff::Joined::Builder to) {
  if (!from.operator_ref.empty()) to.setOperatorRef(words(from.operator_ref));
  if (!from.role.empty()) to.setRole(words(from.role));
  if (!from.channel.empty()) to.setChannel(words(from.channel));
  if (!from.assurance.empty()) to.setAssurance(words(from.assurance));
  to.setEvent(from.event);
  if (!from.package.is_zero()) to.setPackage(raw(from.package));
}

Joined read_joined(Handoff::Joined::Reader from, Decoder& in) {
  Joined to;
  to.operator_ref = in.required_text(from.getOperatorRef(), "joined.operator_ref");
  to.role = in.code(from.getRole(), "joined.role");
  to.channel = in.code(from.getChannel(), "joined.channel");
  to.assurance = in.code(from.getAssurance(), "joined.assurance");
  to.event = in.find_part(from.getEvent());
  to.package = in.find_digest(from.getPackage(), "joined.package");
  return to;
}

void write(const Transferring& from, Handoff::Transfer::Builder to) {
  if (!from.to.empty()) to.setTo(words(from.to));
  if (!from.cause.empty()) to.setCause(words(from.cause));
}

Transferring read_transfer(Handoff::Transfer::Reader from, Decoder& in) {
  Transferring to;
  to.to = in.text(from.getTo(), "transferring.to");
  to.cause = in.code(from.getCause(), "transferring.cause");
  return to;
}

struct ActWriter {
  Handoff::Builder to;
  void operator()(const entente::HandoffRequest& from) { write(from, to.initRequest()); }
  void operator()(const Acked& from) { std::visit(RouteWriter{to.initAck()}, from.route); }
  void operator()(const Routed& from) { std::visit(RouteWriter{to.initRoute()}, from.route); }
  void operator()(const Chosen& from) { std::visit(ChoiceWriter{to.initChoose()}, from.choice); }
  void operator()(const Joined& from) { write(from, to.initJoined()); }
  void operator()(const OnHold& from) { to.setOnHold(from.resume_by_ms); }
  void operator()(const Resumed&) { to.setResumed(); }
  void operator()(const Transferring& from) { write(from, to.initTransferring()); }
  void operator()(const Missed&) { to.setMissed(); }
  void operator()(const ReturnOffered&) { to.setReturnOffered(); }
  void operator()(const Returned&) { to.setReturned(); }
  void operator()(const Concluded& from) { to.setConcluded(words(from.disposition)); }
  void operator()(const HandoffConfirmed&) { to.setConfirmed(); }
  void operator()(const HandoffDisputed& from) { to.setDisputed(words(from.reason)); }
  void operator()(const HandoffWithdrawn&) { to.setWithdrawn(); }
  void operator()(const ContinueWhileWaiting& from) {
    to.setContinueWhileWaiting(enumerant<Handoff::Continue>(from.what));
  }
};

HandoffAct read_act(Handoff::Reader from, Decoder& in) {
  using What = ContinueWhileWaiting::What;
  switch (from.which()) {
    case Handoff::UNSET:
      in.unset_union("handoff");
      return {};
    case Handoff::REQUEST: {
      entente::HandoffRequest to;
      read(from.getRequest(), to, in);
      return to;
    }
    case Handoff::ACK:
      return Acked{read_route(from.getAck(), in)};
    case Handoff::ROUTE:
      return Routed{read_route(from.getRoute(), in)};
    case Handoff::CHOOSE:
      return read_choice(from.getChoose(), in);
    case Handoff::JOINED:
      return read_joined(from.getJoined(), in);
    case Handoff::ON_HOLD:
      return OnHold{in.required_instant(from.getOnHold(), "resume_by")};
    case Handoff::RESUMED:
      return Resumed{};
    case Handoff::TRANSFERRING:
      return read_transfer(from.getTransferring(), in);
    case Handoff::MISSED:
      return Missed{};
    case Handoff::RETURN_OFFERED:
      return ReturnOffered{};
    case Handoff::RETURNED:
      return Returned{};
    case Handoff::CONCLUDED:
      return Concluded{in.code(from.getConcluded(), "disposition")};
    case Handoff::CONFIRMED:
      return HandoffConfirmed{};
    case Handoff::DISPUTED:
      return HandoffDisputed{in.code(from.getDisputed(), "disputed")};
    case Handoff::WITHDRAWN:
      return HandoffWithdrawn{};
    case Handoff::CONTINUE_WHILE_WAITING:
      return ContinueWhileWaiting{in.enumerator(from.getContinueWhileWaiting(), What::offers)};
  }
  in.unknown_union("handoff");
  return {};
}

}  // namespace

void write(const entente::HandoffRequest& from, HandoffRequest::Builder to) {
  if (!from.reason.empty()) to.setReason(words(from.reason));
  to.setPrincipalPresent(enumerant<HandoffRequest::Present>(from.principal_present));
  if (!from.channels.empty()) write_texts(from.channels, to.initChannels(count(from.channels)));
  if (!from.language.empty()) to.setLanguage(words(from.language));
  to.setNeeds(from.needs);
  to.setLevel(enumerant<HandoffRequest::Level>(from.level));
}

void read(HandoffRequest::Reader from, entente::HandoffRequest& to, Decoder& in) {
  using Ours = entente::HandoffRequest;
  to.reason = in.code(from.getReason(), "handoff.reason");
  to.principal_present = in.enumerator(from.getPrincipalPresent(), Ours::Present::async);
  to.channels = in.codes(from.getChannels(), "handoff.channels");
  to.language = in.find_code(from.getLanguage(), "handoff.language");
  to.needs = in.find_part(from.getNeeds());
  to.level = in.enumerator(from.getLevel(), Ours::Level::supervisor);
}

void write(const entente::Handoff& from, Handoff::Builder to) {
  if (!from.hid.is_zero()) to.setHid(raw(from.hid));
  std::visit(ActWriter{to}, from.act);
}

void read(Handoff::Reader from, entente::Handoff& to, Decoder& in) {
  to.hid = in.find_digest(from.getHid(), "hid");
  to.act = read_act(from, in);
  const bool is_request = std::holds_alternative<entente::HandoffRequest>(to.act);
  in.require(to.hid.is_zero() == is_request, ErrorCode::malformed,
             "a handoff has an id, a request is one");
}

}  // namespace entente::wire
