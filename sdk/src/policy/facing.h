#pragma once
// Conditions meet facts. What is not known is a third answer, and never a yes.

#include <string>

#include "rules.h"

namespace entente::policy {

enum class Truth : std::uint8_t { no, yes, unknown };

// The facts a decision looks at, read as the policy declares them.
struct Facing {
  const PolicyRules& rules;
  const Facts& facts;
  std::int64_t now_ms = 0;

  // Unknown if the fact is absent, of another type than declared, or a code it may not be.
  Scalar value(std::string_view name) const;
  // Nothing if it is not known.
  std::optional<Money> amount(const Amount& amount) const;
};

Truth evaluate(const Check& check, const Facing& facing);
// All of them: no if one is no, else unknown if one is unknown.
Truth evaluate_all(const std::vector<Check>& checks, const Facing& facing);
// The names of the facts on both sides, each once: what decided, to be told with a refusal.
std::vector<std::string> facts_of(const Check& check);

}  // namespace entente::policy
