#include <entente/protocol/vocabulary.h>

#include <algorithm>

#include "state.h"

namespace entente {
namespace {

std::uint64_t newest_position(const CaseState& state) { return state.messages.size() - 1; }

std::int64_t due_from(const TermState& term, Due::Start start, std::int64_t at_ms) {
  const Due& due = term.term.due;
  if (!term.active) return 0;
  const bool on_condition = due.from == Due::Start::condition || term.term.blocks;
  if (!on_condition) return due_at_ms(due, at_ms);
  // By the date that was agreed, but not before anything could be done.
  return start == Due::Start::condition ? std::max(due_at_ms(due, at_ms), at_ms) : 0;
}

Binding make_binding(const std::vector<Term>& terms, Due::Start start, std::int64_t at_ms) {
  Binding binding;
  binding.at_ms = at_ms;
  for (const Term& term : terms) {
    TermState& added = binding.terms.emplace_back();
    added.term = term;
    added.active = !term.standby;
    added.due_ms = due_from(added, start, at_ms);
  }
  return binding;
}

void supersede(CaseState& state, const Digest& source) {
  const auto found = state.bindings.find(source);
  if (found == state.bindings.end() || found->second.superseded) return;
  found->second.superseded = true;
  for (auto& [id, claim] : state.claims) {
    if (claim.agreement == source) {
      claim.superseded.push_back(source);
      claim.agreement.reset();
    }
  }
}

void bind_claims(CaseState& state, const Binding& agreement) {
  for (const TermState& term : agreement.terms) {
    for (const std::uint16_t id : term.term.claims) {
      ClaimState& claim = state.claims.at(id);
      if (claim.agreement && claim.agreement != agreement.source) {
        claim.superseded.push_back(*claim.agreement);
      }
      claim.agreement = agreement.source;
    }
  }
}

// An unfinished offer on the same claims has nothing left to settle.
void discharge_offers(CaseState& state, const std::vector<Term>& terms, const MessageId& accepted) {
  for (auto& [id, offer] : state.offers) {
    if (id == accepted || !share_claim(offer.offer().terms, terms)) continue;
    end_offer(offer, OfferStatus::ended_by_agreement, newest_position(state));
  }
}

// Terms of an agreement that were not begun end with the contract that a right ends.
void end_terms(CaseState& state, const Invoke& invoke) {
  if (invoke.right != "withdrawal" && invoke.right != "cancellation") return;
  for (auto& [source, binding] : state.bindings) {
    if (binding.kind != Binding::Kind::agreement) continue;
    for (TermState& term : binding.terms) {
      const bool begun = term.state != Performed::State::unset;
      const bool concerned = std::ranges::any_of(
          term.term.claims, [&](std::uint16_t claim) { return has(invoke.claims, claim); });
      if (!begun && concerned) term.ended = true;
    }
  }
}

void call_standby(Binding& binding, const TermState& failed, std::int64_t now_ms) {
  const auto* next = std::get_if<ToTerm>(&failed.term.on_failure);
  if (!next) return;
  for (TermState& term : binding.terms) {
    if (term.term.id != next->term || term.active) continue;
    term.active = true;
    term.due_ms = due_from(term, Due::Start::agreement, now_ms);
  }
}

void report_condition(TermState& term, const Performed& item, std::int64_t now_ms) {
  if (term.condition == Performed::State::done) return;
  term.condition = item.state;
  if (item.state == Performed::State::done && term.due_ms == 0) {
    term.due_ms = due_from(term, Due::Start::condition, now_ms);
  }
}

void report(Binding& binding, TermState& term, const Performed& item, std::int64_t now_ms) {
  // Done is final, unless the other side disputed it.
  if (term.state == Performed::State::done && !term.disputed) return;
  term.state = item.state;
  term.reported_ms = now_ms;
  term.disputed = false;
  term.confirmed = false;
  // The total so far: a later report never takes money back.
  if (item.amount.is_said()) term.amount_done = std::max(term.amount_done, item.amount.amt);
  if (item.reference != no_part) term.reference = item.reference;
  if (item.state == Performed::State::failed) call_standby(binding, term, now_ms);
}

Digest subject_of(const Invoke& invoke, const Message& message) {
  return invoke.subject < message.parts.size() ? message.parts[invoke.subject].digest : Digest{};
}

// Word for word, as the principal reads it: the same right on the same claims and contract.
bool reads_the_same(const ExerciseState& right, const Invoke& invoke, const Message& message) {
  return right.invoke.right == invoke.right && right.invoke.claims == invoke.claims &&
         right.subject == subject_of(invoke, message) &&
         right.invoke.effective == invoke.effective &&
         right.invoke.offers_wanted == invoke.offers_wanted;
}

}  // namespace

void end_offer(OfferState& offer, OfferStatus status, std::uint64_t position) {
  const bool crossed = offer.status == OfferStatus::replaced ||
                       offer.status == OfferStatus::retracted ||
                       offer.status == OfferStatus::lapsed;
  const bool taken =
      crossed && (status == OfferStatus::accepted || status == OfferStatus::declined);
  if (offer.status != OfferStatus::standing && !taken) return;
  offer.status = status;
  offer.ended_at = position;
}

void fold_offer(CaseState& state, const Authorised<Message>& message, std::int64_t) {
  const Offer& offer = std::get<Offer>(message->body);
  OfferState added{message};
  added.by = message->author.party;
  added.position = newest_position(state);
  added.valid_until_ms = offer.valid_until_ms;
  state.offers.emplace(message.id(), std::move(added));
  if (offer.replaces.is_zero()) return;
  end_offer(state.offers.at(offer.replaces), OfferStatus::replaced, newest_position(state));
}

void fold_accept(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms) {
  const Accept& accept = std::get<Accept>(message->body);
  OfferState& accepted = state.offers.at(accept.offer);
  const Offer& offer = accepted.offer();
  for (const Digest& each : offer.supersedes) supersede(state, each);
  Binding agreement = make_binding(offer.terms, Due::Start::agreement, now_ms);
  agreement.kind = Binding::Kind::agreement;
  agreement.by = message->author.party;
  agreement.source = message.id();
  agreement.offer = accept.offer;
  agreement.position = newest_position(state);
  bind_claims(state, agreement);
  end_offer(accepted, OfferStatus::accepted, newest_position(state));
  discharge_offers(state, offer.terms, accept.offer);
  state.bindings.emplace(message.id(), std::move(agreement));
}

void fold_grant(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms) {
  Binding grant = make_binding(std::get<Grant>(message->body).terms, Due::Start::agreement, now_ms);
  grant.kind = Binding::Kind::grant;
  grant.by = message->author.party;
  grant.source = message.id();
  grant.position = newest_position(state);
  state.bindings.emplace(message.id(), std::move(grant));
}

void fold_invoke(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms) {
  const Invoke& invoke = std::get<Invoke>(std::get<Exercise>(message->body).act);
  ExerciseState right;
  right.invoke = invoke;
  right.subject = subject_of(invoke, *message);
  right.position = newest_position(state);
  right.received_ms = now_ms;
  const bool awaits_approval = is_irreversible(invoke.right) && !message.approved();
  right.approved_ms = awaits_approval ? 0 : now_ms;
  state.exercises.emplace(message.id(), std::move(right));
  if (!awaits_approval) end_terms(state, invoke);
  if (!ends_offers(invoke)) return;
  for (auto& [id, offer] : state.offers) {
    if (!share_claim(offer.offer().terms, invoke.claims)) continue;
    end_offer(offer, OfferStatus::ended_by_exercise, newest_position(state));
  }
}

void fold_approval(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms) {
  const Invoke& invoke = std::get<Invoke>(std::get<Exercise>(message->body).act);
  for (auto& [id, right] : state.exercises) {
    if (right.approved_ms != 0 || !reads_the_same(right, invoke, *message)) continue;
    right.approved_ms = now_ms;
    end_terms(state, invoke);
    const auto duties = state.bindings.find(id);
    if (duties != state.bindings.end()) duties->second.awaiting_approval = false;
  }
}

// The clocks of the duties run from the receipt of the right, whenever it was acknowledged.
void fold_acknowledged(CaseState& state, const Authorised<Message>& message, std::int64_t) {
  const Acknowledged& answer = std::get<Acknowledged>(std::get<Exercise>(message->body).act);
  const std::uint64_t received = state.positions.at(answer.of);
  const std::int64_t received_ms = state.admitted_ms[received];
  const auto right = state.exercises.find(answer.of);
  const bool in_force = right != state.exercises.end();
  if (in_force) right->second.acknowledged = true;
  Binding duties = make_binding(answer.duties, Due::Start::exercise, received_ms);
  duties.kind = Binding::Kind::exercise;
  duties.by = Party::consumer;
  duties.source = answer.of;
  duties.position = received;
  const bool linked = !state.link.assurance.empty();
  duties.awaiting_link_until_ms = linked ? 0 : answer.awaiting_link_until_ms;
  duties.awaiting_approval =
      in_force ? right->second.approved_ms == 0 : is_irreversible(answer.right);
  state.bindings.emplace(answer.of, std::move(duties));
}

void fold_perform(CaseState& state, const Perform& perform, std::int64_t now_ms) {
  Binding& binding = state.bindings.at(perform.source);
  for (const Performed& item : perform.items) {
    for (TermState& term : binding.terms) {
      if (term.term.id != item.term) continue;
      if (item.of_condition) {
        report_condition(term, item, now_ms);
      } else {
        report(binding, term, item, now_ms);
      }
    }
  }
}

}  // namespace entente
