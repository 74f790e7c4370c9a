#include <algorithm>

#include "state.h"

namespace entente {
namespace {

bool is_entitlement(const Offer& offer) {
  return std::ranges::all_of(offer.terms,
                             [](const Term& each) { return each.ground == Ground::entitlement; });
}

bool is_suspended(const CaseState& state, const OfferState& offer) {
  return state.pending() && offer.by == Party::brand && is_entitlement(offer.offer());
}

// Concessions wait once for the person who was asked for, as long as their offer said.
void extend_concessions(CaseState& state) {
  for (auto& [id, offer] : state.offers) {
    const bool waits = offer.status == OfferStatus::standing && offer.by == Party::brand &&
                       !offer.extended && !is_entitlement(offer.offer());
    if (!waits || offer.offer().toll_max_ms == 0) continue;
    offer.valid_until_ms += offer.offer().toll_max_ms;
    offer.extended = true;
  }
}

// A clock against the consumer that was set at `set_ms` stood still since then or since the pause.
void give_back(std::int64_t& clock_ms, std::int64_t set_ms, std::int64_t since_ms,
               std::int64_t until_ms) {
  const std::int64_t from_ms = std::max(set_ms, since_ms);
  if (clock_ms >= from_ms && clock_ms != 0) clock_ms += until_ms - from_ms;
}

void end_pause(CaseState& state, std::int64_t until_ms) {
  const std::int64_t since_ms = state.pending_since_ms;
  const auto set_at = [&](const MessageId& id) {
    return state.admitted_ms[state.positions.at(id)];
  };
  for (auto& [id, offer] : state.offers) {
    const bool stood_still = offer.status == OfferStatus::standing && offer.by == Party::brand &&
                             is_entitlement(offer.offer());
    if (!stood_still) continue;
    const std::int64_t from_ms = std::max(state.admitted_ms[offer.position], since_ms);
    offer.valid_until_ms += until_ms - from_ms;
    offer.extended = true;
  }
  for (auto& [id, claim] : state.claims) {
    if (!claim.determination) continue;
    give_back(claim.contest_until_ms, set_at(claim.determined), since_ms, until_ms);
  }
  for (auto& [id, question] : state.questions) {
    if (question.by == Party::consumer) continue;
    give_back(question.answer_by_ms, question.asked_ms, since_ms, until_ms);
  }
  for (auto& [id, binding] : state.bindings) {
    give_back(binding.awaiting_link_until_ms, binding.at_ms, since_ms, until_ms);
  }
  give_back(state.awaiting_principal_until_ms, state.awaiting_principal_since_ms, since_ms,
            until_ms);
}

std::int64_t next_lapse_ms(const CaseState& state) {
  std::int64_t next = never_ms;
  for (const auto& [id, offer] : state.offers) {
    if (offer.status == OfferStatus::standing) next = std::min(next, lapses_ms(state, offer));
  }
  return next;
}

std::int64_t next_move_of_handoff(const CaseState& state) {
  const HandoffState* ticket = state.handoff();
  return ticket ? next_move_ms(*ticket).value_or(never_ms) : never_ms;
}

std::int64_t close_final_ms(const CaseState& state) {
  return state.phase == Phase::close_proposed ? state.close.contest_until_ms : never_ms;
}

// Two things due at one instant happen in this order: a lapse is only due after it.
void change_once(CaseState& state, std::int64_t at_ms) {
  if (next_move_of_handoff(state) <= at_ms) {
    set_handoff(state, move_on(*state.handoff()), false, at_ms);
    return;
  }
  if (close_final_ms(state) <= at_ms) {
    state.phase = next_phase(Party::unset, Deed::contest_over, state.phase);
    return;
  }
  for (auto& [id, offer] : state.offers) {
    const bool lapsed = offer.status == OfferStatus::standing && lapses_ms(state, offer) < at_ms;
    if (lapsed) end_offer(offer, OfferStatus::lapsed, state.messages.size() - 1);
  }
}

}  // namespace

std::int64_t lapses_ms(const CaseState& state, const OfferState& offer) {
  if (is_suspended(state, offer)) return never_ms;
  return offer.valid_until_ms + limits::offer_grace_ms;
}

void set_handoff(CaseState& state, HandoffState next, bool is_new, std::int64_t at_ms) {
  const bool before = state.pending();
  if (is_new) {
    state.handoffs.push_back(std::move(next));
  } else {
    state.handoffs.back() = std::move(next);
  }
  const bool after = state.pending();
  if (before == after) return;
  if (after) {
    state.pending_since_ms = at_ms;
    extend_concessions(state);
  } else {
    end_pause(state, at_ms);
    state.pending_since_ms = 0;
  }
}

void plan_next_change(CaseState& state) {
  const std::int64_t lapse_ms = next_lapse_ms(state);
  const std::int64_t after_ms = lapse_ms == never_ms ? never_ms : lapse_ms + 1;
  const std::int64_t next =
      std::min({after_ms, next_move_of_handoff(state), close_final_ms(state)});
  state.next_change_ms = next >= never_ms ? 0 : next;
}

void advance_to(CaseState& state, std::int64_t now_ms) {
  while (state.next_change_ms != 0 && state.next_change_ms <= now_ms) {
    change_once(state, state.next_change_ms);
    plan_next_change(state);
  }
}

}  // namespace entente
