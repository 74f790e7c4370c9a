#include "core/overloaded.h"
#include "state.h"

namespace entente {
namespace {

void add_claims(CaseState& state, const std::vector<Claim>& claims, const MessageId& message) {
  for (const Claim& claim : claims) {
    if (claim.claim_id == 0) continue;
    ClaimState added;
    added.claim = claim;
    added.message = message;
    state.claims.try_emplace(claim.claim_id, std::move(added));  // the first of an id counts
  }
}

HandoffSpeaker speaker_of(const Author& author) {
  const bool person = author.actor == Actor::person;
  if (author.party == Party::consumer) {
    return person ? HandoffSpeaker::consumer_person : HandoffSpeaker::consumer;
  }
  return person ? HandoffSpeaker::brand_person : HandoffSpeaker::brand;
}

// What a binding message does, one overload per verb.
class Fold {
 public:
  Fold(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms)
      : state_(state),
        message_(message),
        party_(message->author.party),
        position_(state.messages.size() - 1),
        now_ms_(now_ms) {}

  void operator()(const Open& open) {
    state_.opened = true;
    state_.id = message_.id();
    add_claims(state_, open.claims, message_.id());
    if (open.handoff) start_ticket(*open.handoff);
  }

  void operator()(const Link& link) {
    LinkState& held = state_.link;
    std::visit(Overloaded{[&](const LinkStart& start) { held.method = start.method; },
                          [&](const LinkRequire& require) {
                            held.challenge = require.challenge;
                            held.failed = false;
                          },
                          [&](const LinkProve& prove) { held.method = prove.method; },
                          [&](const LinkGranted& granted) {
                            held.assurance = granted.assurance;
                            held.expires_ms = granted.expires_ms;
                            held.challenge.clear();
                            held.failed = false;
                            for (auto& [source, binding] : state_.bindings) {
                              binding.awaiting_link_until_ms = 0;
                            }
                          },
                          [&](const LinkFailed&) { held.failed = true; }},
               link.step);
  }

  void operator()(const Inform& inform) {
    add_claims(state_, inform.claims, message_.id());
    for (const Answer& answer : inform.answers) {
      QuestionState& question = state_.questions.at({other(party_), answer.question});
      if (!question.answered_by) question.answered_by = message_.id();
    }
    if (party_ == Party::consumer && inform.awaiting_principal_until_ms > now_ms_) {
      state_.awaiting_principal_until_ms = inform.awaiting_principal_until_ms;
      state_.awaiting_principal_since_ms = now_ms_;
      state_.awaiting_principal = message_.id();
    }
  }

  void operator()(const Ask& ask) {
    for (const Question& question : ask.questions) {
      QuestionState asked{question, party_, message_.id(), now_ms_, question.answer_by_ms, {}};
      state_.questions.try_emplace({party_, question.id}, std::move(asked));
    }
  }

  void operator()(const Offer&) { fold_offer(state_, message_, now_ms_); }
  void operator()(const Accept&) { fold_accept(state_, message_, now_ms_); }
  void operator()(const Decline& decline) { end(decline.offer, OfferStatus::declined); }
  void operator()(const Retract& retract) { end(retract.offer, OfferStatus::retracted); }

  void operator()(const Determine& determine) {
    ClaimState& claim = state_.claims.at(determine.claim);
    claim.determination = determine;
    claim.determined = message_.id();
    claim.contest_until_ms = determine.contest_until_ms;
  }

  void operator()(const Grant&) { fold_grant(state_, message_, now_ms_); }

  void operator()(const Exercise& exercise) {
    std::visit(
        Overloaded{[&](const Invoke&) { fold_invoke(state_, message_, now_ms_); },
                   [&](const Acknowledged&) { fold_acknowledged(state_, message_, now_ms_); }},
        exercise.act);
  }

  void operator()(const Perform& perform) { fold_perform(state_, perform, now_ms_); }

  void operator()(const Confirm& confirm) { receive(confirm.source, confirm.terms, true); }
  void operator()(const Dispute& dispute) { receive(dispute.source, dispute.terms, false); }

  void operator()(const Handoff& handoff) {
    const auto* request = std::get_if<HandoffRequest>(&handoff.act);
    const HandoffState* ticket = state_.handoff();
    if (request && !(ticket && is_live(ticket->stage))) return start_ticket(*request);
    const auto next = step(*ticket, handoff.act, speaker_of(message_->author), now_ms_);
    if (next) set_handoff(state_, *next, false, now_ms_);
  }

  void operator()(const Leave&) { state_.left = true; }

  void operator()(const Close& close) {
    const auto* final = std::get_if<CloseFinal>(&close.step);
    if (final) {
      for (const Digest& each : final->confirms) confirm_all(state_.bindings.at(each));
      state_.close.position = position_;
      state_.close.by_own_final = true;
      return;
    }
    const auto& proposed = std::get<CloseProposed>(close.step);
    state_.close = {
        message_.id(), party_, position_, proposed.contest_until_ms, proposed.reopen_until_ms,
        false};
  }

  void operator()(const Revoke& revoke) {
    state_.revoked.try_emplace(revoke.mandate, position_);
    for (auto& [id, offer] : state_.offers) {
      const bool under_it =
          offer.by == Party::consumer && offer.message->author.authority == revoke.mandate;
      if (under_it) end_offer(offer, OfferStatus::ended_by_revoke, position_);
    }
  }

  void operator()(const Notice&) {}

 private:
  void start_ticket(const HandoffRequest& request) {
    HandoffState ticket = start_handoff(message_.id(), request, now_ms_);
    ticket.lapsed = message_.lapsed();
    set_handoff(state_, std::move(ticket), true, now_ms_);
  }

  void end(const Digest& offer, OfferStatus status) {
    end_offer(state_.offers.at(offer), status, position_);
  }

  void receive(const Digest& source, const std::vector<std::uint16_t>& terms, bool confirmed) {
    for (TermState& term : state_.bindings.at(source).terms) {
      if (!has(terms, term.term.id)) continue;
      term.confirmed = confirmed;
      term.disputed = !confirmed;
    }
  }

  static void confirm_all(Binding& binding) {
    for (TermState& term : binding.terms) {
      const bool done = term.state == Performed::State::done;
      if (term.term.obligor == Party::brand && done && !term.disputed) term.confirmed = true;
    }
  }

  CaseState& state_;
  const Authorised<Message>& message_;
  Party party_;
  std::uint64_t position_;
  std::int64_t now_ms_;
};

void record(CaseState& state, const Authorised<Message>& message, const Outcome& outcome,
            std::int64_t now_ms) {
  const std::uint64_t position = state.messages.size();
  state.messages.push_back(message);
  state.admitted_ms.push_back(now_ms);
  state.outcomes.push_back(outcome);
  state.positions.emplace(message.id(), position);
  state.acts.emplace(ActKey{message->author.key, message->act_id}, position);
  const auto prev = state.positions.find(message->prev);
  if (prev == state.positions.end() || position == 0) return;
  std::int64_t& named = state.named[static_cast<std::size_t>(message->author.party)];
  named = std::max(named, static_cast<std::int64_t>(prev->second));
}

void note_speaker(CaseState& state, const Authorised<Message>& message, std::int64_t now_ms) {
  if (message->author.party == Party::consumer) {
    state.consumer_spoke_ms = now_ms;
    const bool under_mandate = !message->author.authority.is_zero() && !message.lapsed();
    if (under_mandate) state.consumer_mandate = message->author.authority;
    const bool still_waits = message->verb() == Verb::inform || message->verb() == Verb::ask ||
                             message->verb() == Verb::link || message->verb() == Verb::notice;
    if (!still_waits) state.awaiting_principal_until_ms = 0;
  } else if (message->author.actor == Actor::person && !state.handoffs.empty()) {
    person_spoke(state.handoffs.back(), now_ms);
  }
}

void enter_phase(CaseState& state, const Message& message) {
  const Phase next = next_phase(message.author.party, deed_of(message.body), state.phase);
  // Void or reopened: no close stands any more. How long it could be reopened stays on record.
  if (next == Phase::open && state.phase != Phase::open) {
    const std::int64_t reopen_until_ms = state.close.reopen_until_ms;
    state.close = {};
    state.close.reopen_until_ms = reopen_until_ms;
  }
  state.phase = next;
}

}  // namespace

void fold_message(CaseState& state, const Authorised<Message>& message, const Outcome& outcome,
                  std::int64_t now_ms) {
  record(state, message, outcome, now_ms);
  if (outcome.effect == Effect::binding) {
    enter_phase(state, *message);
    std::visit(Fold(state, message, now_ms), message->body);
    note_speaker(state, message, now_ms);
  } else if (outcome.code == ErrorCode::already_exercised && message.approved()) {
    fold_approval(state, message, now_ms);
  }
  plan_next_change(state);
}

}  // namespace entente
