#include <entente/casefile/summary.h>
#include <entente/crypto/hash.h>

#include <algorithm>

#include "case_fold.h"

namespace entente {
namespace {

// By both clocks, where both are known: what was said when is no better known than that.
Interval when(const ReplayedMessage& message) {
  const std::int64_t own_ms = message.own_ms == 0 ? message.brand_ms : message.own_ms;
  return {std::min(own_ms, message.brand_ms), std::max(own_ms, message.brand_ms)};
}

std::string outcome_of(const ClaimState& claim) {
  if (claim.agreement) return "agreed";
  if (claim.determination) return std::string(name(claim.determination->result));
  return "open";
}

std::string state_of(const Binding& binding, const TermState& term) {
  if (binding.superseded) return "superseded";
  if (term.ended) return "ended";
  if (!term.active) return "standby";
  return term.state == Performed::State::unset ? "owed" : std::string(name(term.state));
}

void add_terms(CaseSummary& summary, const Binding& binding) {
  for (const TermState& term : binding.terms) {
    const auto value = find_value(term.term);
    summary.terms.push_back({.source = binding.source,
                             .term = term.term.id,
                             .obligor = term.term.obligor,
                             .purpose = term.term.purpose,
                             .value = value ? format_money(*value) : "",
                             .state = state_of(binding, term),
                             .due_ms = term.due_ms});
  }
}

template <class Act>
std::optional<Interval> first_act(const CaseFold& fold, const Digest& hid) {
  for (std::uint64_t at = 0; at < fold.messages.size(); ++at) {
    const auto* handoff = std::get_if<Handoff>(&fold.casefile.messages()[at]->body);
    if (handoff == nullptr || handoff->hid != hid) continue;
    if (std::holds_alternative<Act>(handoff->act)) return when(fold.messages[at]);
  }
  return std::nullopt;
}

}  // namespace

CaseSummary summarise(const CaseFold& fold) {
  const Case& casefile = fold.casefile;
  CaseSummary summary{.case_id = fold.id,
                      .phase = std::string(name(casefile.phase())),
                      .messages = casefile.next_position(),
                      .opened_ms = fold.messages.empty() ? 0 : fold.messages.front().brand_ms,
                      .state = {},
                      .claims = {},
                      .terms = {},
                      .handoffs = {}};
  if (!casefile.is_open()) return summary;
  summary.state = sha256(view(describe(casefile)));
  for (const auto& [id, claim] : casefile.claims()) {
    summary.claims.push_back({id, claim.claim.category, claim.claim.code, outcome_of(claim)});
  }
  for (const auto& [source, binding] : casefile.bindings()) add_terms(summary, binding);
  for (const HandoffState& handoff : casefile.handoffs()) {
    const auto asked = casefile.find_position(handoff.hid);
    summary.handoffs.push_back({.hid = handoff.hid,
                                .stage = std::string(name(handoff.stage)),
                                .asked = asked ? when(fold.messages[*asked]) : Interval{},
                                .acknowledged = first_act<Acked>(fold, handoff.hid),
                                .joined = first_act<Joined>(fold, handoff.hid)});
  }
  return summary;
}

}  // namespace entente
