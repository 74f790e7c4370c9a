#include "lines.h"

namespace entente::tests {

Claim claim(std::uint16_t id) {
  Claim made;
  made.claim_id = id;
  made.category = "contract";
  made.code = "price_change";
  made.basis = Basis::contract;
  return made;
}

Open open_claims() {
  Open made;
  made.claims = {claim(1), claim(2), claim(3)};
  made.jurisdiction = "es";
  made.language = "en";
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

}  // namespace entente::tests
