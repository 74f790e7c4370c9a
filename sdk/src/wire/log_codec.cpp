// Log leaves and the records behind them. Records are our own words about our own back office, so
// their texts are bounded and nothing more.
#include <entente/wire/retention.h>
#include <log.capnp.h>

#include "wire/canonical.h"
#include "wire/encoder.h"
#include "wire/shapes_codec.h"

namespace entente::wire {
namespace {

std::string record_text(capnp::Text::Reader from, Decoder& in) {
  return in.raw_text(from, limits::record_text_bytes_max, "text of a record");
}

struct ScalarWriter {
  Facts::Fact::Builder to;
  void operator()(const Unknown&) { to.setUnknown(); }
  void operator()(const CodeFact& from) { to.setCode(words(from.code)); }
  void operator()(bool from) { to.setBool(from); }
  void operator()(const CountFact& from) { to.setCount(from.count); }
  void operator()(const entente::Money& from) { write(from, to.initMoney()); }
  void operator()(const DurationFact& from) { to.setDurationMs(from.ms); }
  void operator()(const InstantFact& from) { to.setInstantMs(from.at_ms); }
  void operator()(const RefFact& from) { to.setRef(words(from.ref)); }
};

Scalar read_scalar(Facts::Fact::Reader from, Decoder& in) {
  switch (from.which()) {
    case Facts::Fact::UNSET:
      in.unset_union("fact");
      return {};
    case Facts::Fact::UNKNOWN:
      return Unknown{};
    case Facts::Fact::CODE:
      return CodeFact{record_text(from.getCode(), in)};
    case Facts::Fact::BOOL:
      return from.getBool();
    case Facts::Fact::COUNT:
      return CountFact{in.integer(from.getCount(), "count")};
    case Facts::Fact::MONEY: {
      entente::Money money;
      read_balance(from.getMoney(), money, in);
      return money;
    }
    case Facts::Fact::DURATION_MS:
      return DurationFact{in.integer(from.getDurationMs(), "duration")};
    case Facts::Fact::INSTANT_MS:
      return InstantFact{in.integer(from.getInstantMs(), "instant")};
    case Facts::Fact::REF:
      return RefFact{record_text(from.getRef(), in)};
    case Facts::Fact::ROWS:
      in.complain(ErrorCode::malformed, "rows within a row");
      return {};
  }
  in.unknown_union("fact");
  return {};
}

void write(const Rows& from, capnp::List<Facts::Row>::Builder to) {
  for (std::size_t i = 0; i < from.list.size(); ++i) {
    const auto& fields = from.list[i].fields;
    if (fields.empty()) continue;
    auto out = to[static_cast<unsigned>(i)].initFields(count(fields));
    for (std::size_t j = 0; j < fields.size(); ++j) {
      auto field = out[static_cast<unsigned>(j)];
      if (!fields[j].name.empty()) field.setName(words(fields[j].name));
      std::visit(ScalarWriter{field}, fields[j].value);
    }
  }
}

Rows read_rows(capnp::List<Facts::Row>::Reader from, Decoder& in) {
  return {in.list(from, limits::record_items_max, [&](auto row) {
    return Row{in.list(row.getFields(), limits::list_items_max, [&](auto field) {
      return Field{record_text(field.getName(), in), read_scalar(field, in)};
    })};
  })};
}

void write(const Fact& from, Facts::Fact::Builder to) {
  if (!from.name.empty()) to.setName(words(from.name));
  if (const auto* rows = std::get_if<Rows>(&from.value)) {
    write(*rows, to.initRows(count(rows->list)));
  } else {
    std::visit(ScalarWriter{to}, std::get<Scalar>(from.value));
  }
}

Fact read_fact(Facts::Fact::Reader from, Decoder& in) {
  Fact to;
  to.name = record_text(from.getName(), in);
  if (from.isRows()) {
    to.value = read_rows(from.getRows(), in);
  } else {
    to.value = read_scalar(from, in);
  }
  return to;
}

}  // namespace

void write(const entente::LogEntry& from, LogEntry::Builder to) {
  to.setKind(enumerant<LogEntry::Kind>(from.kind));
  to.setTimeMs(from.time_ms);
  if (!from.blind_case.is_zero()) to.setBlindCase(raw(from.blind_case));
  to.setPosition(from.position);
  to.setDirection(enumerant<LogEntry::Direction>(from.direction));
  if (!from.commit.is_zero()) to.setCommit(raw(from.commit));
  if (!from.parts_received.empty()) {
    write_data(from.parts_received, to.initPartsReceived(count(from.parts_received)));
  }
  if (!from.prev_leaf.is_zero()) to.setPrevLeaf(raw(from.prev_leaf));
  if (!from.effect.empty()) to.setEffect(words(from.effect));
  if (!from.engine.empty()) to.setEngine(words(from.engine));
}

void read(LogEntry::Reader from, entente::LogEntry& to, Decoder& in) {
  to.kind = in.enumerator(from.getKind(), EntryKind::restore);
  to.time_ms = in.integer(from.getTimeMs(), "entry.time");
  to.blind_case = in.find_digest(from.getBlindCase(), "entry.blind_case");
  to.position = in.count(from.getPosition(), "entry.position");
  to.direction = in.enumerator(from.getDirection(), Direction::own);
  to.commit = in.digest(from.getCommit(), "entry.commit");
  to.parts_received = in.digests(from.getPartsReceived(), "entry.parts_received");
  to.prev_leaf = in.find_digest(from.getPrevLeaf(), "entry.prev_leaf");
  to.effect = in.find_code(from.getEffect(), "entry.effect");
  to.engine = in.text(from.getEngine(), "entry.engine");
}

void write(const entente::Facts& from, Facts::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  to.setClaim(from.claim);
  to.setAtMs(from.at_ms);
  if (from.facts.empty()) return;
  auto facts = to.initFacts(count(from.facts));
  for (std::size_t i = 0; i < from.facts.size(); ++i) {
    write(from.facts[i], facts[static_cast<unsigned>(i)]);
  }
}

void read(Facts::Reader from, entente::Facts& to, Decoder& in) {
  to.case_id = in.find_digest(from.getCaseId(), "facts.case_id");
  to.claim = from.getClaim();
  to.at_ms = in.integer(from.getAtMs(), "facts.at");
  to.facts = in.list(from.getFacts(), limits::record_items_max,
                     [&](auto item) { return read_fact(item, in); });
}

void write(const DecisionRecord& from, Decision::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (!from.trigger.is_zero()) to.setTrigger(raw(from.trigger));
  if (!from.policy.is_zero()) to.setPolicy(raw(from.policy));
  to.setFactsEntry(from.facts_entry);
  to.setClaim(from.claim);
  if (!from.rule.empty()) to.setRule(words(from.rule));
  if (!from.answer.is_zero()) to.setAnswer(raw(from.answer));
  if (!from.code.empty()) to.setCode(words(from.code));
  to.setDecider(enumerant<Actor>(from.decider));
  to.setAtMs(from.at_ms);
}

void read(Decision::Reader from, DecisionRecord& to, Decoder& in) {
  to.case_id = in.find_digest(from.getCaseId(), "decision.case_id");
  to.trigger = in.find_digest(from.getTrigger(), "decision.trigger");
  to.policy = in.find_digest(from.getPolicy(), "decision.policy");
  to.facts_entry = in.count(from.getFactsEntry(), "decision.facts_entry");
  to.claim = from.getClaim();
  to.rule = record_text(from.getRule(), in);
  to.answer = in.find_digest(from.getAnswer(), "decision.answer");
  to.code = record_text(from.getCode(), in);
  to.decider = in.enumerator(from.getDecider(), entente::Actor::rules);
  to.at_ms = in.integer(from.getAtMs(), "decision.at");
}

void write(const PerformanceRecord& from, Performance::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (!from.key.is_zero()) to.setKey(raw(from.key));
  if (!from.source.is_zero()) to.setSource(raw(from.source));
  to.setTerm(from.term);
  to.setState(enumerant<Perform::State>(from.state));
  if (!from.reference.empty()) to.setReference(words(from.reference));
  if (!from.code.empty()) to.setCode(words(from.code));
  to.setLookups(from.lookups);
}

void read(Performance::Reader from, PerformanceRecord& to, Decoder& in) {
  to.case_id = in.find_digest(from.getCaseId(), "performance.case_id");
  to.key = in.digest(from.getKey(), "performance.key");
  to.source = in.digest(from.getSource(), "performance.source");
  to.term = in.id(from.getTerm(), "performance.term");
  to.state = in.find_enumerator(from.getState(), Performed::State::unknown);
  to.reference = record_text(from.getReference(), in);
  to.code = record_text(from.getCode(), in);
  to.lookups = from.getLookups();
}

void write(const HandoffClockRecord& from, HandoffClock::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (!from.hid.is_zero()) to.setHid(raw(from.hid));
  if (!from.event.empty()) to.setEvent(words(from.event));
  if (!from.operator_ref.empty()) to.setOperatorRef(words(from.operator_ref));
  if (!from.digest.is_zero()) to.setDigest(raw(from.digest));
  to.setAtMs(from.at_ms);
}

void read(HandoffClock::Reader from, HandoffClockRecord& to, Decoder& in) {
  to.case_id = in.find_digest(from.getCaseId(), "handoff_clock.case_id");
  to.hid = in.find_digest(from.getHid(), "handoff_clock.hid");
  to.event = in.code(from.getEvent(), "handoff_clock.event");
  to.operator_ref = record_text(from.getOperatorRef(), in);
  to.digest = in.find_digest(from.getDigest(), "handoff_clock.digest");
  to.at_ms = in.integer(from.getAtMs(), "handoff_clock.at");
}

void write(const FreezeRecord& from, Freeze::Builder to) {
  to.setFrozen(from.frozen);
  if (!from.order.is_zero()) to.setOrder(raw(from.order));
  if (!from.by.empty()) to.setBy(words(from.by));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  to.setAtMs(from.at_ms);
}

void read(Freeze::Reader from, FreezeRecord& to, Decoder& in) {
  to.frozen = from.getFrozen();
  to.order = in.digest(from.getOrder(), "freeze.order");
  to.by = record_text(from.getBy(), in);
  to.reason = record_text(from.getReason(), in);
  to.at_ms = in.integer(from.getAtMs(), "freeze.at");
}

void write(const ErasureRecord& from, Erasure::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (!from.classes.empty()) write_texts(from.classes, to.initClasses(count(from.classes)));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  if (!from.authority.empty()) to.setAuthority(words(from.authority));
  to.setAtMs(from.at_ms);
  to.setEffectiveMs(from.effective_ms);
}

void read(Erasure::Reader from, ErasureRecord& to, Decoder& in) {
  to.case_id = in.digest(from.getCaseId(), "erasure.case_id");
  to.classes = in.list(from.getClasses(), erased_classes_max,
                       [&](auto item) { return in.code(item, "erasure.class"); });
  to.reason = in.code(from.getReason(), "erasure.reason");
  to.authority = record_text(from.getAuthority(), in);
  to.at_ms = in.integer(from.getAtMs(), "erasure.at");
  to.effective_ms = in.integer(from.getEffectiveMs(), "erasure.effective");
}

void write(const HoldRecord& from, LegalHold::Builder to) {
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  if (!from.hold.is_zero()) to.setHold(raw(from.hold));
  to.setEnded(from.ended);
  to.setUntilMs(from.until_ms);
  if (!from.reason.empty()) to.setReason(words(from.reason));
  if (!from.by.empty()) to.setBy(words(from.by));
  to.setAtMs(from.at_ms);
}

void read(LegalHold::Reader from, HoldRecord& to, Decoder& in) {
  to.case_id = in.digest(from.getCaseId(), "hold.case_id");
  to.hold = in.digest(from.getHold(), "hold.hold");
  to.ended = from.getEnded();
  to.until_ms = in.integer(from.getUntilMs(), "hold.until");
  to.reason = in.code(from.getReason(), "hold.reason");
  to.by = record_text(from.getBy(), in);
  to.at_ms = in.integer(from.getAtMs(), "hold.at");
}

void write(const CheckpointSeenRecord& from, CheckpointSeen::Builder to) {
  if (!from.note.empty()) to.setNote(words(from.note));
  if (!from.consistency.empty()) {
    write_data(from.consistency, to.initConsistency(count(from.consistency)));
  }
  to.setFromSize(from.from_size);
}

void read(CheckpointSeen::Reader from, CheckpointSeenRecord& to, Decoder& in) {
  to.note = in.raw_text(from.getNote(), limits::note_bytes_max, "note");
  to.consistency = in.list(from.getConsistency(), limits::proof_hashes_max,
                           [&](auto item) { return in.digest(item, "consistency"); });
  to.from_size = in.count(from.getFromSize(), "from_size");
}

}  // namespace entente::wire

namespace entente {
ENTENTE_CODEC(LogEntry, LogEntry, limits::leaf_bytes_max)
ENTENTE_CODEC(Facts, Facts, limits::record_bytes_max)
ENTENTE_CODEC(DecisionRecord, Decision, limits::record_bytes_max)
ENTENTE_CODEC(PerformanceRecord, Performance, limits::record_bytes_max)
ENTENTE_CODEC(HandoffClockRecord, HandoffClock, limits::record_bytes_max)
ENTENTE_CODEC(FreezeRecord, Freeze, limits::record_bytes_max)
ENTENTE_CODEC(ErasureRecord, Erasure, limits::record_bytes_max)
ENTENTE_CODEC(HoldRecord, LegalHold, limits::record_bytes_max)
ENTENTE_CODEC(CheckpointSeenRecord, CheckpointSeen, limits::record_bytes_max)
}  // namespace entente
