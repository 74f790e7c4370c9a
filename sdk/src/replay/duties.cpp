#include <algorithm>

#include "case_fold.h"

namespace entente {
namespace {

constexpr std::int64_t at_once_ms = 60'000;

// What a consumer said that the brand must acknowledge in the batch that admits it.
struct Demand {
  Rule rule;
  MessageId of;
  std::uint64_t position;
};

bool asks_for_person(const Message& message) {
  const auto* handoff = std::get_if<Handoff>(&message.body);
  if (handoff != nullptr) return std::holds_alternative<HandoffRequest>(handoff->act);
  const auto* open = std::get_if<Open>(&message.body);
  return open != nullptr && open->handoff.has_value();
}

bool exercises_right(const Message& message) {
  const auto* exercise = std::get_if<Exercise>(&message.body);
  return exercise != nullptr && std::holds_alternative<Invoke>(exercise->act);
}

std::vector<Demand> demands_of(const Case& casefile) {
  std::vector<Demand> demands;
  for (std::uint64_t position = 0; position < casefile.next_position(); ++position) {
    const Authorised<Message>& message = casefile.messages()[position];
    if (message->author.party != Party::consumer) continue;
    if (casefile.outcome_at(position).effect != Effect::binding) continue;
    if (asks_for_person(*message)) {
      demands.push_back({Rule::handoff_acknowledged, message.id(), position});
    }
    if (exercises_right(*message)) {
      demands.push_back({Rule::right_acknowledged, message.id(), position});
    }
  }
  return demands;
}

bool answers(const Message& message, const Demand& demand) {
  if (message.author.party != Party::brand) return false;
  if (demand.rule == Rule::handoff_acknowledged) {
    const auto* handoff = std::get_if<Handoff>(&message.body);
    return handoff != nullptr && handoff->hid == demand.of &&
           std::holds_alternative<Acked>(handoff->act);
  }
  const auto* exercise = std::get_if<Exercise>(&message.body);
  const auto* done = exercise ? std::get_if<Acknowledged>(&exercise->act) : nullptr;
  return done != nullptr && done->of == demand.of;
}

std::optional<std::uint64_t> find_answer(const Case& casefile, const Demand& demand) {
  for (std::uint64_t at = demand.position + 1; at < casefile.next_position(); ++at) {
    if (answers(*casefile.messages()[at], demand)) return at;
  }
  return std::nullopt;
}

// While a person speaks, an escalation is the desk's to answer and no acknowledgement is due.
bool waits_for_nothing(const Case& casefile, const Demand& demand) {
  if (demand.rule != Rule::handoff_acknowledged) return false;
  return std::ranges::none_of(casefile.handoffs(),
                              [&](const HandoffState& ticket) { return ticket.hid == demand.of; });
}

// Acknowledged by signature at once; the log could not be written, and the rest came later.
bool is_signed_for(const CaseFold& fold, const Demand& demand) {
  const auto word = fold.unlogged.find(demand.of);
  return word != fold.unlogged.end() &&
         word->second.at_ms <= fold.casefile.admitted_ms(demand.position);
}

bool withdraws(const Message& message, const MessageId& hid) {
  const auto* handoff = std::get_if<Handoff>(&message.body);
  return handoff != nullptr && handoff->hid == hid &&
         std::holds_alternative<HandoffWithdrawn>(handoff->act);
}

// Before anything could be said: in the batch that admitted it, or while the log could not be
// written. A ticket that is over is acknowledged to nobody.
bool was_withdrawn_at_once(const CaseFold& fold, const Demand& demand) {
  const Case& casefile = fold.casefile;
  for (std::uint64_t at = demand.position + 1; at < casefile.next_position(); ++at) {
    const Message& message = *casefile.messages()[at];
    const bool same_batch = casefile.admitted_ms(at) == casefile.admitted_ms(demand.position);
    if (message.author.party == Party::brand) return false;
    if (!same_batch && !is_signed_for(fold, demand)) return false;
    if (withdraws(message, demand.of) && casefile.outcome_at(at).effect == Effect::binding) {
      return true;
    }
  }
  return false;
}

void check_demand(const CaseFold& fold, const Demand& demand, EndOfLog end, Notes& notes) {
  const Case& casefile = fold.casefile;
  if (waits_for_nothing(casefile, demand)) return notes.not_applicable(demand.rule);
  const Where where{.entries = {fold.messages[demand.position].entry}, .case_id = fold.id};
  const std::string what =
      demand.rule == Rule::handoff_acknowledged ? "a request for a person" : "a right";
  const auto answer = find_answer(casefile, demand);
  if (answer) {
    const std::int64_t admitted_ms = casefile.admitted_ms(demand.position);
    const std::int64_t late_ms =
        is_signed_for(fold, demand) ? 0 : casefile.admitted_ms(*answer) - admitted_ms;
    return notes.check(late_ms == 0, demand.rule, where, Party::brand, [&] {
      return what + " was acknowledged " + std::to_string(late_ms) +
             " ms later, not in the batch that admitted it";
    });
  }
  if (was_withdrawn_at_once(fold, demand)) return notes.not_applicable(demand.rule);
  const std::uint64_t last = casefile.next_position() - 1;
  const bool knows_more = casefile.admitted_ms(last) > casefile.admitted_ms(demand.position);
  if (!end.is_brands && !knows_more) {
    return notes.not_checkable(demand.rule, where,
                               "nothing that came after " + what + " has reached this log");
  }
  notes.broken(demand.rule, where, Party::brand, what + " was never acknowledged");
}

// The entry stands where the word was given, or the duty to write it was not done. Under load it
// keeps its place in the queue, which costs a while.
void check_word(const CaseFold& fold, const MessageId& message, const Unlogged& word, EndOfLog end,
                Notes& notes) {
  const Case& casefile = fold.casefile;
  const Where where{.entries = {word.entry}, .case_id = fold.id};
  const std::string call = "message " + short_hex(message) + ", signed for without a log,";
  if (const auto position = casefile.find_position(message)) {
    const std::int64_t late_ms = casefile.admitted_ms(*position) - word.at_ms;
    return notes.check(
        late_ms <= unlogged_ms_max, Rule::log_backfilled, where, Party::brand,
        call + " was logged as if it had come " + std::to_string(late_ms) + " ms later");
  }
  const bool goes_on = casefile.is_open() && casefile.admitted_ms(casefile.next_position() - 1) >
                                                 word.at_ms + unlogged_ms_max;
  if (!end.is_brands && !goes_on) {
    return notes.not_checkable(Rule::log_backfilled, where,
                               call + " and nothing that came after has reached this log");
  }
  notes.broken(Rule::log_backfilled, where, Party::brand, call + " was never logged");
}

std::string call(const Binding& binding, const TermState& state) {
  return "term " + std::to_string(state.term.id) + " of " + short_hex(binding.source) + " (" +
         state.term.purpose + ")";
}

// "At once" is as soon as a back office answers, which nobody promises to the millisecond.
std::int64_t tolerance_ms(const Due& due) { return due.at_ms == 0 && due.n == 0 ? at_once_ms : 0; }

bool asks_for_link(const Message& message, const MessageId& right) {
  const auto* exercise = std::get_if<Exercise>(&message.body);
  const auto* done = exercise ? std::get_if<Acknowledged>(&exercise->act) : nullptr;
  return done != nullptr && done->of == right && done->awaiting_link_until_ms != 0;
}

// When the link was granted that a right waited for; 0: it waited for none.
std::int64_t linked_ms(const Case& casefile, const Binding& binding) {
  bool asked = false;
  for (std::uint64_t at = binding.position; at < casefile.next_position(); ++at) {
    const Message& message = *casefile.messages()[at];
    asked = asked || asks_for_link(message, binding.source);
    const auto* link = std::get_if<Link>(&message.body);
    const bool granted = link != nullptr && std::holds_alternative<LinkGranted>(link->step);
    if (asked && granted) return casefile.admitted_ms(at);
  }
  return 0;
}

// Until the link and the approval that a right needs the tables let the agent carry out nothing.
std::int64_t ready_ms(const Case& casefile, const Binding& binding) {
  const auto right = casefile.exercises().find(binding.source);
  const std::int64_t approved_ms =
      right == casefile.exercises().end() ? 0 : right->second.approved_ms;
  return std::max(linked_ms(casefile, binding), approved_ms);
}

std::int64_t latest_ms(const Case& casefile, const Binding& binding, const TermState& state) {
  const std::int64_t due_ms = state.due_ms + tolerance_ms(state.term.due);
  return std::max(due_ms, ready_ms(casefile, binding) + at_once_ms);
}

// Its consumer let the due time pass: by then it is a person's, in that person's time.
bool was_kept_waiting(const Case& casefile, const Binding& binding, const TermState& state) {
  const bool due_at_once = state.due_ms <= binding.at_ms;
  return !due_at_once && ready_ms(casefile, binding) > state.due_ms;
}

// What was disputed and done again was done in time, if it was the first time: a dispute says what
// a consumer thinks of it, not when it was done.
std::int64_t first_done_ms(const Case& casefile, const Binding& binding, const TermState& state) {
  for (std::uint64_t at = binding.position; at < casefile.next_position(); ++at) {
    const auto* perform = std::get_if<Perform>(&casefile.messages()[at]->body);
    if (perform == nullptr || perform->source != binding.source) continue;
    const bool is_done = std::ranges::any_of(perform->items, [&](const Performed& item) {
      return item.term == state.term.id && item.state == Performed::State::done &&
             !item.of_condition;
    });
    if (is_done) return casefile.admitted_ms(at);
  }
  return state.reported_ms;
}

void check_term(const CaseFold& fold, const Binding& binding, const TermState& state, EndOfLog end,
                Notes& notes) {
  const bool owed = state.term.obligor == Party::brand && state.active && !state.ended &&
                    !binding.superseded && state.due_ms != 0 &&
                    binding.awaiting_link_until_ms == 0 && !binding.awaiting_approval;
  if (!owed || was_kept_waiting(fold.casefile, binding, state)) {
    return notes.not_applicable(Rule::perform_in_time);
  }
  const Where where{.entries = {fold.messages[binding.position].entry}, .case_id = fold.id};
  const std::int64_t until_ms = latest_ms(fold.casefile, binding, state);
  if (state.state == Performed::State::done) {
    const std::int64_t done_ms = first_done_ms(fold.casefile, binding, state);
    return notes.check(done_ms <= until_ms, Rule::perform_in_time, where, Party::brand, [&] {
      return call(binding, state) + " was done " + std::to_string(done_ms - state.due_ms) +
             " ms late";
    });
  }
  // A failed term goes to its standby or to a person, which have deadlines of their own.
  if (state.state == Performed::State::failed) {
    return notes.not_applicable(Rule::perform_in_time);
  }
  const std::int64_t known_until_ms =
      end.is_brands ? end.last_ms : fold.casefile.admitted_ms(fold.casefile.next_position() - 1);
  if (known_until_ms <= until_ms) {
    return notes.not_checkable(Rule::perform_in_time, where,
                               call(binding, state) + " is not due yet where the log ends");
  }
  notes.broken(Rule::perform_in_time, where, Party::brand,
               call(binding, state) + " was due and is not done " +
                   std::to_string(known_until_ms - state.due_ms) + " ms later");
}

void check_agreement(const CaseFold& fold, const Binding& binding, Notes& notes) {
  if (binding.kind != Binding::Kind::agreement) return;
  const Authorised<Message>* source = fold.casefile.find_message(binding.source);
  const auto offer = fold.casefile.offers().find(binding.offer);
  const auto* accept = source ? std::get_if<Accept>(&(*source)->body) : nullptr;
  const bool spoken = accept != nullptr && offer != fold.casefile.offers().end() &&
                      accept->offer == binding.offer && (*source)->author.party != offer->second.by;
  notes.check(spoken, Rule::agreement_spoken,
              {.entries = {fold.messages[binding.position].entry}, .case_id = fold.id},
              Party::brand, "an agreement that the other party did not accept");
}

}  // namespace

void check_duties(const CaseFold& fold, EndOfLog end, Notes& notes) {
  for (const auto& [message, word] : fold.unlogged) check_word(fold, message, word, end, notes);
  for (const Demand& demand : demands_of(fold.casefile)) check_demand(fold, demand, end, notes);
  for (const auto& [source, binding] : fold.casefile.bindings()) {
    check_agreement(fold, binding, notes);
    for (const TermState& state : binding.terms) check_term(fold, binding, state, end, notes);
  }
}

}  // namespace entente
