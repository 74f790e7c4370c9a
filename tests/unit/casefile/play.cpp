#include "play.h"

#include <entente/casefile/summary.h>

#include "catch.h"

namespace entente::tests {

Casting& cast() {
  static Casting shared;
  return shared;
}

Play::Play() {
  Open open;
  open.claims = {claim(1), claim(2), claim(3)};
  open.jurisdiction = "es";
  open.language = "en";
  consumer(open);
  REQUIRE(outcome == Outcome::binding());
}

MessageId Play::say(const Said& said) {
  now_ms += 1000;
  Said with_part = said;
  if (with_part.parts.empty()) with_part.parts = {part()};
  const auto message = cast().say(casefile, with_part, now_ms);
  const std::string before = describe(casefile);
  const Outcome foreseen = casefile.judge(message, now_ms);
  REQUIRE(describe(casefile) == before);
  const std::uint64_t position = casefile.next_position();
  outcome = casefile.admit(message, now_ms);
  REQUIRE(outcome == foreseen);
  const bool admitted = outcome.effect != Effect::refused;
  REQUIRE(casefile.next_position() == position + (admitted ? 1 : 0));
  REQUIRE((casefile.find_message(message.id()) != nullptr) == admitted);
  return message.id();
}

MessageId Play::consumer(Body body) { return say({.body = std::move(body)}); }
MessageId Play::brand(Body body) {
  return say({.party = Party::brand, .actor = Actor::rules, .body = std::move(body)});
}
MessageId Play::person(Body body) {
  return say({.party = Party::brand, .actor = Actor::person, .body = std::move(body)});
}
MessageId Play::consumer_unseen(Body body, const MessageId& prev) {
  return say({.body = std::move(body), .prev = prev});
}

std::string Play::status(const MessageId& offer) const {
  return std::string(name(casefile.offers().at(offer).status));
}
std::string Play::stage() const {
  return std::string(casefile.handoff() ? name(casefile.handoff()->stage) : "none");
}

Claim claim(std::uint16_t id) {
  Claim made;
  made.claim_id = id;
  made.category = "contract";
  made.code = "price_change";
  made.basis = Basis::contract;
  return made;
}

Term term(std::uint16_t id, std::vector<std::uint16_t> claims, Ground ground, std::string purpose) {
  Term made;
  made.id = id;
  made.claims = std::move(claims);
  made.ground = ground;
  if (ground == Ground::entitlement) made.basis = "contract";
  made.due.n = 1;
  made.due.unit = Due::Unit::days;
  made.purpose = std::move(purpose);
  made.shape = Credit{{"EUR", 500, 2}, play_start_ms + 400 * day_ms};
  return made;
}

Offer propose(std::vector<std::uint16_t> claims, Ground ground) {
  Offer made;
  made.terms = {term(1, std::move(claims), ground)};
  made.valid_until_ms = play_start_ms + 365 * day_ms;
  return made;
}

Accept accept(const MessageId& offer) { return {offer, {}}; }

Perform perform(const MessageId& source, Performed::State state, std::uint16_t term) {
  Performed item;
  item.term = term;
  item.state = state;
  return {source, {item}};
}

Close close_for(std::int64_t now_ms) {
  return {CloseProposed{"deadlock", now_ms + 14 * day_ms, now_ms + 90 * day_ms}};
}
Close close_final(const MessageId& of) { return {CloseFinal{of, {}}}; }

Exercise invoke(std::string right, std::vector<std::uint16_t> claims) {
  Invoke act;
  act.right = std::move(right);
  act.claims = std::move(claims);
  act.effective = "at_once";
  return {act};
}

Handoff ask_person(HandoffRequest::Present present) {
  HandoffRequest request;
  request.reason = "consumer_asked";
  request.principal_present = present;
  request.channels = {"case"};
  request.language = "en";
  return {Digest{}, request};
}

Handoff move(const MessageId& hid, HandoffAct act) { return {hid, std::move(act)}; }

Determine determine(std::uint16_t claim, Determine::Verdict verdict) {
  Determine made;
  made.claim = claim;
  made.result = verdict;
  made.reason = "not_owed";
  made.basis = "contract";
  made.contest_until_ms = play_start_ms + 30 * day_ms;
  return made;
}

Inform inform() { return {}; }

PartRef part() {
  PartRef made;
  made.digest.bytes[0] = 7;
  made.media_type = "text/plain";
  made.bytes = 3;
  made.part_class = PartClass::reference;
  return made;
}

void check(const Play& play, std::string_view outcome) { CHECK(describe(play.outcome) == outcome); }

std::int64_t clock_at(const Case& casefile, std::string_view kind) {
  for (const CaseClock& each : casefile.clocks()) {
    if (each.kind == kind) return each.at_ms;
  }
  return 0;
}

MessageId agree(Play& play) { return agree(play, propose({1})); }

MessageId agree(Play& play, Offer offer) {
  const auto agreed = play.consumer(accept(play.brand(std::move(offer))));
  REQUIRE(play.outcome == Outcome::binding());
  return agreed;
}

}  // namespace entente::tests
