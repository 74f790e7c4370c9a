// The verbs that bind: offers and their answers, determinations, grants, rights.
#include "wire/encoder.h"
#include "wire/terms_codec.h"
#include "wire/verbs_codec.h"

namespace entente::wire {

void write(const entente::Offer& from, Offer::Builder to) {
  if (!from.terms.empty()) write_structs(from.terms, to.initTerms(count(from.terms)));
  to.setValidUntilMs(from.valid_until_ms);
  to.setInventoryUntilMs(from.inventory_until_ms);
  if (!from.replaces.is_zero()) to.setReplaces(raw(from.replaces));
  if (!from.answers.is_zero()) to.setAnswers(raw(from.answers));
  if (!from.supersedes.empty()) {
    write_data(from.supersedes, to.initSupersedes(count(from.supersedes)));
  }
  if (!from.waives.empty()) write_texts(from.waives, to.initWaives(count(from.waives)));
  if (!from.lapse_if.empty()) to.setLapseIf(words(from.lapse_if));
  to.setTollMaxMs(from.toll_max_ms);
  if (!from.approval.empty()) to.setApproval(raw(from.approval));
}

namespace {

void check_terms(const entente::Offer& offer, Decoder& in) {
  in.require(std::ranges::any_of(offer.terms, [](const auto& term) { return !term.standby; }),
             ErrorCode::invalid_terms, "an offer of nothing");
  for (const entente::Term& term : offer.terms) {
    in.require(!term.claims.empty(), ErrorCode::invalid_terms, "a term that answers no claim");
  }
  in.require_unique(
      offer.supersedes, [](const auto& id) { return id; }, ErrorCode::invalid_terms,
      "supersedes one agreement twice");
}

}  // namespace

void read(Offer::Reader from, entente::Offer& to, Decoder& in) {
  to.terms = read_terms(from.getTerms(), Place::offer, in);
  to.valid_until_ms = in.required_instant(from.getValidUntilMs(), "valid_until");
  to.inventory_until_ms = in.instant(from.getInventoryUntilMs(), "inventory_until");
  to.replaces = in.find_digest(from.getReplaces(), "replaces");
  to.answers = in.find_digest(from.getAnswers(), "answers");
  to.supersedes = in.digests(from.getSupersedes(), "supersedes");
  to.waives = in.codes(from.getWaives(), "waives");
  to.lapse_if = in.find_code(from.getLapseIf(), "lapse_if");
  to.toll_max_ms = in.instant(from.getTollMaxMs(), "toll_max");
  to.approval = in.data(from.getApproval(), limits::envelope_bytes_max, "approval");
  check_terms(to, in);
}

void write(const entente::Accept& from, Accept::Builder to) {
  if (!from.offer.is_zero()) to.setOffer(raw(from.offer));
  if (!from.approval.empty()) to.setApproval(raw(from.approval));
}

void read(Accept::Reader from, entente::Accept& to, Decoder& in) {
  to.offer = in.digest(from.getOffer(), "accept.offer");
  to.approval = in.data(from.getApproval(), limits::envelope_bytes_max, "approval");
}

void write(const entente::Decline& from, Decline::Builder to) {
  if (!from.offer.is_zero()) to.setOffer(raw(from.offer));
  if (!from.reason.empty()) to.setReason(words(from.reason));
}

void read(Decline::Reader from, entente::Decline& to, Decoder& in) {
  to.offer = in.digest(from.getOffer(), "decline.offer");
  to.reason = in.code(from.getReason(), "decline.reason");
}

void write(const entente::Retract& from, Retract::Builder to) {
  if (!from.offer.is_zero()) to.setOffer(raw(from.offer));
}

void read(Retract::Reader from, entente::Retract& to, Decoder& in) {
  to.offer = in.digest(from.getOffer(), "retract.offer");
}

void write(const entente::Determine& from, Determine::Builder to) {
  to.setClaim(from.claim);
  to.setResult(enumerant<Determine::Result>(from.result));
  if (!from.reason.empty()) to.setReason(words(from.reason));
  if (!from.facts.empty()) write_texts(from.facts, to.initFacts(count(from.facts)));
  if (!from.basis.empty()) to.setBasis(words(from.basis));
  to.setContestUntilMs(from.contest_until_ms);
  if (from.adr != entente::Adr{}) write(from.adr, to.initAdr());
  to.setText(from.text);
  to.setAfterContest(from.after_contest);
}

void read(Determine::Reader from, entente::Determine& to, Decoder& in) {
  to.claim = in.id(from.getClaim(), "determine.claim");
  to.result = in.enumerator(from.getResult(), entente::Determine::Verdict::partial);
  to.reason = in.code(from.getReason(), "determine.reason");
  to.facts = in.codes(from.getFacts(), "determine.facts");
  to.basis = in.find_code(from.getBasis(), "determine.basis");
  to.contest_until_ms = in.instant(from.getContestUntilMs(), "contest_until");
  read(from.getAdr(), to.adr, in);
  to.text = in.find_part(from.getText());
  to.after_contest = from.getAfterContest();
}

void write(const entente::Grant& from, Grant::Builder to) {
  if (!from.terms.empty()) write_structs(from.terms, to.initTerms(count(from.terms)));
}

void read(Grant::Reader from, entente::Grant& to, Decoder& in) {
  to.terms = read_terms(from.getTerms(), Place::offer, in);
  in.require(!to.terms.empty(), ErrorCode::invalid_terms, "grants nothing");
}

namespace {

struct ExerciseWriter {
  Exercise::Builder to;
  void operator()(const Invoke& from) {
    auto invoke = to.initInvoke();
    if (!from.right.empty()) invoke.setRight(words(from.right));
    if (!from.claims.empty()) write_numbers(from.claims, invoke.initClaims(count(from.claims)));
    invoke.setSubject(from.subject);
    if (!from.effective.empty()) invoke.setEffective(words(from.effective));
    invoke.setOffersWanted(from.offers_wanted);
    if (!from.approval.empty()) invoke.setApproval(raw(from.approval));
  }
  void operator()(const Acknowledged& from) {
    auto acknowledged = to.initAcknowledged();
    if (!from.of.is_zero()) acknowledged.setOf(raw(from.of));
    if (!from.right.empty()) acknowledged.setRight(words(from.right));
    acknowledged.setReceivedMs(from.received_ms);
    acknowledged.setAwaitingLinkUntilMs(from.awaiting_link_until_ms);
    if (!from.duties.empty()) {
      write_structs(from.duties, acknowledged.initDuties(count(from.duties)));
    }
  }
};

}  // namespace

void write(const entente::Exercise& from, Exercise::Builder to) {
  std::visit(ExerciseWriter{to}, from.act);
}

Invoke read_invoke(Exercise::Invoke::Reader from, Decoder& in) {
  Invoke to;
  to.right = in.code(from.getRight(), "right");
  to.claims = in.ids(from.getClaims(), "claims of a right");
  to.subject = in.find_part(from.getSubject());
  to.effective = in.find_code(from.getEffective(), "effective");
  to.offers_wanted = from.getOffersWanted();
  to.approval = in.data(from.getApproval(), limits::envelope_bytes_max, "approval");
  return to;
}

Acknowledged read_acknowledged(Exercise::Acknowledged::Reader from, Decoder& in) {
  Acknowledged to;
  to.of = in.digest(from.getOf(), "acknowledged.of");
  to.right = in.code(from.getRight(), "right");
  to.received_ms = in.required_instant(from.getReceivedMs(), "received");
  to.awaiting_link_until_ms = in.instant(from.getAwaitingLinkUntilMs(), "awaiting_link_until");
  to.duties = read_terms(from.getDuties(), Place::duty, in);
  return to;
}

void read(Exercise::Reader from, entente::Exercise& to, Decoder& in) {
  switch (from.which()) {
    case Exercise::UNSET:
      return in.unset_union("exercise");
    case Exercise::INVOKE:
      to.act = read_invoke(from.getInvoke(), in);
      return;
    case Exercise::ACKNOWLEDGED:
      to.act = read_acknowledged(from.getAcknowledged(), in);
      return;
  }
  in.unknown_union("exercise");
}

}  // namespace entente::wire
