#include "refusals.h"

#include <entente/core/limits.h>

#include <algorithm>
#include <array>

namespace entente {
namespace {

// `judged_ms`: an accept that was told to come back is in time by its first presentation.
bool is_untimely(const Message& message, std::int64_t judged_ms, std::int64_t at_ms) {
  return message.sent_at_ms > at_ms + limits::skew_ms_max || message.admit_by_ms < judged_ms;
}

// A no for reasons of time, quota, order or mandate. `busy` while the log cannot be written is an
// acknowledgement.
bool is_shedding(const Refusal& refusal) {
  using enum ErrorCode;
  constexpr std::array reasons = {busy,
                                  too_late,
                                  clock_skew,
                                  card_unknown,
                                  card_expired,
                                  extension_unknown,
                                  mandate_expired,
                                  mandate_revoked,
                                  mandate_exceeded,
                                  assurance_too_low,
                                  stale_head,
                                  unknown_prev,
                                  exposure_exceeded};
  const auto code = find_error_code(refusal.code);
  if (!code || (*code == busy && refusal.unlogged)) return false;
  return std::ranges::find(reasons, *code) != reasons.end();
}

// The case as it stood when its head was the one that the refusal names.
std::optional<Case> case_at(const CaseFold& fold, const Authority& authority,
                            const Refusal& refusal) {
  if (refusal.head_pos >= fold.messages.size()) return std::nullopt;
  if (fold.messages[refusal.head_pos].id != refusal.head) return std::nullopt;
  Case earlier;
  for (const Refusal& busy : fold.busies) earlier.note_busy(busy);
  for (std::uint64_t at = 0; at <= refusal.head_pos; ++at) {
    const Verified<Message>& message = fold.casefile.messages()[at].verified();
    const std::int64_t then_ms = fold.casefile.admitted_ms(at);
    const auto authorised =
        pass_gate(authority, earlier, message,
                  {.now_ms = then_ms, .index = fold.messages[at].brand_entry.value_or(0)});
    if (!authorised) return std::nullopt;
    earlier.advance(then_ms);
    if (earlier.admit(*authorised, then_ms).effect == Effect::refused) return std::nullopt;
  }
  return earlier;
}

}  // namespace

bool is_never_right(const Refusal& refusal, const Message& message) {
  const Verb verb = message.verb();
  const auto code = find_error_code(refusal.code);
  // Whether the author belongs to the case, or has used the act id before, the case knows.
  if (code == ErrorCode::key_unknown || code == ErrorCode::act_conflict) return false;
  // And whether the mandate came with the opening, only the two of them.
  const bool names_mandate = verb == Verb::open && !message.author.authority.is_zero();
  if (code == ErrorCode::mandate_invalid && names_mandate) return false;
  if (is_shedding(refusal)) return true;
  // What a right or a revocation names may not be there; these have nothing to name.
  const bool names_nothing = verb == Verb::handoff || verb == Verb::leave || verb == Verb::open;
  return names_nothing && code != ErrorCode::busy;
}

void check_refusal(const CaseFold& fold, const Authority& authority, const TakenBack& taken_back,
                   const PresentedRefusal& presented,
                   const std::optional<Verified<Message>>& refused, Notes& notes) {
  const Refusal& refusal = presented.refusal;
  const Where where{.entries = {presented.entry}, .case_id = fold.id};
  const std::string call = "the refusal (" + refusal.code + ") of " + short_hex(refusal.message);
  const auto unclear = [&](std::string why) {
    notes.not_checkable(Rule::refusal_justified, where, call + ": " + std::move(why));
  };
  if (!refused) return unclear("the message is not in this log");
  const Message& message = **refused;
  const bool opened = fold.casefile.is_open() && fold.casefile.admitted_ms(0) <= refusal.at_ms;
  if (!opened && message.verb() != Verb::open && refusal.code == name(ErrorCode::busy)) {
    return unclear("the case was not open then");
  }
  if (is_never_refused(message) && is_shedding(refusal)) {
    return notes.broken(Rule::refusal_justified, where, Party::brand,
                        call + ": nothing sheds this verb");
  }
  if (refusal.code == name(ErrorCode::busy)) return unclear("how busy the brand was is not shown");
  const std::int64_t judged_ms = fold.casefile.judged_at_ms(*refused, refusal.at_ms);
  if (!is_never_refused(message) && is_untimely(message, judged_ms, refusal.at_ms)) {
    return notes.holds(Rule::refusal_justified);
  }
  const auto earlier = case_at(fold, authority, refusal);
  if (!earlier) return unclear("the case as it stood then is not known");
  if (earlier->find_act(message.author.key, message.act_id) != nullptr) {
    return notes.holds(Rule::refusal_justified);
  }
  const std::uint64_t index = fold.messages[refusal.head_pos].brand_entry.value_or(0) + 1;
  // A refusal has no place in the log: what another case took back by then counts by its time.
  const GateTime then = taken_back.time_of(*earlier, message, {{}, {refusal.at_ms, index}});
  const auto authorised = pass_gate(authority, *earlier, *refused, then);
  if (!authorised) return notes.holds(Rule::refusal_justified);
  const Outcome outcome = earlier->judge(*authorised, refusal.at_ms);
  notes.check(outcome.effect == Effect::refused, Rule::refusal_justified, where, Party::brand,
              call + ": the rules admit it, " + describe(outcome));
}

}  // namespace entente
