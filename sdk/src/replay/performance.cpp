#include "performance.h"

#include <entente/wire/part.h>

#include <utility>

namespace entente {
namespace {

Where at(const OpenEntry& entry, const CaseFold& fold) {
  return {.entries = {entry.index}, .case_id = fold.id};
}

// The term that the record says it is about, if it is owed by the brand by now.
const TermState* find_owed(const Case& casefile, const PerformanceRecord& record) {
  const auto binding = casefile.bindings().find(record.source);
  if (binding == casefile.bindings().end()) return nullptr;
  const TermState* state = binding->second.find_term(record.term);
  return state != nullptr && state->term.obligor == Party::brand ? state : nullptr;
}

// Of what a right owes nothing is done before its link and its approval.
bool is_too_early(const Case& casefile, const PerformanceRecord& record) {
  const auto binding = casefile.bindings().find(record.source);
  return binding != casefile.bindings().end() &&
         (binding->second.awaiting_link_until_ms != 0 || binding->second.awaiting_approval);
}

}  // namespace

void PerformanceCheck::take_intent(const CaseFold& fold, const OpenEntry& entry,
                                   const PerformanceRecord& record) {
  const bool keyed = record.key == perform_key(record.source, record.term);
  const bool owed = find_owed(fold.casefile, record) != nullptr;
  notes_.check(keyed && owed, Rule::perform_bound, at(entry, fold), Party::brand,
               keyed ? "an intent to perform a term that nothing makes binding"
                     : "the key of the intent is not that of its term");
  const auto [key, first] = keys_.try_emplace(record.key);
  if (first) {
    key->second.intent = entry.index;
    return;
  }
  // After a failure it may be tried again; else one intent is enough, if it was not lost.
  const bool is_lost = std::exchange(key->second.is_regained, false) && key->second.done == 0;
  notes_.check(is_lost || key->second.last == Performed::State::failed, Rule::perform_once,
               {.entries = {key->second.intent, entry.index}, .case_id = fold.id}, Party::brand,
               "a second intent to perform the same term");
}

void PerformanceCheck::take_result(const CaseFold& fold, const OpenEntry& entry,
                                   const PerformanceRecord& record) {
  const auto key = keys_.find(record.key);
  if (key == keys_.end()) {
    return notes_.broken(Rule::perform_intent, at(entry, fold), Party::brand,
                         "the back office was asked without an intent on record");
  }
  notes_.holds(Rule::perform_intent);
  key->second.last = record.state;
  if (record.state != Performed::State::done) return;
  ++key->second.done;
  if (is_too_early(fold.casefile, record)) {
    notes_.broken(Rule::perform_bound, at(entry, fold), Party::brand,
                  "carried out before the link or the approval that the right waits for");
  }
  notes_.check(
      key->second.done == 1, Rule::perform_once,
      {.entries = {key->second.intent, entry.index}, .case_id = fold.id}, Party::brand,
      [&] { return "the term was carried out " + std::to_string(key->second.done) + " times"; });
}

// Intent and result were lost with the end of the log. That it was done still counts.
void PerformanceCheck::take_regained(const CaseFold& fold, const Saying& saying,
                                     const Performed& item) {
  const auto& perform = std::get<Perform>(saying.message->body);
  const auto [key, first] = keys_.try_emplace(perform_key(perform.source, item.term));
  if (first) key->second.intent = saying.noted.entry;
  key->second.last = item.state;
  key->second.is_regained = true;
  if (item.state == Performed::State::done) key->second.done = 1;
  notes_.not_checkable(Rule::perform_intent, {.entries = {saying.noted.entry}, .case_id = fold.id},
                       "term " + std::to_string(item.term) + " is said to be " +
                           std::string(name(item.state)) +
                           " in a message taken back; its intent and result were lost");
}

void PerformanceCheck::take_report(const CaseFold& fold, const Saying& saying) {
  const auto* perform = std::get_if<Perform>(&saying.message->body);
  if (perform == nullptr || saying.message->author.party != Party::brand) return;
  const Where where{.entries = {saying.noted.entry}, .case_id = fold.id};
  for (const Performed& item : perform->items) {
    // What a person did by hand has its own record, and a condition is the consumer's to fulfil.
    if (item.of_condition || saying.message->author.actor == Actor::person) {
      notes_.not_applicable(Rule::perform_intent);
      continue;
    }
    if (saying.is_regained) {
      take_regained(fold, saying, item);
      continue;
    }
    const auto key = keys_.find(perform_key(perform->source, item.term));
    const bool backed = key != keys_.end() && (item.state != Performed::State::done ||
                                               key->second.last == Performed::State::done);
    notes_.check(backed, Rule::perform_intent, where, Party::brand, [&] {
      return "term " + std::to_string(item.term) + " is said to be " +
             std::string(name(item.state)) + " without an intent and result on record";
    });
  }
}

}  // namespace entente
