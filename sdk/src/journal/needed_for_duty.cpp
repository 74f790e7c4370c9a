#include <entente/journal/needed_for_duty.h>

#include <algorithm>

namespace entente {
namespace {

// A right whose link never came is nobody's duty.
bool is_owed(const Binding& binding, std::int64_t at_ms) {
  const bool is_linked_too_late =
      binding.awaiting_link_until_ms != 0 && binding.awaiting_link_until_ms < at_ms;
  if (binding.superseded || is_linked_too_late) return false;
  return std::ranges::any_of(binding.terms, [](const TermState& term) {
    return term.term.obligor == Party::brand && term.is_open();
  });
}

}  // namespace

bool is_needed_for_duty(const Case& casefile, const ErasureRecord& erasure) {
  if (casefile.phase() == Phase::closed) return false;
  if (!covers(erasure, "reference") && !covers(erasure, "contact")) return false;
  return std::ranges::any_of(
      casefile.bindings(), [&](const auto& entry) { return is_owed(entry.second, erasure.at_ms); });
}

}  // namespace entente
