#include <entente/casefile/summary.h>

#include <algorithm>
#include <random>

#include "catch.h"
#include "play.h"

namespace entente::tests {
namespace {

// A party that says whatever comes to mind: mostly nonsense, always signed.
class Babbler {
 public:
  explicit Babbler(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

  Said next(const Play& play) {
    Said said;
    said.party = below(2) == 0 ? Party::consumer : Party::brand;
    const bool person = below(4) == 0;
    said.actor = person ? Actor::person : Actor::rules;
    may_join_ = said.party == Party::brand && person;
    said.body = body(play);
    said.principal = said.party == Party::consumer && person;
    if (said.party == Party::consumer && below(3) == 0) said.prev = any_message(play);
    const bool needs = std::holds_alternative<Accept>(said.body);
    said.approved = needs && said.party == Party::consumer && !person &&
                    play.casefile.offers().contains(std::get<Accept>(said.body).offer) &&
                    below(2) == 0;
    return said;
  }

 private:
  MessageId any_message(const Play& play) {
    return play.casefile.messages()[below(play.casefile.next_position())].id();
  }
  template <class Map>
  MessageId any_of(const Play& play, const Map& map) {
    if (map.empty()) return any_message(play);
    return std::next(map.begin(), static_cast<std::ptrdiff_t>(below(map.size())))->first;
  }
  MessageId any_offer(const Play& play) { return any_of(play, play.casefile.offers()); }
  MessageId any_binding(const Play& play) { return any_of(play, play.casefile.bindings()); }
  std::uint16_t any_claim() { return static_cast<std::uint16_t>(1 + below(3)); }

  Body offer(const Play& play) {
    Offer made = propose({any_claim()}, below(2) == 0 ? Ground::entitlement : Ground::concession);
    made.valid_until_ms = play.now_ms + static_cast<std::int64_t>(1 + below(10)) * day_ms;
    if (below(4) == 0) made.supersedes = {any_binding(play)};
    if (below(4) == 0) made.replaces = any_offer(play);
    made.toll_max_ms = below(2) == 0 ? 0 : day_ms;
    return made;
  }

  Body ticket_act(const Play& play) {
    const HandoffState* ticket = play.casefile.handoff();
    if (!ticket || below(4) == 0) return ask_person();
    const std::int64_t later_ms = play.now_ms + hour_ms;
    const std::vector<HandoffAct> acts = {
        Acked{Queued{.next_update_by_ms = later_ms}},
        Acked{Slot{"s1", later_ms, later_ms + hour_ms, "case"}},
        Routed{AnswerLater{later_ms}},
        Joined{"op-1", "agent", "case", "operator_key", no_part, {}},
        OnHold{later_ms},
        Concluded{"resolved_agreed"},
        HandoffDisputed{"no"},
        HandoffWithdrawn{},
        ContinueWhileWaiting{ContinueWhileWaiting::What::offers}};
    const HandoffAct& act = acts[below(acts.size())];
    // Who is no operator does not get past the authority with a join.
    const bool joins = std::holds_alternative<Joined>(act);
    return move(ticket->hid, joins && !may_join_ ? HandoffAct(Missed{}) : act);
  }

  Body body(const Play& play) {
    switch (below(16)) {
      case 0:
      case 1:
      case 2:
        return offer(play);
      case 3:
      case 4:
      case 5:
        return accept(any_offer(play));
      case 6:
        return Decline{any_offer(play), "no"};
      case 7:
        return Retract{any_offer(play)};
      case 8:
        return determine(any_claim());
      case 9:
        return invoke(below(2) == 0 ? "withdrawal" : "contest", {any_claim()});
      case 10:
      case 11:
        return perform(any_binding(play), static_cast<Performed::State>(1 + below(5)));
      case 12:
        return below(2) == 0 ? Body(Confirm{any_binding(play), {1}})
                             : Body(Dispute{any_binding(play), {1}, "no", no_part});
      case 13:
        return ticket_act(play);
      case 14:
        return below(3) == 0 ? Body(close_final(any_message(play))) : Body(close_for(play.now_ms));
      default:
        return Inform{};
    }
  }

  std::mt19937 random_;
  bool may_join_ = false;
};

void check_one_open_agreement_per_claim(const Case& casefile) {
  for (const auto& [id, claim] : casefile.claims()) {
    const auto open = std::ranges::count_if(casefile.bindings(), [&](const auto& each) {
      const Binding& binding = each.second;
      return binding.kind == Binding::Kind::agreement && binding.is_open() &&
             std::ranges::any_of(binding.terms, [&](const TermState& term) {
               return std::ranges::count(term.term.claims, id) > 0;
             });
    });
    CHECK(open <= 1);
  }
}

void check_no_offer_stands_before_an_agreement(const Case& casefile) {
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.status != OfferStatus::standing) continue;
    for (const std::uint16_t claim : offer.offer().terms[0].claims) {
      const auto agreement = casefile.claims().at(claim).agreement;
      if (agreement) CHECK(casefile.bindings().at(*agreement).position < offer.position);
    }
  }
}

void check_positions(const Case& casefile) {
  for (std::uint64_t i = 0; i < casefile.next_position(); ++i) {
    CHECK(casefile.find_position(casefile.messages()[i].id()) == i);
    CHECK(casefile.outcome_at(i).effect != Effect::refused);
  }
}

struct Before {
  Phase phase;
  std::uint64_t consumer_prev;
  std::string text;
};

void check_step(const Play& play, const Before& before, const Said& said) {
  const Deed deed = deed_of(said.body);
  const bool reopens = said.party == Party::consumer &&
                       next_phase(Party::consumer, deed, Phase::closed) == Phase::open;
  if (before.phase == Phase::closed && !reopens) CHECK(play.casefile.phase() == Phase::closed);
  CHECK(play.casefile.effective_prev(Party::consumer) >= before.consumer_prev);
  if (play.outcome.effect == Effect::refused) CHECK(describe(play.casefile) == before.text);
  const bool asks = said.party == Party::consumer && std::holds_alternative<HandoffRequest>(
                                                         std::holds_alternative<Handoff>(said.body)
                                                             ? std::get<Handoff>(said.body).act
                                                             : HandoffAct(Missed{}));
  if (asks) CHECK(play.outcome.effect != Effect::refused);
}

}  // namespace

TEST_CASE("whatever two parties say to each other, the rules of a case hold") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    Babbler babbler(seed);
    Play play;
    for (int i = 0; i < 80; ++i) {
      if (babbler.below(8) == 0) {
        play.wait(static_cast<std::int64_t>(babbler.below(48)) * hour_ms);
      }
      play.casefile.advance(play.now_ms + 1000);
      const Before before{play.casefile.phase(), play.casefile.effective_prev(Party::consumer),
                          describe(play.casefile)};
      const Said said = babbler.next(play);
      play.say(said);
      INFO("seed " << seed << ", step " << i << ", " << name(verb_of(said.body)) << ", "
                   << describe(play.outcome));
      check_step(play, before, said);
      check_one_open_agreement_per_claim(play.casefile);
      check_no_offer_stands_before_an_agreement(play.casefile);
    }
    check_positions(play.casefile);
  }
}

TEST_CASE("time passes the same in one step and in many, and replay needs none of them") {
  for (unsigned seed = 21; seed <= 26; ++seed) {
    Babbler babbler(seed);
    Play play;
    for (int i = 0; i < 40; ++i) play.say(babbler.next(play));
    Case again;
    for (std::uint64_t i = 0; i < play.casefile.next_position(); ++i) {
      again.admit(play.casefile.messages()[i], play.casefile.admitted_ms(i));
    }
    const std::int64_t end_ms = play.now_ms + 40 * day_ms;
    Case in_steps = play.casefile;
    for (std::int64_t at = play.now_ms; at < end_ms; at += 7 * hour_ms) in_steps.advance(at);
    in_steps.advance(end_ms);
    again.advance(end_ms);
    CHECK(describe(again) == describe(in_steps));
    const std::string once = describe(again);
    again.advance(end_ms);
    again.advance(end_ms - day_ms);
    CHECK(describe(again) == once);
  }
}

TEST_CASE("every clock that is listed has a kind and somebody who owes it") {
  Babbler babbler(77);
  Play play;
  for (int i = 0; i < 60; ++i) {
    play.say(babbler.next(play));
    for (const CaseClock& clock : play.casefile.clocks()) {
      CHECK_FALSE(clock.kind.empty());
      CHECK(clock.owes != Party::unset);
      CHECK(clock.at_ms > 0);
      CHECK(play.casefile.find_message(clock.caused_by));
    }
  }
}

}  // namespace entente::tests
