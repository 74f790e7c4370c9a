#include "state.h"

namespace entente {
namespace {

// What no rule of order, size or mandate may shed once its signature is verified.
bool is_protected(const Message& message) {
  if (message.author.party != Party::consumer) return false;
  switch (message.verb()) {
    case Verb::exercise:
    case Verb::handoff:
    case Verb::leave:
    case Verb::revoke:
      return true;
    case Verb::open:
      return std::get<Open>(message.body).handoff.has_value();
    case Verb::link:
    case Verb::inform:
    case Verb::ask:
    case Verb::propose:
    case Verb::accept:
    case Verb::decline:
    case Verb::retract:
    case Verb::determine:
    case Verb::grant:
    case Verb::perform:
    case Verb::confirm:
    case Verb::dispute:
    case Verb::close:
    case Verb::notice:
      return false;
  }
  return false;
}

// A protected act said by the wrong kind of actor is on record without effect; anything else, and
// a step of the other party, is refused.
Outcome check_voice(const Message& message) {
  if (may_say(message.author, message.body)) return Outcome::binding();
  const Voice voice = voice_of(role_of(message.body), message.author.party);
  const bool own_step = voice != Voice::nobody && message.author.actor != Actor::unset;
  return own_step && is_protected(message) ? Outcome::none(ErrorCode::author_forbidden)
                                           : Outcome::refused(ErrorCode::author_forbidden);
}

Outcome check_order(const CaseState& state, const Message& message) {
  if (state.acts.contains({message.author.key, message.act_id})) {
    return Outcome::refused(ErrorCode::act_conflict);
  }
  if (is_protected(message)) return Outcome::binding();
  if (!state.positions.contains(message.prev)) {
    return Outcome::refused(ErrorCode::unknown_prev);
  }
  if (message.author.party == Party::brand && message.prev != state.head()) {
    return Outcome::refused(ErrorCode::stale_head);
  }
  const bool consumers = message.author.party == Party::consumer;
  if (consumers && state.messages.size() >= limits::case_messages_max) {
    return Outcome::refused(ErrorCode::too_large);
  }
  return Outcome::binding();
}

bool has_claims(const Open& open) {
  std::vector<std::uint16_t> seen;
  for (const Claim& claim : open.claims) {
    if (claim.claim_id == 0 || has(seen, claim.claim_id)) return false;
    seen.push_back(claim.claim_id);
  }
  return !seen.empty();
}

Outcome judge_open(const CaseState& state, const Authorised<Message>& message) {
  const auto* open = std::get_if<Open>(&message->body);
  if (!open) return Outcome::refused(ErrorCode::not_found);
  if (state.opened) return Outcome::refused(ErrorCode::wrong_use);
  const Outcome voice = check_voice(*message);
  if (voice.effect != Effect::binding) return voice;
  if (!open->handoff && !has_claims(*open)) return Outcome::refused(ErrorCode::out_of_range);
  return Outcome::binding();
}

}  // namespace

Outcome judge_message(const CaseState& state, const Authorised<Message>& message,
                      std::int64_t now_ms) {
  if (!state.opened || message->verb() == Verb::open) return judge_open(state, message);
  if (message->case_id != state.id) return Outcome::refused(ErrorCode::wrong_use);
  const Outcome order = check_order(state, *message);
  if (order.effect == Effect::refused) return order;
  const Outcome voice = check_voice(*message);
  if (voice.effect != Effect::binding) return voice;
  const Outcome references = check_references(state, message, now_ms);
  if (references.effect == Effect::refused) return references;
  return heavier(references, cross(state, message, now_ms));
}

}  // namespace entente
