#include "taken_back.h"

namespace entente {

void believe_taken_back(const CaseFold& fold, Authority& authority, const Saying& saying,
                        Notes& notes) {
  const Digest& mandate = saying.message->author.authority;
  const auto principal = authority.find_principal(*saying.message);
  if (saying.message->author.party != Party::consumer) return;
  if (saying.effect != name(ErrorCode::mandate_revoked)) return;
  if (mandate.is_zero() || !principal || authority.is_revoked(mandate)) return;
  authority.revoke(mandate, *principal, saying.brand_index);
  notes.not_checkable(
      Rule::case_effect, {.entries = {saying.noted.entry}, .case_id = fold.id},
      "that mandate " + short_hex(mandate) + " was taken back stands in a case that is not shown");
}

}  // namespace entente
