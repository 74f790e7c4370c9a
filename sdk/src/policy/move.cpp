#include <entente/policy/move.h>

#include <algorithm>

#include "judging.h"

namespace entente {
namespace {

using policy::Judgement;
using State = Performed::State;

// What is owed at once takes a back office a while.
constexpr std::int64_t late_grace_ms = 3'600'000;

struct Mover {
  const GoalRules& goal;
  const Case& casefile;
  std::int64_t now_ms;
  const Instructions& told;

  std::optional<Move> find_person_wish() const;
  std::optional<Move> find_link() const;
  std::optional<Move> find_answer() const;
  std::optional<Move> find_instruction() const;
  std::optional<Move> find_acceptable() const;
  std::optional<Move> find_reply() const;
  std::optional<Move> find_refusal() const;
  std::optional<Move> find_close() const;
  std::optional<Move> find_confirm() const;
  std::optional<Move> find_duty() const;
  std::optional<Move> find_unapproved() const;
  std::optional<Move> find_breach() const;
  std::optional<Move> find_silence() const;

  // Standing offers of a party, newest first.
  std::vector<std::pair<MessageId, const OfferState*>> standing(Party by) const;
  std::size_t rounds_on(std::uint16_t claim) const;
  bool has_newer_counter(std::uint16_t claim, const OfferState& than) const;
  bool is_waiting_for_brand() const;
  std::int64_t broken_since_ms(const TermState& term) const;
  bool has_been_told_since(std::int64_t at_ms) const;
  bool asked_for_person() const { return casefile.handoff() != nullptr; }
  Move reply_to(const MessageId& id, const OfferState& offer) const;
  Move counter_or_end(const MessageId& id, const OfferState& offer) const;
};

bool lists(const std::vector<MessageId>& ids, const MessageId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

bool has_claim(const Offer& offer, std::uint16_t claim) {
  const auto claims = policy::claims_of(offer);
  return std::ranges::find(claims, claim) != claims.end();
}

bool is_done_by_brand(const Binding& binding) {
  bool any = false;
  for (const TermState& term : binding.terms) {
    if (!term.active || term.ended || term.term.obligor != Party::brand) continue;
    if (term.state != State::done || term.disputed) return false;
    any = true;
  }
  return any;
}

std::vector<std::uint16_t> unconfirmed(const Binding& binding) {
  std::vector<std::uint16_t> terms;
  if (binding.superseded || !is_done_by_brand(binding)) return terms;
  for (const TermState& term : binding.terms) {
    if (term.active && !term.ended && !term.confirmed && term.term.obligor == Party::brand) {
      terms.push_back(term.term.id);
    }
  }
  return terms;
}

Move accept(const GoalRules& goal, const Case& casefile, const MessageId& id,
            const OfferState& offer, std::string why) {
  const bool needs_approval = casefile.person_joined() || !policy::is_exempt(goal, offer.offer());
  return {moves::Accept{id, needs_approval}, std::move(why)};
}

std::vector<std::pair<MessageId, const OfferState*>> Mover::standing(Party by) const {
  std::vector<std::pair<MessageId, const OfferState*>> offers;
  for (const auto& [id, state] : casefile.offers()) {
    if (state.by == by && state.status == OfferStatus::standing) offers.emplace_back(id, &state);
  }
  std::ranges::sort(offers, std::greater(),
                    [](const auto& offer) { return offer.second->position; });
  return offers;
}

// Rounds are what the consumer has answered: counters, and offers declined.
std::size_t Mover::rounds_on(std::uint16_t claim) const {
  return static_cast<std::size_t>(std::ranges::count_if(casefile.offers(), [&](const auto& entry) {
    const OfferState& offer = entry.second;
    const bool counted = offer.by == Party::consumer || offer.status == OfferStatus::declined;
    return counted && has_claim(offer.offer(), claim);
  }));
}

bool Mover::has_newer_counter(std::uint16_t claim, const OfferState& than) const {
  return std::ranges::any_of(standing(Party::consumer), [&](const auto& own) {
    return own.second->position > than.position && has_claim(own.second->offer(), claim);
  });
}

std::optional<Move> Mover::find_person_wish() const {
  if (!told.wants_person || casefile.handoff_pending() || casefile.person_joined()) {
    return std::nullopt;
  }
  return Move{moves::AskHuman{"consumer_asked"}, "i_say"};
}

std::optional<Move> Mover::find_link() const {
  const auto& messages = casefile.messages();
  const auto newest = std::ranges::find_if(
      messages.rbegin(), messages.rend(),
      [](const auto& message) { return std::holds_alternative<Link>(message->body); });
  if (newest == messages.rend() || (*newest)->author.party != Party::brand) return std::nullopt;
  const Link& link = std::get<Link>((*newest)->body);
  if (std::holds_alternative<LinkFailed>(link.step)) {
    if (asked_for_person()) return std::nullopt;
    return Move{moves::AskHuman{"identity_problem"}, "link_failed"};
  }
  const auto* require = std::get_if<LinkRequire>(&link.step);
  if (!require || require->methods.empty()) return std::nullopt;
  const bool ours = std::ranges::find(require->methods, goal.link_method) != require->methods.end();
  const std::string& method = ours ? goal.link_method : require->methods.front();
  const bool known = method == "knowledge" && ours;
  return Move{moves::ProveLink{method, require->challenge, known ? goal.link_contact : ""},
              "link_required"};
}

std::optional<Move> Mover::find_answer() const {
  Speech speech;
  Inform inform;
  for (const auto& [key, question] : casefile.questions()) {
    if (question.by != Party::brand || question.answered_by) continue;
    const auto known = goal.answers.find(question.question.topic);
    if (known != goal.answers.end()) {
      inform.answers.push_back({key.second, static_cast<PartIndex>(speech.added.size())});
      speech.added.push_back({PartClass::prose, "text/plain", to_bytes(known->second)});
    }
  }
  if (!inform.answers.empty()) {
    speech.body = std::move(inform);
    return Move{moves::Answer{std::move(speech)}, "known_answer"};
  }
  if (!goal.ask_me.unknown_question) return std::nullopt;
  for (const auto& [key, question] : casefile.questions()) {
    if (question.by != Party::brand || question.answered_by || question.question.optional) continue;
    return Move{moves::AskPrincipal{{}, key.second}, "unknown_question"};
  }
  return std::nullopt;
}

std::optional<Move> Mover::find_instruction() const {
  for (const auto& [id, offer] : standing(Party::brand)) {
    // What the principal was asked about is decided by the principal, whatever the mandate says.
    if (lists(told.take, id)) return Move{moves::Accept{id, true}, "principal_takes"};
    if (lists(told.refuse, id)) return Move{moves::Decline{id, "other"}, "principal_refuses"};
  }
  return std::nullopt;
}

std::optional<Move> Mover::find_acceptable() const {
  for (const auto& [id, offer] : standing(Party::brand)) {
    if (policy::judge(goal, casefile, *offer) != Judgement::acceptable) continue;
    return accept(goal, casefile, id, *offer, goal.exact ? "exact_match" : "enough");
  }
  return std::nullopt;
}

std::optional<Move> Mover::find_reply() const {
  for (const auto& [id, offer] : standing(Party::brand)) {
    const auto claims = policy::claims_of(offer->offer());
    const bool countered = std::ranges::any_of(
        claims, [&](std::uint16_t claim) { return has_newer_counter(claim, *offer); });
    if (countered) continue;
    Move move = reply_to(id, *offer);
    if (!std::holds_alternative<moves::Wait>(move.what)) return move;
  }
  return std::nullopt;
}

Move Mover::reply_to(const MessageId& id, const OfferState& offer) const {
  switch (policy::judge(goal, casefile, offer)) {
    case Judgement::gives_up_rights:
      if (goal.ask_me.waives) return {moves::AskPrincipal{id, 0}, "waives"};
      return {moves::Decline{id, "legal_bar"}, "waives"};
    case Judgement::pays_above_limit:
      if (goal.ask_me.pays_above_limit) return {moves::AskPrincipal{id, 0}, "pays_above_limit"};
      return {moves::Decline{id, "amount_too_high"}, "pays_above_limit"};
    case Judgement::not_enough:
      return counter_or_end(id, offer);
    case Judgement::acceptable:
      break;
  }
  return {moves::Wait{}, {}};
}

Move Mover::counter_or_end(const MessageId& id, const OfferState& offer) const {
  const auto claims = policy::claims_of(offer.offer());
  const std::uint16_t claim = claims.empty() ? 0 : claims.front();
  const auto state = casefile.claims().find(claim);
  const std::size_t rounds = rounds_on(claim);
  if (rounds < goal.rounds_at_most) {
    if (goal.exact || state == casefile.claims().end() || claims.size() > 1) {
      return {moves::Decline{id, "other"}, "not_as_asked"};
    }
    policy::CounterTo to{id, {}, rounds, now_ms};
    for (const auto& [own_id, own] : standing(Party::consumer)) {
      if (to.replaces.is_zero() && has_claim(own->offer(), claim)) to.replaces = own_id;
    }
    if (auto speech = policy::word_counter(goal, casefile, state->second, to)) {
      return {moves::Counter{std::move(*speech)}, "not_enough"};
    }
    return {moves::Decline{id, "amount_too_low"}, "not_enough"};
  }
  if (goal.ask_me.not_acceptable) return {moves::AskPrincipal{id, 0}, "not_acceptable"};
  if (goal.ask_human.rounds_exceeded && !asked_for_person()) {
    return {moves::AskHuman{"deadlock"}, "rounds_exceeded"};
  }
  if (goal.leave_when_rounds_exceeded) return {moves::Leave{"deadlock"}, "rounds_exceeded"};
  return {moves::Wait{}, "rounds_exceeded"};
}

std::optional<Move> Mover::find_refusal() const {
  if (asked_for_person()) return std::nullopt;
  const auto& human = goal.ask_human;
  for (const auto& entry : casefile.claims()) {
    const auto& determination = entry.second.determination;
    if (!determination) continue;
    const std::string& reason = determination->reason;
    if (human.any_refusal || std::ranges::find(human.refusals, reason) != human.refusals.end()) {
      return Move{moves::AskHuman{"principal_needs_judgement"}, reason};
    }
  }
  return std::nullopt;
}

std::optional<Move> Mover::find_close() const {
  if (casefile.phase() != Phase::close_proposed || !casefile.close_proposal()) return std::nullopt;
  const auto* proposal = casefile.find_message(*casefile.close_proposal());
  if (!proposal || (*proposal)->author.party != Party::brand) return std::nullopt;
  moves::CloseFinal close{*casefile.close_proposal(), {}};
  for (const auto& [source, binding] : casefile.bindings()) {
    if (auto terms = unconfirmed(binding); !terms.empty()) {
      close.confirms.push_back({source, std::move(terms)});
    } else if (binding.is_open()) {
      return std::nullopt;  // something is still owed: the proposal is not confirmed
    }
  }
  for (const auto& entry : casefile.claims()) {
    const auto& claim = entry.second;
    const std::uint16_t id = entry.first;
    const bool answered =
        claim.determination || claim.agreement ||
        std::ranges::any_of(casefile.offers(), [id](const auto& offered) {
          return offered.second.by == Party::brand && has_claim(offered.second.offer(), id);
        });
    if (answered || !casefile.exercises().empty()) continue;
    if (asked_for_person()) return std::nullopt;
    return Move{moves::AskHuman{"principal_needs_judgement"}, "closed_without_answer"};
  }
  return Move{std::move(close), "done"};
}

std::optional<Move> Mover::find_confirm() const {
  for (const auto& [source, binding] : casefile.bindings()) {
    auto terms = unconfirmed(binding);
    if (!terms.empty()) return Move{moves::Confirm{source, std::move(terms)}, "done"};
  }
  return std::nullopt;
}

std::optional<Move> Mover::find_duty() const {
  for (const auto& [source, binding] : casefile.bindings()) {
    if (binding.superseded) continue;
    for (const TermState& term : binding.terms) {
      if (!term.active || term.ended) continue;
      const bool owes_term = term.term.obligor == Party::consumer && term.state == State::unset;
      const bool owes_condition = term.term.obligor == Party::brand &&
                                  !std::holds_alternative<NoCondition>(term.term.condition) &&
                                  term.condition == State::unset;
      if (!owes_term && !owes_condition) continue;
      const moves::Fulfil duty{source, term.term.id, owes_condition};
      const bool reported = std::ranges::find(told.done, duty) != told.done.end();
      if (!reported) return Move{duty, owes_term ? "own_term" : "condition"};
    }
  }
  return std::nullopt;
}

// Said before the principal was asked; nothing comes of it until then.
std::optional<Move> Mover::find_unapproved() const {
  for (const auto& [id, right] : casefile.exercises()) {
    const auto duties = casefile.bindings().find(id);
    const bool is_open = duties == casefile.bindings().end() || duties->second.is_open();
    if (right.approved_ms == 0 && is_open) return Move{moves::Approve{id}, "irreversible"};
  }
  return std::nullopt;
}

// Since when what the brand owes is late, or has failed and nothing stands in for it; 0: it is not.
std::int64_t Mover::broken_since_ms(const TermState& term) const {
  if (!term.active || term.ended || term.term.obligor != Party::brand) return 0;
  if (term.state == State::failed) {
    return std::holds_alternative<ToPerson>(term.term.on_failure) ? term.reported_ms : 0;
  }
  const bool waits_for_us = term.term.blocks && term.condition != State::done;
  const std::int64_t late_ms = term.due_ms + late_grace_ms;
  return term.is_open() && !waits_for_us && term.due_ms != 0 && late_ms < now_ms ? late_ms : 0;
}

// A person has it, or had it and was done with it when it was so already.
bool Mover::has_been_told_since(std::int64_t at_ms) const {
  const HandoffState* handoff = casefile.handoff();
  return handoff != nullptr && (is_live(handoff->stage) || handoff->since_ms >= at_ms);
}

std::optional<Move> Mover::find_breach() const {
  for (const auto& [source, binding] : casefile.bindings()) {
    const bool waits_for_us = binding.awaiting_link_until_ms != 0 || binding.awaiting_approval;
    if (binding.superseded || waits_for_us ||
        !std::ranges::any_of(binding.terms, [&](const TermState& term) {
          const std::int64_t since_ms = broken_since_ms(term);
          return since_ms != 0 && !has_been_told_since(since_ms);
        })) {
      continue;
    }
    return Move{moves::AskHuman{"principal_needs_judgement"}, "not_performed"};
  }
  return std::nullopt;
}

// A claim without an answer, or a counter of ours that has none.
bool Mover::is_waiting_for_brand() const {
  if (!standing(Party::consumer).empty()) return true;
  return std::ranges::any_of(casefile.claims(), [&](const auto& entry) {
    const auto& [id, claim] = entry;
    if (claim.determination || claim.agreement) return false;
    return std::ranges::none_of(casefile.offers(), [&](const auto& offer) {
      return offer.second.by == Party::brand && has_claim(offer.second.offer(), id);
    });
  });
}

std::optional<Move> Mover::find_silence() const {
  const std::int64_t silence_ms = goal.ask_human.silence_ms;
  if (silence_ms == 0 || asked_for_person() || !is_waiting_for_brand()) return std::nullopt;
  const std::int64_t last_ms = casefile.admitted_ms(casefile.next_position() - 1);
  if (now_ms - last_ms < silence_ms) return std::nullopt;
  return Move{moves::AskHuman{"tech_failure"}, "silence"};
}

}  // namespace

std::string_view name(const Move& move) {
  constexpr std::array<std::string_view, 13> names = {
      "wait",       "accept",  "counter", "decline",     "ask_principal", "ask_human", "answer",
      "prove_link", "confirm", "fulfil",  "close_final", "approve",       "leave"};
  static_assert(names.size() == std::variant_size_v<decltype(move.what)>);
  return names.at(move.what.index());
}

Move next_move(const Goal& goal, const Case& casefile, std::int64_t now_ms,
               const Instructions& instructions) {
  const Mover mover{goal.rules(), casefile, now_ms, instructions};
  if (!casefile.is_open()) return {moves::Wait{}, "not_open"};
  // A person can be asked for even after leaving, and while a case may be opened again.
  if (auto move = mover.find_person_wish()) return *move;
  if (casefile.consumer_left()) return {moves::Wait{}, "left"};
  if (casefile.phase() == Phase::closed) {
    if (auto move = mover.find_confirm()) return *move;
    return {moves::Wait{}, "closed"};
  }
  using Finder = std::optional<Move> (Mover::*)() const;
  constexpr std::array<Finder, 12> finders = {
      &Mover::find_instruction, &Mover::find_acceptable, &Mover::find_link,
      &Mover::find_unapproved,  &Mover::find_answer,     &Mover::find_reply,
      &Mover::find_refusal,     &Mover::find_breach,     &Mover::find_close,
      &Mover::find_confirm,     &Mover::find_duty,       &Mover::find_silence};
  for (const Finder finder : finders) {
    if (auto move = (mover.*finder)()) return *move;
  }
  return {moves::Wait{}, "brands_turn"};
}

}  // namespace entente
