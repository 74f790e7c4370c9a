#include "case_fold.h"

#include <entente/identity/gate.h>

#include <algorithm>

namespace entente {
namespace {

// The rule that a message which should have been refused has broken.
Rule rule_of_refusal(ErrorCode code) {
  if (code == ErrorCode::handoff_pending) return Rule::handoff_respected;
  if (code == ErrorCode::duty_open || code == ErrorCode::term_open) return Rule::close_complete;
  return Rule::case_admitted;
}

// "brand's propose 4f0c1a2b"
std::string call(const Saying& saying) {
  return std::string(name(saying.message->author.party)) + "'s " +
         std::string(name(saying.message->verb())) + " " + short_hex(saying.message.id());
}

bool lose(CaseFold& fold, const Saying& saying, std::string why) {
  fold.lost = "after entry " + std::to_string(saying.noted.entry) + ": " + std::move(why);
  return false;
}

void count_restraint(const CaseFold& fold, const Saying& saying, Notes& notes) {
  if (saying.message->author.party != Party::brand) return;
  if (fold.casefile.handoff_pending()) notes.holds(Rule::handoff_respected);
  const auto* close = std::get_if<Close>(&saying.message->body);
  if (close != nullptr) notes.holds(Rule::close_complete);
}

void check_parts_received(const Saying& saying, const Where& where, Notes& notes) {
  for (const Digest& digest : saying.noted.parts_received) {
    const bool named = std::ranges::any_of(
        saying.message->parts, [&](const PartRef& ref) { return ref.digest == digest; });
    notes.check(named, Rule::log_part, where, Party::unset,
                "a part is said to be received that the message does not name");
  }
}

}  // namespace

std::string_view effect_text(const Outcome& outcome) {
  return outcome.effect == Effect::binding ? "binding" : name(outcome.code);
}

bool fold_saying(CaseFold& fold, Authority& authority, const Saying& saying, Notes& notes) {
  const Where where{.entries = {saying.noted.entry}, .case_id = fold.id};
  if (saying.position != fold.casefile.next_position()) {
    notes.broken(Rule::log_position, where, Party::brand,
                 call(saying) + " stands at position " + std::to_string(saying.position) +
                     ", not " + std::to_string(fold.casefile.next_position()));
    return lose(fold, saying, "its position does not follow");
  }
  notes.holds(Rule::log_position);
  check_parts_received(saying, where, notes);
  const auto authorised = pass_gate(authority, fold.casefile, saying.message,
                                    {.now_ms = saying.brand_ms, .index = saying.brand_index});
  if (!authorised) {
    notes.broken(
        Rule::message_authority, where, Party::brand,
        call(saying) + " was admitted and must not have been: " + describe(authorised.error()));
    return lose(fold, saying, "a message without authority");
  }
  notes.holds(Rule::message_authority);
  fold.casefile.advance(saying.brand_ms);
  count_restraint(fold, saying, notes);
  const Outcome outcome = fold.casefile.admit(*authorised, saying.brand_ms);
  if (outcome.effect == Effect::refused) {
    notes.broken(rule_of_refusal(outcome.code), where, Party::brand,
                 call(saying) + " was admitted; the rules give " + describe(outcome));
    return lose(fold, saying, "a message that the lifecycle refuses");
  }
  take_back_mandate(authority, *saying.message, saying.brand_index);
  notes.holds(Rule::case_admitted);
  notes.check(saying.effect == effect_text(outcome), Rule::case_effect, where, Party::brand, [&] {
    return call(saying) + " is on record as " + saying.effect + "; the rules give " +
           describe(outcome);
  });
  fold.messages.push_back(saying.noted);
  return true;
}

}  // namespace entente
