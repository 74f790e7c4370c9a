#include <entente/core/limits.h>
#include <entente/policy/exposure_fold.h>

#include <algorithm>

namespace entente {
namespace {

void note_claims(Exposure& exposure, const Case& casefile, const CaseContent& content) {
  for (const auto& [id, state] : casefile.claims()) {
    if (exposure.knows_claim(casefile.id(), id)) continue;
    const auto* message = casefile.find_message(state.message);
    std::vector<OrderLine> things;
    bool all_known = true;
    for (const Line& line : state.claim.items) {
      if (message == nullptr || line.part >= (*message)->parts.size()) continue;
      const auto order = content.text_of((*message)->parts[line.part]);
      all_known = all_known && order.has_value();
      if (order) things.push_back({*order, line.line});
    }
    exposure.note_claim(casefile.id(), id, things, all_known);
  }
}

// While a ticket lives, offers are extended or stand still: nothing is released by the clock.
std::int64_t until_ms(const Case& casefile, const OfferState& offer) {
  const HandoffState* handoff = casefile.handoff();
  if (handoff != nullptr && is_live(handoff->stage)) return limits::integer_max;
  return offer.valid_until_ms + limits::offer_grace_ms;
}

bool may_bind(const Case& casefile, const OfferState& offer) {
  if (offer.status == OfferStatus::standing) return true;
  const bool crossable =
      offer.status == OfferStatus::replaced || offer.status == OfferStatus::retracted;
  return crossable && casefile.effective_prev(Party::consumer) < offer.ended_at;
}

void fold_offers(Exposure& exposure, const Case& casefile, const CaseContent& content) {
  for (const auto& [id, offer] : casefile.offers()) {
    const bool accepted = offer.status == OfferStatus::accepted;
    // What the consumer proposes binds the brand by its own accept alone.
    if (offer.by != Party::brand && !accepted) continue;
    if (!accepted && !may_bind(casefile, offer)) {
      exposure.release(id);
      continue;
    }
    if (!exposure.extend(id, until_ms(casefile, offer))) {
      exposure.reserve({.message = id,
                        .case_id = casefile.id(),
                        .account = content.account_at(offer.position),
                        .terms = offer.offer().terms,
                        .at_ms = casefile.admitted_ms(offer.position),
                        .until_ms = until_ms(casefile, offer)});
    }
    if (accepted) exposure.keep(id);
  }
}

// When the last of the brand's terms was done; 0 while one is not, or is disputed.
std::int64_t carried_out_ms(const Binding& binding) {
  std::int64_t last_ms = 0;
  for (const TermState& term : binding.terms) {
    if (term.term.obligor != Party::brand || !term.active || term.ended) continue;
    if (term.state != Performed::State::done || term.disputed) return 0;
    last_ms = std::max(last_ms, term.reported_ms);
  }
  return last_ms;
}

}  // namespace

void fold_exposure(Exposure& exposure, const Case& casefile, const CaseContent& content) {
  note_claims(exposure, casefile, content);
  fold_offers(exposure, casefile, content);
  for (const auto& [source, binding] : casefile.bindings()) {
    const bool agreed = binding.kind == Binding::Kind::agreement;
    if (!agreed && !exposure.extend(source, 0)) {
      std::vector<Term> terms;
      for (const TermState& term : binding.terms) terms.push_back(term.term);
      exposure.reserve({.message = source,
                        .case_id = casefile.id(),
                        .account = content.account_at(binding.position),
                        .terms = terms,
                        .at_ms = binding.at_ms});
      exposure.keep(source);
    }
    exposure.carry_out(agreed ? binding.offer : source, carried_out_ms(binding));
  }
}

}  // namespace entente
