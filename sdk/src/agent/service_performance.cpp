// How the brand's agent keeps its word: the intent is on the log before the back office is asked,
// each key is executed at most once, and what is unknown is looked up, never tried again blindly.

#include <entente/identity/linked_account.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include "service_agent.h"

namespace entente {
namespace {

constexpr std::int64_t lookup_after_ms = 2'000;
constexpr std::uint32_t lookups_max = 8;  // then a person looks

// What the records of a case say about one key.
struct KeyRecord {
  bool intended = false;
  bool settled = false;  // done or failed
  std::uint32_t lookups = 0;
};

KeyRecord record_of(const Room& room, const Digest& key) {
  KeyRecord found;
  for (const StoredEntry& entry : room.records()) {
    const bool intent = entry.leaf.kind == EntryKind::perform_intent;
    if (!intent && entry.leaf.kind != EntryKind::perform_result) continue;
    const auto record = decode<PerformanceRecord>(entry.content);
    if (!record || record->key != key) continue;
    found.intended = found.intended || intent;
    found.lookups = record->lookups;
    found.settled =
        record->state == Performed::State::done || record->state == Performed::State::failed;
  }
  return found;
}

bool is_failed_over(const Binding& binding, std::uint16_t standby) {
  for (const TermState& term : binding.terms) {
    const auto* to = std::get_if<ToTerm>(&term.term.on_failure);
    if (to != nullptr && to->term == standby && term.state == Performed::State::failed) return true;
  }
  return false;
}

bool is_brands_to_do(const Binding& binding, const TermState& state) {
  const Term& term = state.term;
  if (term.obligor != Party::brand || binding.superseded || state.disputed) return false;
  if (std::holds_alternative<Payment>(term.shape)) return false;
  if (state.state == Performed::State::done || state.state == Performed::State::failed) {
    return false;
  }
  if (term.standby && !is_failed_over(binding, term.id)) return false;
  return !term.blocks || state.condition == Performed::State::done;
}

Performed::State reported(Performance::State state) {
  switch (state) {
    case Performance::State::done:
      return Performed::State::done;
    case Performance::State::failed:
      return Performed::State::failed;
    case Performance::State::started:
      return Performed::State::started;
    case Performance::State::unknown:
      return Performed::State::unknown;
  }
  return Performed::State::unknown;
}

}  // namespace

bool ServiceAgent::perform_terms(Room& room) {
  const Case& casefile = room.casefile();
  bool working = false;
  for (const auto& [source, binding] : casefile.bindings()) {
    const bool linked = find_account_link(casefile, room.now_ms()).has_value();
    if (binding.awaiting_link_until_ms != 0 && !linked) continue;
    for (const TermState& term : binding.terms) {
      if (!is_brands_to_do(binding, term)) continue;
      const Digest key = perform_key(source, term.term.id);
      if (is_in_flight(casefile.id(), to_hex(key))) {
        working = true;
        continue;
      }
      const KeyRecord record = record_of(room, key);
      if (record.settled || term.state == Performed::State::started ||
          term.state == Performed::State::unknown) {
        continue;  // a lookup is scheduled, or a person was asked
      }
      start_performance(room, binding, term, record.intended);
      working = true;
    }
  }
  return working;
}

void ServiceAgent::start_performance(Room& room, const Binding& binding, const TermState& term,
                                     bool intent_logged) {
  const Case& casefile = room.casefile();
  const MessageId& worded_in =
      binding.kind == Binding::Kind::agreement ? binding.offer : binding.source;
  const Order order{.key = perform_key(binding.source, term.term.id),
                    .source = binding.source,
                    .case_id = casefile.id(),
                    .term = term.term,
                    .parts = texts_of(room, **casefile.find_message(worded_in)),
                    .account = account_of(room)};
  if (!intent_logged) {
    room.record(EntryKind::perform_intent, encode(PerformanceRecord{.case_id = order.case_id,
                                                                    .key = order.key,
                                                                    .source = order.source,
                                                                    .term = term.term.id}));
  }
  later(casefile.id(), to_hex(order.key), [this, order, intent_logged] {
    // An intent without a result is a crash in between: only the back office knows what happened.
    Performance performance =
        intent_logged ? parts_.back_office.lookup(order.key) : parts_.back_office.execute(order);
    if (intent_logged && performance.state == Performance::State::unknown) {
      performance = parts_.back_office.execute(order);
    }
    return [this, order, performance](Room& later_room) {
      report_performance(later_room, order, performance);
    };
  });
}

void ServiceAgent::start_lookup(const Order& order, std::uint32_t lookups) {
  parts_.workers.start_after(lookup_after_ms << std::min(lookups, 6U), [this, order] {
    const Performance performance = parts_.back_office.lookup(order.key);
    sequencer_->post(order.case_id, [this, order, performance](Room& room) {
      report_performance(room, order, performance);
    });
  });
}

void ServiceAgent::report_performance(Room& room, const Order& order,
                                      const Performance& performance) {
  const KeyRecord known = record_of(room, order.key);
  if (known.settled) return;
  const Performed::State state = reported(performance.state);
  const std::uint32_t lookups = known.lookups + 1;
  room.record(EntryKind::perform_result,
              encode(PerformanceRecord{.case_id = order.case_id,
                                       .key = order.key,
                                       .source = order.source,
                                       .term = order.term.id,
                                       .state = state,
                                       .reference = performance.reference,
                                       .code = performance.code,
                                       .lookups = lookups}));
  Performed item{.term = order.term.id, .state = state};
  Speech speech;
  if (!performance.reference.empty()) {
    item.reference = 0;
    speech.added.push_back({PartClass::reference, "text/plain", to_bytes(performance.reference)});
  }
  if (state == Performed::State::done) {
    if (const auto value = find_value(order.term)) item.amount = *value;
  }
  const bool news =
      lookups == 1 || state == Performed::State::done || state == Performed::State::failed;
  speech.body = Perform{.source = order.source, .items = {item}};
  if (news) [[maybe_unused]]
    const auto said = room.say(speech, Actor::rules);
  const bool settled = state == Performed::State::done || state == Performed::State::failed;
  if (!settled && lookups < lookups_max) return start_lookup(order, lookups);
  const bool to_person = std::holds_alternative<ToPerson>(order.term.on_failure);
  if (!settled || (state == Performed::State::failed && to_person)) {
    ask_for_person(room, "tech_failure");
  }
}

}  // namespace entente
