#pragma once
// When an act needs its principal's approval, and what makes an approval one of this very act.

#include <entente/identity/authority.h>

namespace entente {

// What an approval is held against.
struct Approvable {
  const Message& act;
  const Message* subject;  // the offer that an accept names
  PublicKey principal;
  std::string_view brand_did;
};

// Of an accept or a propose under this mandate. `offer` is what would bind. That a person who
// joined makes one necessary is the case's to say: such an accept is admitted, without effect.
bool needs_approval(const Offer& offer, const Mandate& mandate);

// Fails with approval_invalid, approval_expired.
Status check_approval(const Verified<Approval>& approval, const Approvable& what,
                      std::int64_t now_ms);

}  // namespace entente
