// How the brand's agent keeps its word: the intent is on the log before the back office is asked,
// each key is executed at most once, and what is unknown is looked up, never tried again blindly.

#include <entente/core/limits.h>
#include <entente/identity/linked_account.h>
#include <entente/policy/rights.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "service_agent.h"

namespace entente {
namespace {

constexpr std::uint32_t answers_max = 8;  // without an end; then a person looks

// What the agent has said last of a term, be it in what its log has lost and a consumer has shown
// again; unset: nothing.
Performed::State told_by_agent(const Case& casefile, const Digest& source, std::uint16_t term) {
  Performed::State newest = Performed::State::unset;
  for (const Authorised<Message>& message : casefile.messages()) {
    const auto* perform = std::get_if<Perform>(&message->body);
    const bool is_agents =
        message->author.party == Party::brand && message->author.actor == Actor::rules;
    if (perform == nullptr || perform->source != source || !is_agents) continue;
    for (const Performed& item : perform->items) {
      if (item.term == term && !item.of_condition) newest = item.state;
    }
  }
  return newest;
}

const TermState* find_term(const Case& casefile, const Digest& source, std::uint16_t term) {
  const auto binding = casefile.bindings().find(source);
  return binding == casefile.bindings().end() ? nullptr : binding->second.find_term(term);
}

// What is owed now, or was begun and has no end yet.
bool is_brands_to_do(const Binding& binding, const TermState& state, bool intended) {
  const Term& term = state.term;
  if (term.obligor != Party::brand || std::holds_alternative<Payment>(term.shape)) return false;
  if (is_settled(state.state)) return false;
  if (intended) return true;
  if (state.state != Performed::State::unset) return false;  // a person has begun it
  if (binding.superseded || state.disputed || state.ended || !state.active) return false;
  return !term.blocks || state.condition == Performed::State::done;
}

Performed::State logged(Performance::State state) {
  switch (state) {
    case Performance::State::done:
      return Performed::State::done;
    case Performance::State::failed:
      return Performed::State::failed;
    case Performance::State::started:
      return Performed::State::started;
    case Performance::State::unknown:
    case Performance::State::absent:
      return Performed::State::unknown;
  }
  return Performed::State::unknown;
}

// The consumer hears what is new: that nothing is known yet, that it is under way, how it ended.
bool is_news(const TermState& term, Performed::State state) {
  if (is_settled(term.state)) return false;
  return is_settled(state) || term.state == Performed::State::unset ||
         (term.state == Performed::State::unknown && state == Performed::State::started);
}

// Nothing else goes on by itself but the next look-up and the term's failure remedy.
bool needs_person(const Term& term, const PerformanceRecord& result) {
  const bool failed = result.state == Performed::State::failed;
  const bool ends_here = failed && std::holds_alternative<ToPerson>(term.on_failure);
  const bool in_doubt = !is_settled(result.state) && result.lookups >= answers_max;
  return ends_here || in_doubt;
}

// Of a right that has duties there is one.
const Message& acknowledgement_of(const Case& casefile, const MessageId& right) {
  return **std::ranges::find_if(casefile.messages(), [&](const auto& message) {
    const auto* exercise = std::get_if<Exercise>(&message->body);
    const auto* answer = exercise ? std::get_if<Acknowledged>(&exercise->act) : nullptr;
    return answer != nullptr && answer->of == right;
  });
}

// Of what it owes by right the agent says nothing until then.
bool is_held_back(const Binding& binding) {
  return binding.awaiting_link_until_ms != 0 || binding.awaiting_approval;
}

// When a right that waits for its consumer becomes a person's. What is due at once is due once it
// may be done.
std::int64_t wait_ends_ms(const Case& casefile, const Binding& binding) {
  const Message& said = acknowledgement_of(casefile, binding.source);
  const auto& answer = std::get<Acknowledged>(std::get<Exercise>(said.body).act);
  std::int64_t ends_ms = limits::integer_max;
  const auto not_after = [&](std::int64_t at_ms) {
    if (at_ms > binding.at_ms) ends_ms = std::min(ends_ms, at_ms);
  };
  not_after(answer.awaiting_link_until_ms);
  for (const TermState& term : binding.terms) not_after(term.due_ms);
  return ends_ms;
}

// What is thrown says nothing about what was done, and only a look-up can tell what is under way
// from what never came.
Performance execute_once(BackOffice& office, const Order& order) {
  try {
    Performance answer = office.execute(order);
    const bool ended =
        answer.state == Performance::State::done || answer.state == Performance::State::failed;
    return ended ? answer : Performance{};
  } catch (...) {
    return {};
  }
}

}  // namespace

bool ServiceAgent::perform_terms(Room& room) {
  const Case& casefile = room.casefile();
  const KeysOnRecord keys = keys_on_record(room.records());
  bool working = false;
  for (const auto& [source, binding] : casefile.bindings()) {
    const bool held_back = is_held_back(binding);
    for (const TermState& term : binding.terms) {
      const KeyRecord key = find_key(keys, perform_key(source, term.term.id));
      if (key.is_settled()) {
        if (!held_back) tell_later(room, term, *key.last);
        continue;
      }
      const bool begun = key.intended ||
                         (binding.at_ms <= parts_.lost_until_ms &&
                          told_by_agent(casefile, source, term.term.id) != Performed::State::unset);
      if (!is_brands_to_do(binding, term, begun)) continue;
      if ((held_back || !begun) && awaits_consumer(room, binding)) continue;
      working = start_performance(room, binding, term, key) || working;
    }
  }
  return working;
}

// An intent without an end is looked up, never carried out again blindly: what became of it, only
// the back office knows. After a crash the records find the same work, and it is asked again.
bool ServiceAgent::start_performance(Room& room, const Binding& binding, const TermState& term,
                                     const KeyRecord& key) {
  const Order order = order_of(room, binding, term.term);
  if (is_in_flight(order.case_id, to_hex(order.key))) return true;
  if (key.intended) {
    if (key.answers() >= answers_max) return false;
    if (never_came(order)) return carry_out(room, binding, order);
    look_up(order, lookup_delay_ms(key.answers()));
    return false;
  }
  room.record(EntryKind::perform_intent, encode(PerformanceRecord{.case_id = order.case_id,
                                                                  .key = order.key,
                                                                  .source = order.source,
                                                                  .term = term.term.id}));
  // What came of an earlier intent may have been lost. What waited to the end, a person sees.
  if (binding.at_ms <= parts_.lost_until_ms && !is_held_back(binding)) {
    look_up(order, 0);
    return false;
  }
  return carry_out(room, binding, order);
}

Order ServiceAgent::order_of(Room& room, const Binding& binding, const Term& term) const {
  return {.key = perform_key(binding.source, term.id),
          .source = binding.source,
          .case_id = room.casefile().id(),
          .term = term,
          .parts = texts_for(room, binding),
          .account = account_of(room, account_link_for(room, binding))};
}

// The parts of the message that worded the terms. For a right that is its acknowledgement, which
// repeats what they name; what else the consumer said with the right comes after that.
PartTexts ServiceAgent::texts_for(const Room& room, const Binding& binding) const {
  const Case& casefile = room.casefile();
  if (binding.kind == Binding::Kind::agreement) {
    return texts_of(room, **casefile.find_message(binding.offer));
  }
  const Message& source = **casefile.find_message(binding.source);
  if (binding.kind == Binding::Kind::grant) return texts_of(room, source);
  const Message& worded = acknowledgement_of(casefile, binding.source);
  PartTexts texts = texts_of(room, worded);
  auto next = static_cast<PartIndex>(worded.parts.size());
  for (const auto& [index, text] : texts_of(room, source).texts) {
    const bool is_repeated =
        std::ranges::find(worded.parts, source.parts[index]) != worded.parts.end();
    if (!is_repeated) texts.texts[next++] = text;
  }
  return texts;
}

// What was agreed is for the account that was linked when it was offered, whoever is linked by now
// and if nobody is any more. A right waits for its link, which comes later.
std::optional<AccountLink> ServiceAgent::account_link_for(const Room& room,
                                                          const Binding& binding) const {
  const Case& casefile = room.casefile();
  const bool agreed = binding.kind == Binding::Kind::agreement;
  const std::uint64_t position =
      agreed ? casefile.offers().at(binding.offer).position : binding.position;
  const auto then = find_account_link_at(casefile, position);
  const auto now = find_account_link(casefile, room.now_ms());
  const bool newest = binding.kind == Binding::Kind::exercise ? now.has_value() : !then;
  return newest ? now : then;
}

bool ServiceAgent::is_linked_enough(const Room& room, const Binding& binding) const {
  const auto right = room.casefile().exercises().find(binding.source);
  if (binding.kind != Binding::Kind::exercise || right == room.casefile().exercises().end()) {
    return true;
  }
  const auto link = account_link_for(room, binding);
  return assurance_suffices(link ? std::string_view(link->assurance) : std::string_view(),
                            assurance_for_right(parts_.policy, right->second.invoke.right));
}

// What the tables know of a right's link is that there is one; how good it must be, the policy
// says.
bool ServiceAgent::awaits_link(const Room& room, const Binding& binding) const {
  return binding.awaiting_link_until_ms != 0 || !is_linked_enough(room, binding);
}

// A right waits for its link and for the principal's approval as long as the acknowledgement said,
// and not until it is late; then it is a person's.
bool ServiceAgent::awaits_consumer(Room& room, const Binding& binding) {
  const bool for_link = awaits_link(room, binding);
  if (!for_link && !binding.awaiting_approval) return false;
  if (room.now_ms() >= wait_ends_ms(room.casefile(), binding)) return false;
  const auto right = room.casefile().exercises().find(binding.source);
  if (for_link && right != room.casefile().exercises().end()) {
    require_link(room, assurance_for_right(parts_.policy, right->second.invoke.right));
  }
  return true;
}

void ServiceAgent::execute(const Order& order) {
  const auto take = [this, order](const Performance& answer) {
    return [this, order, answer](Room& room) { take_answer(room, order, answer); };
  };
  later(order.case_id, to_hex(order.key),
        {.ask = [office = parts_.back_office, order, take]() -> std::function<void(Room&)> {
           return take(execute_once(*office, order));
         },
         .unanswered =
             [this, order](Room& room) {
               {
                 const std::scoped_lock lock(mutex_);
                 progress_[order.case_id].hanging.insert(order.key);
               }
               take_answer(room, order, {});
             },
         // It has come back, with an answer that may be older than what was looked up since.
         .late =
             [this, order](Room& room) {
               {
                 const std::scoped_lock lock(mutex_);
                 progress_[order.case_id].hanging.erase(order.key);
               }
               const KeysOnRecord keys = keys_on_record(room.records());
               if (!find_key(keys, order.key).is_settled()) look_up(order, 0);
             }});
}

// At once after a crash, then at growing intervals.
std::int64_t ServiceAgent::lookup_delay_ms(std::uint32_t answers) const {
  return answers == 0 ? 0 : parts_.lookup_after_ms << (answers - 1);
}

void ServiceAgent::look_up(const Order& order, std::int64_t delay_ms) {
  {
    const std::scoped_lock lock(mutex_);
    if (!progress_[order.case_id].looking_up.insert(order.key).second) return;
  }
  const auto take = [this, order](const Performance& answer) {
    return [this, order, answer](Room& room) { take_lookup(room, order, answer); };
  };
  parts_.workers.start_after(
      delay_ms,
      call_for(order.case_id, {},
               {.ask = [office = parts_.back_office, key = order.key,
                        take]() -> std::function<void(Room&)> { return take(office->lookup(key)); },
                .unanswered = take(Performance{})}));
}

void ServiceAgent::take_lookup(Room& room, const Order& order, const Performance& answer) {
  {
    const std::scoped_lock lock(mutex_);
    Progress& progress = progress_[order.case_id];
    progress.looking_up.erase(order.key);
    progress.absent.erase(order.key);
    if (answer.state == Performance::State::absent) progress.absent.insert(order.key);
  }
  take_answer(room, order, answer);
}

// While a call of ours may still get there, it is not certain that nothing will be done.
bool ServiceAgent::never_came(const Order& order) {
  const std::scoped_lock lock(mutex_);
  Progress& progress = progress_[order.case_id];
  return progress.absent.erase(order.key) > 0 && !progress.hanging.contains(order.key);
}

void ServiceAgent::take_answer(Room& room, const Order& order, const Performance& answer) {
  const KeyRecord known = find_key(keys_on_record(room.records()), order.key);
  if (known.is_settled()) return;
  const bool absent = answer.state == Performance::State::absent;
  const Performed::State told = told_by_agent(room.casefile(), order.source, order.term.id);
  if (is_settled(told)) {
    // A log that lost its end has it from its consumer how this ended: it does not end twice.
    const bool agrees = absent ? told == Performed::State::failed
                               : !is_settled(logged(answer.state)) || logged(answer.state) == told;
    if (!agrees) ask_for_person(room, "tech_failure");
    return;
  }
  const std::string code = absent ? "absent" : answer.code.substr(0, limits::text_bytes_max);
  const PerformanceRecord result{.case_id = order.case_id,
                                 .key = order.key,
                                 .source = order.source,
                                 .term = order.term.id,
                                 .state = logged(answer.state),
                                 .reference = answer.reference.substr(0, limits::text_bytes_max),
                                 .code = code,
                                 .lookups = known.answers() + 1};
  room.record(EntryKind::perform_result, encode(result));
  const Status heard = absent ? Status() : tell(room, order.term, result);
  const bool is_refused = !heard && heard.error().code != ErrorCode::busy;
  if (is_refused || needs_person(order.term, result)) ask_for_person(room, "tech_failure");
}

// What the log had and the consumer could not be told: the brand waited to hear how far the case
// had come.
void ServiceAgent::tell_later(Room& room, const TermState& term, const PerformanceRecord& result) {
  if (!is_news(term, result.state) || !tell(room, term.term, result)) return;
  if (needs_person(term.term, result)) ask_for_person(room, "tech_failure");
}

// Fails as the case refuses it, which is then a person's to say; with busy while the brand waits
// for its consumer.
Status ServiceAgent::tell(Room& room, const Term& term, const PerformanceRecord& result) {
  const TermState* state = find_term(room.casefile(), result.source, term.id);
  if (state == nullptr || !is_news(*state, result.state)) return {};
  Performed item{.term = term.id, .state = result.state};
  Speech speech;
  if (!result.reference.empty()) {
    item.reference = 0;
    speech.added.push_back({PartClass::reference, "text/plain", to_bytes(result.reference)});
  }
  const auto value = find_value(term);
  if (result.state == Performed::State::done && value) item.amount = *value;
  speech.body = Perform{.source = result.source, .items = {item}};
  const auto said = room.say(speech, Actor::rules);
  return said ? Status() : std::unexpected(said.error());
}

}  // namespace entente
