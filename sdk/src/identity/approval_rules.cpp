#include "approval_rules.h"

#include <entente/crypto/hash.h>
#include <entente/protocol/render.h>

#include <algorithm>

namespace entente {
namespace {

Status invalid(std::string detail) { return fail(ErrorCode::approval_invalid, std::move(detail)); }

// An accept is approved by its offer; any other act has no id while it is being approved, and is
// named by case and act id.
bool names_act(const Approval& approval, const Message& act) {
  const bool case_fits = approval.case_id == act.case_id;
  const bool act_fits = approval.act_id == act.act_id;
  const auto* accept = std::get_if<Accept>(&act.body);
  if (!accept) return approval.offer.is_zero() && case_fits && act_fits;
  return approval.offer == accept->offer && !approval.offer.is_zero() &&
         (case_fits || approval.case_id.is_zero()) && (act_fits || approval.act_id == ActId{});
}

std::string shown_text(const Approvable& what, std::string_view language) {
  if (std::holds_alternative<Accept>(what.act.body)) {
    return what.subject ? render_offer(*what.subject, what.brand_did, language) : std::string();
  }
  if (std::holds_alternative<Offer>(what.act.body)) {
    return render_offer(what.act, what.brand_did, language);
  }
  return render_exercise(what.act, language);
}

}  // namespace

bool needs_approval(const Offer& offer, const Mandate& mandate) {
  const auto exempt = [&](const Term& term) {
    return std::ranges::find(mandate.approval_exempt, term.purpose) !=
           mandate.approval_exempt.end();
  };
  return !offer.waives.empty() || !std::ranges::all_of(offer.terms, exempt);
}

Status check_approval(const Verified<Approval>& approval, const Approvable& what,
                      std::int64_t now_ms) {
  if (approval.signer() != what.principal) return invalid("not signed by the principal");
  if (approval->environment != what.act.environment) return invalid("another environment");
  if (approval->audience != what.brand_did) return invalid("another audience");
  if (approval->mandate != what.act.author.authority) return invalid("another mandate");
  if (!names_act(*approval, what.act)) return invalid("another act");
  const std::string text = shown_text(what, approval->language);
  if (text.empty() || sha256(view(text)) != approval->text_digest) {
    return invalid("another text");
  }
  if (now_ms >= approval->expires_ms) return fail(ErrorCode::approval_expired);
  return {};
}

}  // namespace entente
