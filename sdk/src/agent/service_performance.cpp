// How the brand's agent keeps its word: the intent is on the log before the back office is asked,
// each key is executed at most once, and what is unknown is looked up, never tried again blindly.

#include <entente/core/limits.h>
#include <entente/identity/linked_account.h>
#include <entente/policy/exposure.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "service_agent.h"

namespace entente {
namespace {

constexpr std::uint32_t answers_max = 8;  // without an end; then a person looks

bool is_settled(Performed::State state) {
  return state == Performed::State::done || state == Performed::State::failed;
}

// What the records of a case say about one key.
struct KeyRecord {
  bool intended = false;
  bool settled = false;       // done or failed
  std::uint32_t answers = 0;  // of the back office
};

KeyRecord record_of(const Room& room, const Digest& key) {
  KeyRecord found;
  for (const StoredEntry& entry : room.records()) {
    const bool intent = entry.leaf.kind == EntryKind::perform_intent;
    if (!intent && entry.leaf.kind != EntryKind::perform_result) continue;
    const auto record = decode<PerformanceRecord>(entry.content);
    if (!record || record->key != key) continue;
    found.intended = found.intended || intent;
    found.answers = record->lookups;
    found.settled = is_settled(record->state);
  }
  return found;
}

// The agent has said that it was begun, in what its log has lost and a consumer has shown again.
bool was_begun_by_agent(const Case& casefile, const Digest& source, std::uint16_t term) {
  return std::ranges::any_of(casefile.messages(), [&](const Authorised<Message>& message) {
    const auto* perform = std::get_if<Perform>(&message->body);
    return perform != nullptr && perform->source == source &&
           message->author.party == Party::brand && message->author.actor == Actor::rules &&
           std::ranges::find(perform->items, term, &Performed::term) != perform->items.end();
  });
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

bool is_begun(const Room& room, const Digest& source, const TermState& term) {
  if (term.state == Performed::State::failed) return false;
  return term.state != Performed::State::unset ||
         record_of(room, perform_key(source, term.term.id)).intended;
}

// The agreement that this one takes the place of was begun meanwhile: whoever performed this one,
// too, would make the claim good twice.
bool takes_place_of_begun(const Room& room, const Binding& binding) {
  const Case& casefile = room.casefile();
  const auto& superseded = casefile.offers().at(binding.offer).offer().supersedes;
  return std::ranges::any_of(superseded, [&](const Digest& source) {
    const auto earlier = casefile.bindings().find(source);
    if (earlier == casefile.bindings().end()) return false;
    return std::ranges::any_of(earlier->second.terms,
                               [&](const TermState& term) { return is_begun(room, source, term); });
  });
}

// A right that names no claim is about all of them.
bool have_one_claim(const Term& term, const Term& other) {
  if (term.claims.empty() || other.claims.empty()) return true;
  return std::ranges::find_first_of(term.claims, other.claims) != term.claims.end();
}

// What was given for the same claim by an agreement, or by the right said another time. Rights are
// never refused, and no facts were asked before what they owe: whether it is owed beside that, a
// person sees.
bool is_given_beside(const Room& room, const Binding& binding, const Term& duty) {
  const std::string kind = kind_of_remedy(duty);
  return std::ranges::any_of(room.casefile().bindings(), [&](const auto& entry) {
    const auto& [source, other] = entry;
    if (source == binding.source || kind.empty()) return false;
    return std::ranges::any_of(other.terms, [&](const TermState& term) {
      return kind_of_remedy(term.term) == kind && have_one_claim(term.term, duty) &&
             is_begun(room, source, term);
    });
  });
}

bool is_second_remedy(const Room& room, const Binding& binding, const Term& term) {
  switch (binding.kind) {
    case Binding::Kind::agreement:
      return takes_place_of_begun(room, binding);
    case Binding::Kind::exercise:
      return is_given_beside(room, binding, term);
    case Binding::Kind::grant:
      return false;
  }
  return false;
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
bool is_news(const TermState* term, Performed::State state) {
  if (term == nullptr || is_settled(term->state)) return false;
  return is_settled(state) || term->state == Performed::State::unset ||
         (term->state == Performed::State::unknown && state == Performed::State::started);
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

const TermState* find_term(const Case& casefile, const Order& order) {
  const auto binding = casefile.bindings().find(order.source);
  return binding == casefile.bindings().end() ? nullptr : binding->second.find_term(order.term.id);
}

}  // namespace

bool ServiceAgent::perform_terms(Room& room) {
  const Case& casefile = room.casefile();
  bool working = false;
  for (const auto& [source, binding] : casefile.bindings()) {
    const bool linked = find_account_link(casefile, room.now_ms()).has_value();
    if (binding.awaiting_link_until_ms != 0 && !linked) continue;
    for (const TermState& term : binding.terms) {
      const Digest key = perform_key(source, term.term.id);
      const KeyRecord record = record_of(room, key);
      const bool begun = record.intended || (binding.at_ms <= parts_.lost_until_ms &&
                                             was_begun_by_agent(casefile, source, term.term.id));
      if (record.settled || !is_brands_to_do(binding, term, begun)) continue;
      working = start_performance(room, binding, term) || working;
    }
  }
  return working;
}

// An intent without an end is looked up, never carried out again blindly: what became of it, only
// the back office knows. After a crash the records find the same work.
bool ServiceAgent::start_performance(Room& room, const Binding& binding, const TermState& term) {
  const Order order = order_of(room, binding, term);
  if (is_in_flight(order.case_id, to_hex(order.key))) return true;
  const KeyRecord record = record_of(room, order.key);
  if (record.intended) {
    if (record.answers < answers_max) look_up(order, lookup_delay_ms(record.answers));
    return false;
  }
  room.record(EntryKind::perform_intent, encode(PerformanceRecord{.case_id = order.case_id,
                                                                  .key = order.key,
                                                                  .source = order.source,
                                                                  .term = term.term.id}));
  if (is_second_remedy(room, binding, term.term)) {
    take_answer(room, order, {.state = Performance::State::failed, .code = "remedy_given"});
    return false;
  }
  if (binding.at_ms <= parts_.lost_until_ms) {
    look_up(order, 0);  // the intent, and what came of it, may have been lost
    return false;
  }
  execute(order);
  return true;
}

Order ServiceAgent::order_of(Room& room, const Binding& binding, const TermState& term) const {
  const Case& casefile = room.casefile();
  const MessageId& worded_in =
      binding.kind == Binding::Kind::agreement ? binding.offer : binding.source;
  return {.key = perform_key(binding.source, term.term.id),
          .source = binding.source,
          .case_id = casefile.id(),
          .term = term.term,
          .parts = texts_of(room, **casefile.find_message(worded_in)),
          .account = account_for(room, binding)};
}

// What was agreed is for the account that was linked when it was offered, whoever is linked by now
// and if nobody is any more. A right waits for its link, which comes later.
std::string ServiceAgent::account_for(Room& room, const Binding& binding) const {
  const Case& casefile = room.casefile();
  const bool agreed = binding.kind == Binding::Kind::agreement;
  const std::uint64_t position =
      agreed ? casefile.offers().at(binding.offer).position : binding.position;
  const auto then = find_account_link_at(casefile, position);
  const auto now = find_account_link(casefile, room.now_ms());
  const bool newest = binding.kind == Binding::Kind::exercise ? now.has_value() : !then;
  return account_of(room, newest ? now : then);
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
               if (!record_of(room, order.key).settled) look_up(order, 0);
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
  bool hangs = false;
  {
    const std::scoped_lock lock(mutex_);
    Progress& progress = progress_[order.case_id];
    progress.looking_up.erase(order.key);
    hangs = progress.hanging.contains(order.key);
  }
  take_answer(room, order, answer);
  // While a call of ours may still get there, it is not certain that nothing will be done.
  const KeyRecord record = record_of(room, order.key);
  const bool again = answer.state == Performance::State::absent && !hangs &&
                     record.answers < answers_max && !record.settled;
  if (again) execute(order);
}

void ServiceAgent::take_answer(Room& room, const Order& order, const Performance& answer) {
  const KeyRecord known = record_of(room, order.key);
  if (known.settled) return;
  const bool absent = answer.state == Performance::State::absent;
  const std::string code = absent ? "absent" : answer.code.substr(0, limits::text_bytes_max);
  const PerformanceRecord result{.case_id = order.case_id,
                                 .key = order.key,
                                 .source = order.source,
                                 .term = order.term.id,
                                 .state = logged(answer.state),
                                 .reference = answer.reference.substr(0, limits::text_bytes_max),
                                 .code = code,
                                 .lookups = known.answers + 1};
  room.record(EntryKind::perform_result, encode(result));
  if (!absent) tell(room, order, result);
  // Nothing else goes on by itself but the next look-up and the term's failure remedy.
  const bool failed = result.state == Performed::State::failed;
  const bool ends_here = failed && std::holds_alternative<ToPerson>(order.term.on_failure);
  const bool in_doubt = !is_settled(result.state) && result.lookups >= answers_max;
  if (ends_here || in_doubt) ask_for_person(room, "tech_failure");
}

// What the case does not take is a person's to say.
void ServiceAgent::tell(Room& room, const Order& order, const PerformanceRecord& result) {
  if (!is_news(find_term(room.casefile(), order), result.state)) return;
  Performed item{.term = order.term.id, .state = result.state};
  Speech speech;
  if (!result.reference.empty()) {
    item.reference = 0;
    speech.added.push_back({PartClass::reference, "text/plain", to_bytes(result.reference)});
  }
  const auto value = find_value(order.term);
  if (result.state == Performed::State::done && value) item.amount = *value;
  speech.body = Perform{.source = order.source, .items = {item}};
  if (!room.say(speech, Actor::rules)) ask_for_person(room, "tech_failure");
}

}  // namespace entente
