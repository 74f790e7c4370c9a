#pragma once
// What a log teaches about who may speak and by which rules: cards, mandates, policies, in the
// order in which they were logged.

#include <entente/identity/authority.h>
#include <entente/policy/policy.h>

#include <map>
#include <unordered_set>

#include "log_pass.h"

namespace entente {

struct Documents {
  explicit Documents(Notes& to) : notes(to) {}

  void take(const OpenEntry& entry, Party owner);
  // The key of the brand's log, as its newest card names it.
  std::optional<Vkey> brand_vkey() const;
  const Policy* find_policy(const Digest& digest) const;
  const Policy* newest_policy() const { return newest.is_zero() ? nullptr : find_policy(newest); }

  Notes& notes;
  std::optional<Authority> authority;  // from the first card on
  std::map<Digest, Policy> policies;
  std::unordered_set<Digest> mandates;  // that hold, by the digest of their envelope
  Digest newest;                        // policy

 private:
  void take_card(const OpenEntry& entry);
  void take_mandate(const OpenEntry& entry, Party owner);
  void take_policy(const OpenEntry& entry);
};

}  // namespace entente
