#pragma once
// A party writes its log itself: the same log again, signed by the same key, without what its owner
// would rather not show.

#include <entente/crypto/system.h>
#include <entente/journal/ledger.h>

#include <filesystem>
#include <functional>
#include <set>

namespace entente::tests {

struct RewrittenLog {
  std::filesystem::path from;
  std::filesystem::path to;
  std::string origin;
  const Signer& key;
  // Of each entry with the case it is of; may change it, false leaves it out.
  std::function<bool(EntryDraft&)> keep;
};
void rewrite(const RewrittenLog& wish);

}  // namespace entente::tests
