// What stands in the way of carrying a promise out by itself: that the same was given already,
// whatever promised it, or that what it names is not there any more. A person then sees to it.

#include <entente/identity/linked_account.h>
#include <entente/wire/codec.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "policy/parts.h"
#include "service_agent.h"

namespace entente {
namespace {

bool is_begun(const KeysOnRecord& keys, const Digest& source, const TermState& term) {
  if (term.state == Performed::State::failed) return false;
  if (term.state != Performed::State::unset) return true;
  const KeyRecord key = find_key(keys, perform_key(source, term.term.id));
  return key.intended && key.last->state != Performed::State::failed;
}

// The agreement that this one takes the place of was begun meanwhile: whoever performed this one,
// too, would make the claim good twice.
bool takes_place_of_begun(const Room& room, const Binding& binding) {
  const Case& casefile = room.casefile();
  const KeysOnRecord keys = keys_on_record(room.records());
  const auto& superseded = casefile.offers().at(binding.offer).offer().supersedes;
  return std::ranges::any_of(superseded, [&](const Digest& source) {
    const auto earlier = casefile.bindings().find(source);
    if (earlier == casefile.bindings().end()) return false;
    return std::ranges::any_of(earlier->second.terms,
                               [&](const TermState& term) { return is_begun(keys, source, term); });
  });
}

// When the facts were asked for on which it was agreed: what had ended by then, they know. A person
// who offers knows what had ended when it was said.
std::int64_t facts_asked_ms(const Room& room, const Binding& binding) {
  const Case& casefile = room.casefile();
  std::map<std::uint64_t, std::int64_t> asked_ms;  // by entry
  for (const StoredEntry& entry : room.records()) {
    if (entry.leaf.kind == EntryKind::facts) {
      if (const auto facts = decode<Facts>(entry.content)) asked_ms[entry.index] = facts->at_ms;
    }
    if (entry.leaf.kind != EntryKind::decision) continue;
    const auto decision = decode<DecisionRecord>(entry.content);
    const bool is_its =
        decision && (decision->answer == binding.offer || decision->answer == binding.source);
    if (!is_its || decision->facts_entry == 0) continue;
    const auto asked = asked_ms.find(decision->facts_entry - 1);
    if (asked != asked_ms.end()) return asked->second;
  }
  const OfferState& offer = casefile.offers().at(binding.offer);
  return offer.by == Party::brand ? casefile.admitted_ms(offer.position) : binding.at_ms;
}

bool lacks_what_it_names(const Order& order) {
  bool lacks = false;
  Term term = order.term;
  policy::visit_parts(term, [&](PartIndex& index) {
    lacks = lacks || (index != no_part && order.parts.find(index) == nullptr);
  });
  return lacks;
}

auto text_in(const auto& holder) {
  return [&holder](const PartRef& ref) -> std::optional<std::string> {
    const Part* part = holder.find_part(ref);
    return part == nullptr ? std::nullopt : std::optional(to_text(part->content));
  };
}

}  // namespace

// A right is never refused, and no facts were asked before what it owes: whatever was given before
// stands in its way. Grants are a person's, who knows.
std::string_view ServiceAgent::obstacle_to(const Room& room, const Binding& binding,
                                           const Order& order) const {
  const auto link = account_link_for(room, binding);
  const bool is_account_erased = link && room.find_part(link->account) == nullptr;
  if (is_account_erased || lacks_what_it_names(order)) return "content_withheld";
  if (awaits_link(room, binding)) return "assurance_too_low";
  if (binding.awaiting_approval) return "approval_missing";
  if (binding.kind == Binding::Kind::grant) return {};
  const bool agreed = binding.kind == Binding::Kind::agreement;
  if (agreed && takes_place_of_begun(room, binding)) return "remedy_given";
  const Remedy remedy = remedy_of(room.casefile(), binding, order.term, text_in(room));
  const std::int64_t since_ms = agreed ? facts_asked_ms(room, binding) : 0;
  return begun_.has_other(remedy, since_ms) ? "remedy_given" : std::string_view();
}

bool ServiceAgent::carry_out(Room& room, const Binding& binding, const Order& order) {
  begun_.let_pass(room.now_ms());
  const std::string_view obstacle = obstacle_to(room, binding, order);
  if (!obstacle.empty()) {
    take_answer(room, order, {.state = Performance::State::failed, .code = std::string(obstacle)});
    return false;
  }
  begun_.begin(remedy_of(room.casefile(), binding, order.term, text_in(room)), binding.at_ms);
  execute(order);
  return true;
}

// Told again after each message. What was bound before the end of the log was lost may have been
// carried out in what was lost.
void ServiceAgent::note_begun(const CaseRecord& record) {
  std::optional<KeysOnRecord> keys;
  for (const auto& [source, binding] : record.casefile.bindings()) {
    for (const TermState& state : binding.terms) {
      const Term& term = state.term;
      if (term.obligor != Party::brand) continue;
      if (state.state == Performed::State::failed) {
        begun_.take_back(source, term.id);
        continue;
      }
      if (!begun_.knows(source, term.id)) {
        if (!keys) keys = keys_on_record(record.records);
        const bool may_be_lost = binding.at_ms <= parts_.lost_until_ms;
        if (!may_be_lost && !is_begun(*keys, source, state)) continue;
        begun_.begin(remedy_of(record.casefile, binding, term, text_in(record)), binding.at_ms);
      }
      if (state.state == Performed::State::done) begun_.end(source, term.id, state.reported_ms);
    }
  }
}

}  // namespace entente
