#include <entente/policy/exposure_fold.h>

namespace entente {

void fold_exposure(Exposure& exposure, const Case& casefile, std::string_view account) {
  for (const auto& [id, offer] : casefile.offers()) {
    if (offer.by != Party::brand) continue;
    const bool standing = offer.status == OfferStatus::standing;
    const bool accepted = offer.status == OfferStatus::accepted;
    if (standing || accepted) {
      exposure.reserve(id, account, offer.offer().terms, casefile.admitted_ms(offer.position));
    }
    if (accepted) {
      exposure.keep(id);
    } else if (!standing) {
      exposure.release(id);
    }
  }
  for (const auto& [source, binding] : casefile.bindings()) {
    if (binding.kind == Binding::Kind::agreement) continue;
    std::vector<Term> terms;
    for (const TermState& term : binding.terms) terms.push_back(term.term);
    exposure.reserve(source, account, terms, binding.at_ms);
    exposure.keep(source);
  }
}

}  // namespace entente
