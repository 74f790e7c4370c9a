#pragma once
// What the brand has signed that cannot be true, or that it may not sign, as a consumer's log keeps
// it: on record in its case, so that evidence of the case carries it.

#include <entente/identity/authority.h>
#include <entente/journal/ledger.h>
#include <entente/wire/contradiction.h>

#include "followed_case.h"

namespace entente {

class ContradictionsKept {
 public:
  struct Shelf {
    Ledger& ledger;
    const Bytes& mandate;  // that our side speaks under; empty: the principal's own key speaks
    std::int64_t now_ms = 0;
  };
  // Durable on return, each with the brand's cards. One that is kept already is passed over. A
  // refusal is on record as such.
  Status keep(const Shelf& shelf, const CaseId& case_id, std::vector<Contradiction> found);
  // As a log has it, in an entry of kind freeze.
  Status load(ByteView content);

  const std::vector<Contradiction>& list() const { return list_; }

 private:
  std::vector<Contradiction> list_;
};

// The first word of this case that the brand's cards revoke the key of, from before it was said.
Result<std::vector<Contradiction>> find_disowned(const FollowedCase& followed, const Store& store,
                                                 const Authority& authority);
// The same of one message with its receipt.
std::optional<Contradiction> find_disowned(const Placed& said, const Authority& authority);

}  // namespace entente
