#pragma once
// Who finds the words between what is owed and what may be given: the policy's ladder by default,
// or a model, or the brand's code. Whatever it chooses is worded by the policy and held to the same
// limits afterwards, so a negotiator that was talked into something cannot promise it.

#include <entente/policy/decide.h>

namespace entente {

class Negotiator {
 public:
  virtual ~Negotiator() = default;
  virtual Actor actor() const = 0;  // ai or rules
  // Picks from what the policy allows; empty leaves the answer to the policy. Called on the writer
  // thread: a model prepares its answer beforehand.
  virtual std::vector<OfferChoice> choose(const Situation& situation,
                                          const std::vector<OfferChoice>& allowed) = 0;
};

}  // namespace entente
