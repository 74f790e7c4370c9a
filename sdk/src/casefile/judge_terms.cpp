#include <algorithm>

#include "core/overloaded.h"
#include "state.h"

namespace entente {
namespace {

using Code = ErrorCode;

constexpr Outcome ok = Outcome::binding();
constexpr Outcome refuse(Code code) { return Outcome::refused(code); }

// One question each; the caller keeps the state, the message and the instant in one place.
class References {
 public:
  References(const CaseState& state, const Authorised<Message>& message, std::int64_t now_ms)
      : state_(state), message_(message), party_(message->author.party), now_ms_(now_ms) {}

  Outcome operator()(const Open&) const { return ok; }
  Outcome operator()(const Link&) const { return ok; }
  Outcome operator()(const Notice&) const { return ok; }
  Outcome operator()(const Leave&) const { return ok; }
  Outcome operator()(const Revoke&) const { return ok; }

  Outcome operator()(const Inform& inform) const {
    if (!inform.claims.empty() && party_ == Party::brand) return refuse(Code::author_forbidden);
    std::vector<std::uint16_t> added;
    for (const Claim& claim : inform.claims) {
      const bool used = state_.claims.contains(claim.claim_id) || has(added, claim.claim_id);
      if (used || claim.claim_id == 0) return refuse(Code::out_of_range);
      added.push_back(claim.claim_id);
    }
    return check_answers(inform);
  }

  Outcome operator()(const Ask& ask) const {
    for (auto question = ask.questions.begin(); question != ask.questions.end(); ++question) {
      if (question->id == 0) return refuse(Code::out_of_range);
      const bool again = party_ == Party::brand &&
                         std::any_of(ask.questions.begin(), question, [&](const Question& earlier) {
                           return earlier.topic == question->topic;
                         });
      if (!again && !asked_before(*question)) continue;
      return party_ == Party::brand ? refuse(Code::already_answered)
                                    : Outcome::none(Code::already_answered);
    }
    return ok;
  }

  Outcome operator()(const Offer& offer) const {
    const Outcome terms = check_terms(offer.terms, true);
    if (terms != ok) return terms;
    if (offer.valid_until_ms <= now_ms_) return refuse(Code::out_of_range);
    if (!offer.answers.is_zero() && !names_offer_of(offer.answers, other(party_))) {
      return refuse(Code::unknown_reference);
    }
    if (!offer.replaces.is_zero() && !names_offer_of(offer.replaces, party_)) {
      return refuse(Code::unknown_reference);
    }
    for (const Digest& each : offer.supersedes) {
      const auto binding = state_.bindings.find(each);
      if (binding == state_.bindings.end() || binding->second.kind != Binding::Kind::agreement) {
        return refuse(Code::unknown_reference);
      }
    }
    return ok;
  }

  Outcome operator()(const Accept& accept) const {
    const Outcome named = check_offer(accept.offer, other(party_));
    if (named != ok || party_ != Party::brand || !state_.person_joined()) return named;
    // A person speaks for the brand: only what the principal signed binds the consumer.
    const bool approved = state_.offers.at(accept.offer).message.approved();
    return approved ? ok : refuse(Code::approval_missing);
  }
  Outcome operator()(const Decline& decline) const {
    return check_offer(decline.offer, other(party_));
  }
  Outcome operator()(const Retract& retract) const { return check_offer(retract.offer, party_); }

  Outcome operator()(const Determine& determine) const {
    return state_.claims.contains(determine.claim) ? ok : refuse(Code::unknown_claim);
  }

  Outcome operator()(const Grant& grant) const {
    const Outcome terms = check_terms(grant.terms, false);
    if (terms != ok) return terms;
    return std::ranges::all_of(grant.terms, only_gives) ? ok : refuse(Code::invalid_terms);
  }

  Outcome operator()(const Exercise& exercise) const {
    return std::visit(Overloaded{[&](const Invoke& act) { return check_invoke(act); },
                                 [&](const Acknowledged& act) { return check_duties(act); }},
                      exercise.act);
  }

  Outcome operator()(const Perform& perform) const {
    const Binding* binding = find_binding(perform.source);
    if (!binding) return refuse(Code::unknown_reference);
    if (perform.items.empty()) return refuse(Code::invalid_terms);
    for (const Performed& item : perform.items) {
      const Outcome each = check_performed(*binding, item);
      if (each != ok) return each;
    }
    return ok;
  }

  Outcome operator()(const Confirm& confirm) const {
    return check_received(confirm.source, confirm.terms);
  }
  Outcome operator()(const Dispute& dispute) const {
    const Outcome received = check_received(dispute.source, dispute.terms);
    if (received != ok || !gave_way(state_, *find_binding(dispute.source))) return received;
    return party_ == Party::brand ? refuse(Code::agreement_stands)
                                  : Outcome::none(Code::agreement_stands);
  }

  // A consumer's handoff is never refused: what does not fit is on record without effect.
  Outcome operator()(const Handoff& handoff) const {
    const bool consumers = party_ == Party::consumer;
    if (std::holds_alternative<HandoffRequest>(handoff.act)) {
      const HandoffState* ticket = state_.handoff();
      const bool again = !consumers && ticket != nullptr && is_live(ticket->stage);
      return again ? Outcome::refused(ErrorCode::ticket_live) : ok;
    }
    const Outcome outcome = check_step(handoff);
    if (outcome == ok || !consumers) return outcome;
    return Outcome::none(outcome.code);
  }

  Outcome operator()(const Close& close) const {
    return std::visit(
        Overloaded{[&](const CloseProposed& proposed) {
                     const bool in_time = proposed.contest_until_ms > now_ms_ &&
                                          proposed.reopen_until_ms >= proposed.contest_until_ms;
                     return in_time ? ok : refuse(Code::out_of_range);
                   },
                   [&](const CloseFinal& final) {
                     // Who has not seen the head, or comes after the end, hears that from the
                     // tables.
                     const bool crossed =
                         state_.head() != message_->prev || state_.phase == Phase::closed;
                     const bool confirms = std::ranges::all_of(
                         final.confirms, [&](const Digest& each) { return find_binding(each); });
                     const bool stands = state_.close.proposal == final.of;
                     return crossed || (stands && confirms) ? ok : refuse(Code::unknown_reference);
                   }},
        close.step);
  }

 private:
  const Binding* find_binding(const Digest& source) const {
    const auto found = state_.bindings.find(source);
    return found == state_.bindings.end() ? nullptr : &found->second;
  }

  bool names_offer_of(const Digest& id, Party party) const {
    const auto found = state_.offers.find(id);
    return found != state_.offers.end() && found->second.by == party;
  }

  Outcome check_offer(const Digest& id, Party by) const {
    const auto found = state_.offers.find(id);
    if (found == state_.offers.end()) return refuse(Code::unknown_reference);
    return found->second.by == by ? ok : refuse(Code::author_forbidden);
  }

  Outcome check_answers(const Inform& inform) const {
    if (inform.answers.empty()) return ok;
    bool any_open = false;
    for (const Answer& answer : inform.answers) {
      const auto question = state_.questions.find({other(party_), answer.question});
      if (question == state_.questions.end()) return refuse(Code::unknown_reference);
      any_open = any_open || !question->second.answered_by;
    }
    const bool says_more = !inform.claims.empty() || inform.text != no_part;
    return any_open || says_more ? ok : Outcome::none(Code::already_answered);
  }

  bool asked_before(const Question& question) const {
    if (state_.questions.contains({party_, question.id})) return true;
    return party_ == Party::brand && std::ranges::any_of(state_.questions, [&](const auto& each) {
             return each.first.first == party_ && each.second.question.topic == question.topic;
           });
  }

  Outcome check_terms(const std::vector<Term>& terms, bool needs_claims) const {
    if (terms.empty()) return refuse(Code::invalid_terms);
    std::vector<std::uint16_t> ids;
    for (const Term& term : terms) {
      if (term.id == 0 || has(ids, term.id)) return refuse(Code::invalid_terms);
      ids.push_back(term.id);
      if (needs_claims && term.claims.empty()) return refuse(Code::invalid_terms);
      for (const std::uint16_t claim : term.claims) {
        if (!state_.claims.contains(claim)) return refuse(Code::unknown_claim);
      }
    }
    return std::ranges::all_of(terms, [&](const Term& each) { return fails_to(each, terms); })
               ? ok
               : refuse(Code::invalid_terms);
  }

  // The failure remedy is a person or a standby term of the same list, and not the term itself.
  static bool fails_to(const Term& term, const std::vector<Term>& terms) {
    const auto* next = std::get_if<ToTerm>(&term.on_failure);
    if (!next) return true;
    const auto found = std::ranges::find(terms, next->term, &Term::id);
    return found != terms.end() && found->standby && found->id != term.id;
  }

  static bool only_gives(const Term& term) {
    if (term.obligor != Party::brand || term.standby) return false;
    if (!std::holds_alternative<NoCondition>(term.condition)) return false;
    if (std::holds_alternative<Payment>(term.shape)) return false;
    const auto* change = std::get_if<OrderChange>(&term.shape);
    return !change || !change->settlement ||
           change->settlement->direction != Settlement::Direction::pays;
  }

  Outcome check_invoke(const Invoke& invoke) const {
    const bool known = std::ranges::all_of(
        invoke.claims, [&](std::uint16_t claim) { return state_.claims.contains(claim); });
    // Never refused: a right that names a claim wrongly is dated, and a person sorts it out.
    return known ? ok : Outcome::none(Code::unknown_claim);
  }

  Outcome check_duties(const Acknowledged& acknowledged) const {
    const auto position = state_.positions.find(acknowledged.of);
    if (position == state_.positions.end()) return refuse(Code::unknown_reference);
    const auto* exercise = std::get_if<Exercise>(&state_.messages[position->second]->body);
    const auto* invoke = exercise ? std::get_if<Invoke>(&exercise->act) : nullptr;
    if (!invoke) return refuse(Code::unknown_reference);
    if (state_.bindings.contains(acknowledged.of)) return refuse(Code::already_answered);
    if (invoke->right != acknowledged.right) return refuse(Code::invalid_terms);
    if (acknowledged.duties.empty()) return ok;
    const Outcome terms = check_terms(acknowledged.duties, false);
    if (terms != ok) return terms;
    const bool brands = std::ranges::all_of(
        acknowledged.duties, [](const Term& each) { return each.obligor == Party::brand; });
    return brands ? ok : refuse(Code::invalid_terms);
  }

  Outcome check_performed(const Binding& binding, const Performed& item) const {
    const TermState* term = binding.find_term(item.term);
    if (!term) return refuse(Code::unknown_reference);
    if (item.state == Performed::State::unset) return refuse(Code::unset_value);
    const Party obligor = term->term.obligor;
    if (item.of_condition) {
      if (std::holds_alternative<NoCondition>(term->term.condition)) {
        return refuse(Code::invalid_terms);
      }
      return party_ == other(obligor) ? ok : refuse(Code::author_forbidden);
    }
    if (party_ != obligor) return refuse(Code::author_forbidden);
    if (!term->active) return refuse(Code::invalid_terms);
    const bool goes_on =
        item.state != Performed::State::done && item.state != Performed::State::failed;
    if (goes_on && term->state == Performed::State::failed && gave_way(state_, binding)) {
      return refuse(Code::agreement_stands);
    }
    // Until the link and the approval that a right needs, only a person may go ahead.
    if (message_->author.actor == Actor::person) return ok;
    if (binding.awaiting_link_until_ms != 0) return refuse(Code::assurance_too_low);
    return binding.awaiting_approval ? refuse(Code::approval_missing) : ok;
  }

  Outcome check_received(const Digest& source, const std::vector<std::uint16_t>& terms) const {
    const Binding* binding = find_binding(source);
    if (!binding) return refuse(Code::unknown_reference);
    if (terms.empty()) return refuse(Code::invalid_terms);
    for (const std::uint16_t id : terms) {
      const TermState* term = binding->find_term(id);
      if (!term) return refuse(Code::unknown_reference);
      if (term->term.obligor == party_) return refuse(Code::author_forbidden);
    }
    return ok;
  }

  Outcome check_step(const Handoff& handoff) const {
    const HandoffState* ticket = state_.handoff();
    if (!ticket || ticket->hid != handoff.hid) return refuse(Code::unknown_reference);
    if (message_.lapsed()) return refuse(Code::mandate_revoked);
    const bool person = message_->author.actor == Actor::person;
    const bool consumers = party_ == Party::consumer;
    const auto who = consumers
                         ? (person ? HandoffSpeaker::consumer_person : HandoffSpeaker::consumer)
                         : (person ? HandoffSpeaker::brand_person : HandoffSpeaker::brand);
    const auto next = step(*ticket, handoff.act, who, now_ms_);
    return next ? ok : refuse(next.error().code);
  }

  const CaseState& state_;
  const Authorised<Message>& message_;
  Party party_;
  std::int64_t now_ms_;
};

}  // namespace

Outcome check_references(const CaseState& state, const Authorised<Message>& message,
                         std::int64_t now_ms) {
  return std::visit(References(state, message, now_ms), message->body);
}

}  // namespace entente
