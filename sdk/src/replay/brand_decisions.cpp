// Each decision on record, held against the case as it stood when it was made.

#include <entente/wire/codec.h>

#include <algorithm>

#include "brand_log.h"

namespace entente {
namespace {

// Of entente/policy/decide.h.
constexpr std::string_view cap_code = "cap_reached";
constexpr std::string_view given_code = "remedy_given";

}  // namespace

// What cannot be checked cannot be made again by another policy either.
void BrandLog::leave_open(const BrandCase& live, const OpenEntry& entry, const std::string& why) {
  notes().not_checkable(Rule::decision_replayed,
                        {.entries = {entry.index}, .case_id = live.fold.id}, why);
  if (parts_.options.newer == nullptr) return;
  parts_.result.redecisions.push_back({.entry = entry.index,
                                       .case_id = live.fold.id,
                                       .at_ms = entry.leaf.time_ms,
                                       .obstacle = why});
}

void BrandLog::take_decision(BrandCase& live, const OpenEntry& entry) {
  const Where where{.entries = {entry.index}, .case_id = live.fold.id};
  const auto record = decode<DecisionRecord>(*entry.content);
  notes().check(record && record->case_id == live.fold.id && record->at_ms == entry.leaf.time_ms,
                Rule::log_record, where, Party::brand,
                "the decision is not of this case or time, or no decision");
  if (!record) return;
  check_silence(live, entry.index, record->decider, true);
  if (!live.fold.lost.empty()) {
    return leave_open(live, entry, "the case cannot be followed " + live.fold.lost);
  }
  const auto answer = std::ranges::find(live.answers, record->answer, &Before::said);
  const bool said = answer != live.answers.end();
  notes().check(said || record->answer.is_zero(), Rule::decision_answer, where, Party::brand,
                "the decision names an answer that was not said just before");
  if (!said && !record->answer.is_zero()) return;
  if (!said) settle_exposure();
  exposure_.let_pass(record->at_ms);
  if (const std::string why = obstacle_to(*record); !why.empty()) {
    return leave_open(live, entry, why);
  }
  std::optional<Case> now;  // unless the case as it was before the answer is kept
  Case& before = said ? answer->casefile : now.emplace(live.fold.casefile);
  before.advance(record->at_ms);
  const Message* message = said ? &**live.fold.casefile.find_message(record->answer) : nullptr;
  const auto facts = live.facts.find(record->facts_entry - 1);
  const bool has_facts = record->facts_entry != 0 && facts != live.facts.end();
  if (record->facts_entry != 0 && !has_facts) {
    return leave_open(live, entry, "the facts used are not shown");
  }
  check(live, entry, *record,
        {.before = before, .said = message, .facts = has_facts ? &facts->second : nullptr});
}

// What all cases were promised decided, and not all of it is here.
std::string BrandLog::obstacle_to(const DecisionRecord& record) const {
  const bool of_all_cases = record.code == cap_code || record.code == given_code;
  if (parts_.is_partial && of_all_cases) {
    return "what all cases were promised decided; the evidence is of one";
  }
  if (hides_cases_ && of_all_cases) {
    return "what all cases were promised decided; some of them are erased or not shown";
  }
  if (record.code == given_code && !exposure_.knows_all_things()) {
    return "what was made good before is not shown in full";
  }
  return {};
}

void BrandLog::check(const BrandCase& live, const OpenEntry& entry, const DecisionRecord& record,
                     const Grounds& grounds) {
  const Facts none{
      .case_id = live.fold.id, .claim = record.claim, .at_ms = record.at_ms, .facts = {}};
  const DecisionView view{.entry = entry.index,
                          .record = record,
                          .before = grounds.before,
                          .said = grounds.said,
                          .facts = grounds.facts != nullptr ? *grounds.facts : none,
                          .exposure = exposure_,
                          .account = account_at(live, grounds.before, record.at_ms),
                          .parts = live.fold.parts,
                          .trace = find_trace(record.answer)};
  check_decision(view, parts_.documents, notes());
  const ReplayOptions& options = parts_.options;
  if (options.older == nullptr || options.newer == nullptr) return;
  parts_.result.redecisions.push_back(redecide(view, *options.older, *options.newer));
}

Trace* BrandLog::find_trace(const MessageId& message) {
  const auto found = std::ranges::find(parts_.result.traces, message,
                                       [](const Trace& trace) { return trace.message.id; });
  return found == parts_.result.traces.end() ? nullptr : &*found;
}

}  // namespace entente
