#pragma once
// Which account a case is linked to now: the newest grant that still holds. One rule for the live
// agent and for replay.

#include <entente/casefile/case.h>

namespace entente {

struct AccountLink {
  PartRef account;  // its content is the brand's own name for the account
  std::string assurance;
};

std::optional<AccountLink> find_account_link(const Case& casefile, std::int64_t now_ms);
// The one that held when the message at this position was admitted.
std::optional<AccountLink> find_account_link_at(const Case& casefile, std::uint64_t position);

}  // namespace entente
