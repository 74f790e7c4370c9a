#include "case_rules.h"

#include <entente/casefile/summary.h>

#include <algorithm>

namespace entente::tests {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 24 * hour_ms;

void check(Sentences& broken, bool holds, const char* sentence) {
  if (!holds) broken.emplace_back(sentence);
}

bool asks_for_person(const Message& said) {
  const auto* handoff = std::get_if<Handoff>(&said.body);
  return said.author.party == Party::consumer && handoff != nullptr &&
         std::holds_alternative<HandoffRequest>(handoff->act);
}

void check_agreements(const Case& casefile, Sentences& broken) {
  for (const auto& claim : casefile.claims()) {
    const std::uint16_t id = claim.first;
    const auto open = std::ranges::count_if(casefile.bindings(), [id](const auto& each) {
      const Binding& binding = each.second;
      return binding.kind == Binding::Kind::agreement && binding.is_open() &&
             std::ranges::any_of(binding.terms, [&](const TermState& term) {
               return std::ranges::count(term.term.claims, id) > 0;
             });
    });
    check(broken, open <= 1, "a claim has at most one open agreement");
  }
}

void check_offers(const Case& casefile, Sentences& broken) {
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.status != OfferStatus::standing) continue;
    for (const std::uint16_t claim : offer.offer().terms[0].claims) {
      const auto known = casefile.claims().find(claim);
      check(broken, known != casefile.claims().end(), "an offer stands on a claim that was made");
      if (known == casefile.claims().end() || !known->second.agreement) continue;
      const auto binding = casefile.bindings().find(*known->second.agreement);
      check(broken, binding != casefile.bindings().end(), "an agreement has its binding");
      check(broken,
            binding == casefile.bindings().end() || binding->second.position < offer.position,
            "no offer stands that is older than the agreement on its claim");
    }
  }
}

void check_clocks(const Case& casefile, Sentences& broken) {
  for (const CaseClock& clock : casefile.clocks()) {
    check(broken, !clock.kind.empty(), "a clock has a kind");
    check(broken, clock.owes != Party::unset, "somebody owes what a clock counts");
    check(broken, clock.at_ms > 0, "a clock has an instant");
    check(broken, casefile.find_message(clock.caused_by) != nullptr,
          "a message of the case started the clock");
  }
}

}  // namespace

CaseBefore::CaseBefore(const Case& casefile)
    : text(describe(casefile)),
      phase(casefile.phase()),
      next_position(casefile.next_position()),
      consumer_prev(casefile.effective_prev(Party::consumer)) {}

Sentences broken_by(const Message& said, const Outcome& outcome, const CaseBefore& before,
                    const Case& now) {
  Sentences broken;
  const bool refused = outcome.effect == Effect::refused;
  const bool reopens =
      said.author.party == Party::consumer &&
      next_phase(Party::consumer, deed_of(said.body), Phase::closed) == Phase::open;
  check(broken, before.phase != Phase::closed || reopens || now.phase() == Phase::closed,
        "a closed case opens only by what reopens it");
  check(broken, now.effective_prev(Party::consumer) >= before.consumer_prev,
        "what the consumer has seen never shrinks");
  check(broken, !refused || describe(now) == before.text, "a refused message changes nothing");
  check(broken, now.next_position() == before.next_position + (refused ? 0 : 1),
        "an admitted message takes one position, a refused one none");
  check(broken, !asks_for_person(said) || !refused, "a request for a person is never refused");
  return broken;
}

Sentences broken_in(const Case& casefile) {
  Sentences broken;
  check_agreements(casefile, broken);
  check_offers(casefile, broken);
  check_clocks(casefile, broken);
  return broken;
}

Sentences broken_at_the_end(const Case& casefile, std::int64_t now_ms) {
  Sentences broken;
  Case again;
  for (std::uint64_t i = 0; i < casefile.next_position(); ++i) {
    const Authorised<Message>& message = casefile.messages()[i];
    check(broken, casefile.find_position(message.id()) == i, "a message is found at its position");
    check(broken, casefile.outcome_at(i).effect != Effect::refused,
          "what has a position was not refused");
    check(broken, again.admit(message, casefile.admitted_ms(i)) == casefile.outcome_at(i),
          "a message folded again has the same outcome");
  }
  const std::int64_t end_ms = now_ms + 40 * day_ms;
  Case in_steps = casefile;
  for (std::int64_t at_ms = now_ms; at_ms < end_ms; at_ms += 7 * hour_ms) in_steps.advance(at_ms);
  in_steps.advance(end_ms);
  again.advance(end_ms);
  const std::string once = describe(again);
  check(broken, once == describe(in_steps), "time passes the same in one step and in many");
  again.advance(end_ms);
  again.advance(end_ms - day_ms);
  check(broken, once == describe(again), "time that has passed does not pass again");
  return broken;
}

}  // namespace entente::tests
