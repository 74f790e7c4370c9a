#include <algorithm>

#include "state.h"

namespace entente {

bool has(const std::vector<std::uint16_t>& ids, std::uint16_t id) {
  return std::ranges::find(ids, id) != ids.end();
}

bool share_claim(const std::vector<Term>& terms, const std::vector<std::uint16_t>& claims) {
  return std::ranges::any_of(terms, [&](const Term& term) {
    return std::ranges::any_of(term.claims, [&](auto claim) { return has(claims, claim); });
  });
}

bool share_claim(const std::vector<Term>& terms, const std::vector<Term>& others) {
  return std::ranges::any_of(others,
                             [&](const Term& each) { return share_claim(terms, each.claims); });
}

bool ends_offers(const Invoke& invoke) { return invoke.right != "contest"; }

bool performance_begun(const Binding& binding) {
  return std::ranges::any_of(binding.terms, [](const TermState& each) {
    return each.state != Performed::State::unset && each.state != Performed::State::failed;
  });
}

namespace {

// What no crossing excuses: it counts as seen.
constexpr Holds settled = holds(When::seen);

bool concerns(const Binding& binding, const std::vector<Term>& terms) {
  return std::ranges::any_of(
      binding.terms, [&](const TermState& each) { return share_claim(terms, each.term.claims); });
}

bool is_open_agreement(const Binding& binding) {
  return binding.kind == Binding::Kind::agreement && binding.is_open();
}

bool have_one_claim(const Binding& binding, const Binding& other) {
  return std::ranges::any_of(other.terms,
                             [&](const TermState& each) { return concerns(binding, {each.term}); });
}

bool names(const std::vector<Digest>& ids, const Digest& id) {
  return std::ranges::find(ids, id) != ids.end();
}

// Meets one thing after another and keeps the heaviest outcome.
class Crossing {
 public:
  Crossing(const CaseState& state, const Authorised<Message>& message, std::int64_t now_ms)
      : state_(state), message_(message), now_ms_(now_ms) {
    verb_ = message->verb();
    consumers_ = message->author.party == Party::consumer;
    at_head_ = message->prev == state.head();
    effective_prev_ = state.named[static_cast<std::size_t>(message->author.party)];
    const auto prev = state.positions.find(message->prev);
    if (prev != state.positions.end()) {
      effective_prev_ = std::max(effective_prev_, static_cast<std::int64_t>(prev->second));
    }
  }

  Outcome judge() {
    meet(Standing::other, Party::brand, at_head_ ? holds(When::seen) : holds(When::unseen));
    meet_close();
    meet_handoff();
    if (state_.left) meet(Standing::left, Party::consumer, settled);
    if (mandate_revoked()) meet(Standing::revoked, Party::consumer, settled);
    std::visit([&](const auto& body) { meet_body(body); }, message_->body);
    return outcome_;
  }

 private:
  // `by`: whose act stands. The brand has one table for both.
  void meet(Standing standing, Party by, Holds conditions) {
    const CrossingTable table = !consumers_             ? CrossingTable::brand
                                : by == Party::consumer ? CrossingTable::consumer_against_own
                                                        : CrossingTable::consumer_against_brand;
    const Cell* cell = find_cell(table, verb_, standing);
    if (cell) outcome_ = heavier(outcome_, evaluate(*cell, conditions));
  }

  // A propose or close must have seen the head; anything else is judged by what it descends from.
  Holds seen(std::uint64_t position, bool own) const {
    if (verb_ == Verb::propose || verb_ == Verb::close) {
      return holds(at_head_ ? When::seen : When::unseen);
    }
    const bool descends = effective_prev_ >= static_cast<std::int64_t>(position);
    return holds(own || descends ? When::seen : When::unseen);
  }

  void meet_close() {
    if (state_.phase == Phase::open) return;
    const CloseState& close = state_.close;
    const bool own = consumers_ && (state_.phase == Phase::closed ? close.by_own_final
                                                                  : close.by == Party::consumer);
    Holds conditions = seen(close.position, own);
    if (now_ms_ > close.reopen_until_ms) conditions |= holds(When::reopen_over);
    // The steps of a ticket that lives on neither reopen a case nor end with it.
    if (verb_ == Verb::handoff && deed_of(message_->body) != Deed::ask_person) return;
    meet(state_.phase == Phase::closed ? Standing::close_final : Standing::close_proposed,
         Party::brand, conditions);
  }

  void meet_handoff() {
    const HandoffState* ticket = state_.handoff();
    if (!ticket || !is_live(ticket->stage)) {
      if (consumers_ && state_.person_joined()) meet_with_person();
      return;
    }
    if (consumers_) return meet_with_person();
    // Who has joined speaks under the table without this column.
    if (message_->author.actor == Actor::person) return;
    Holds conditions = settled;
    const bool agreed = is_waiting(ticket->stage) && !ticket->joined &&
                        ticket->meanwhile == ContinueWhileWaiting::What::offers;
    if (agreed) conditions |= holds(When::continuing);
    if (upholds()) conditions |= holds(When::upholding);
    if (asks_optionally()) conditions |= holds(When::optional_only);
    meet(Standing::handoff, Party::consumer, conditions);
  }

  void meet_with_person() {
    Holds conditions = settled;
    if (state_.person_joined() && !message_.approved()) conditions |= holds(When::unapproved);
    const auto* handoff = std::get_if<Handoff>(&message_->body);
    if (handoff) {
      const HandoffState& ticket = *state_.handoff();
      const bool asks = std::holds_alternative<HandoffRequest>(handoff->act);
      if (!asks || !is_live(ticket.stage)) return;
      if (event_of(ticket, handoff->act) == HandoffEvent::escalate) {
        conditions |= holds(When::escalating);
      }
    }
    meet(Standing::handoff, Party::consumer, conditions);
  }

  bool upholds() const {
    const auto* determine = std::get_if<Determine>(&message_->body);
    return determine && determine->result == Determine::Verdict::partial;
  }

  bool asks_optionally() const {
    const auto* ask = std::get_if<Ask>(&message_->body);
    return ask && std::ranges::all_of(ask->questions, &Question::optional);
  }

  bool mandate_revoked() const {
    if (!consumers_) return verb_ == Verb::link && state_.revoked.contains(state_.consumer_mandate);
    if (const auto* revoke = std::get_if<Revoke>(&message_->body)) {
      return state_.revoked.contains(revoke->mandate);
    }
    return message_.lapsed() || state_.revoked.contains(message_->author.authority);
  }

  template <class T>
  void meet_body(const T&) {}

  void meet_body(const Accept& accept) { meet_offer(accept.offer); }
  void meet_body(const Decline& decline) { meet_offer(decline.offer); }
  void meet_body(const Retract& retract) { meet_offer(retract.offer); }

  void meet_offer(const Digest& id) {
    const OfferState& offer = state_.offers.at(id);
    meet_status(offer);
    const std::int64_t judged_ms = judged_at(state_, message_.verified(), now_ms_);
    if (judged_ms > lapses_ms(state_, offer)) meet(Standing::lapsed, Party::brand, settled);
    const std::vector<Term>& terms = offer.offer().terms;
    for (const auto& [source, binding] : state_.bindings) {
      if (binding.kind != Binding::Kind::agreement || binding.superseded) continue;
      const bool begun = names(offer.offer().supersedes, source) && performance_begun(binding);
      if (begun) meet(Standing::performance, Party::brand, settled);
      // An agreement ends the offers before it; an open one also stands in the way of later ones.
      const bool stands =
          binding.position > offer.position || (verb_ == Verb::accept && binding.is_open());
      if (stands && concerns(binding, terms)) meet_agreement(binding, offer.offer(), id);
    }
    for (const auto& [exercised, right] : state_.exercises) {
      if (right.position > offer.position && ends_offers(right.invoke) &&
          share_claim(terms, right.invoke.claims)) {
        meet(Standing::exercise, Party::consumer, settled);
      }
    }
  }

  void meet_status(const OfferState& offer) {
    const bool own = offer.by == message_->author.party;
    switch (offer.status) {
      case OfferStatus::standing:
      case OfferStatus::ended_by_exercise:  // met as the exercise, the agreement, the clock
      case OfferStatus::ended_by_agreement:
      case OfferStatus::lapsed:
        return;
      case OfferStatus::replaced:
      case OfferStatus::retracted:
        return meet(Standing::ended_offer, offer.by, seen(offer.ended_at, own));
      case OfferStatus::declined:
        return meet(Standing::answered, other(offer.by), settled);
      case OfferStatus::accepted:
        return meet(Standing::agreement, other(offer.by), settled | holds(When::same_offer));
      case OfferStatus::ended_by_revoke:
        return meet(consumers_ ? Standing::offer_revoked : Standing::revoked, Party::consumer,
                    settled);
    }
  }

  void meet_agreement(const Binding& binding, const Offer& offer, const Digest& id) {
    Holds conditions = settled;
    if (binding.offer == id) conditions |= holds(When::same_offer);
    if (names(offer.supersedes, binding.source)) conditions |= holds(When::superseding);
    meet(Standing::agreement, binding.by, conditions);
  }

  void meet_body(const Offer& offer) {
    const Holds head = seen(0, false);
    for (const auto& [source, binding] : state_.bindings) {
      if (binding.kind != Binding::Kind::agreement || binding.superseded) continue;
      const bool superseding = names(offer.supersedes, source);
      const Holds conditions = head | (superseding ? holds(When::superseding) : 0);
      if (superseding && performance_begun(binding)) {
        meet(Standing::performance, Party::brand, conditions);
      }
      if (binding.is_open() && concerns(binding, offer.terms)) {
        meet(Standing::agreement, binding.by, conditions);
      }
    }
    for (const auto& [exercised, right] : state_.exercises) {
      if (!ends_offers(right.invoke) || !share_claim(offer.terms, right.invoke.claims)) continue;
      const bool wanted = right.acknowledged && right.invoke.offers_wanted;
      meet(Standing::exercise, Party::consumer, wanted ? settled | holds(When::wanted) : settled);
    }
  }

  void meet_body(const Determine& determine) {
    const auto claim = state_.claims.find(determine.claim);
    if (claim == state_.claims.end() || !claim->second.agreement) return;
    if (state_.bindings.at(*claim->second.agreement).is_open()) {
      meet(Standing::agreement, Party::consumer, settled);
    }
  }

  void meet_body(const Exercise& exercise) {
    const auto* invoke = std::get_if<Invoke>(&exercise.act);
    if (!invoke) return;
    for (const auto& [exercised, right] : state_.exercises) {
      if (is_same_right(right, *invoke)) {
        meet(Standing::exercise, Party::consumer, settled | holds(When::same_right));
      }
    }
  }

  bool is_same_right(const ExerciseState& before, const Invoke& now) const {
    if (before.invoke.right != now.right) return false;
    if (before.invoke.claims.empty() || now.claims.empty()) {
      const bool no_claims = before.invoke.claims.empty() && now.claims.empty();
      return no_claims && before.subject == subject_of(now);
    }
    return std::ranges::any_of(now.claims, [&](std::uint16_t claim) {
      return has(before.invoke.claims, claim) && !determined_since(before, claim);
    });
  }

  // A new answer to the claim may be contested again.
  bool determined_since(const ExerciseState& before, std::uint16_t claim) const {
    if (ends_offers(before.invoke)) return false;
    const auto found = state_.claims.find(claim);
    if (found == state_.claims.end() || !found->second.determination) return false;
    return state_.positions.at(found->second.determined) > before.position;
  }

  Digest subject_of(const Invoke& invoke) const {
    return invoke.subject < message_->parts.size() ? message_->parts[invoke.subject].digest
                                                   : Digest{};
  }

  void meet_body(const Close&) {
    if (consumers_) return;
    for (const auto& [exercised, right] : state_.exercises) {
      const auto duties = state_.bindings.find(exercised);
      const bool performed =
          right.acknowledged && duties != state_.bindings.end() && !duties->second.is_open();
      meet(Standing::exercise, Party::consumer,
           performed ? settled | holds(When::performed) : settled);
    }
    for (const auto& [source, binding] : state_.bindings) {
      if (binding.kind == Binding::Kind::exercise || binding.superseded) continue;
      const bool performed = !binding.is_open() && !waits_for_person(binding);
      meet(Standing::agreement, Party::consumer,
           performed ? settled | holds(When::performed) : settled);
    }
  }

  // A failed term whose remedy is a person stays open until a newer agreement takes its claim.
  bool waits_for_person(const Binding& binding) const {
    return std::ranges::any_of(binding.terms, [&](const TermState& each) {
      const bool failed = each.active && !each.confirmed &&
                          each.state == Performed::State::failed &&
                          std::holds_alternative<ToPerson>(each.term.on_failure);
      return failed && std::ranges::any_of(each.term.claims, [&](std::uint16_t claim) {
               return state_.claims.at(claim).agreement == binding.source;
             });
    });
  }

  const CaseState& state_;
  const Authorised<Message>& message_;
  std::int64_t now_ms_;
  Verb verb_ = Verb::open;
  bool consumers_ = true;
  bool at_head_ = false;
  std::int64_t effective_prev_ = -1;
  Outcome outcome_ = Outcome::binding();
};

}  // namespace

bool gave_way(const CaseState& state, const Binding& binding) {
  const bool is_over =
      binding.kind == Binding::Kind::agreement && !binding.superseded && !binding.is_open();
  return is_over && std::ranges::any_of(state.bindings, [&](const auto& other) {
           return is_open_agreement(other.second) && have_one_claim(binding, other.second);
         });
}

Outcome cross(const CaseState& state, const Authorised<Message>& message, std::int64_t now_ms) {
  return Crossing(state, message, now_ms).judge();
}

}  // namespace entente
