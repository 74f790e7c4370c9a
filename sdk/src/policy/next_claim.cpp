#include <algorithm>

#include "choosing.h"

namespace entente {
namespace policy {
namespace {

// What was agreed on a claim has been written: facts fetched from now on know of it. A result that
// is unknown has not.
bool is_carried_out(const Case& casefile, const MessageId& agreement) {
  const auto found = casefile.bindings().find(agreement);
  if (found == casefile.bindings().end()) return true;
  return std::ranges::all_of(found->second.terms, [](const TermState& state) {
    const bool waits = state.term.blocks && state.condition != Performed::State::done;
    const bool idle = !state.active || state.ended || state.term.obligor != Party::brand;
    return waits || idle ||
           (state.state != Performed::State::unset && state.state != Performed::State::unknown);
  });
}

enum class Turn : std::uint8_t { brand, consumer, nobody };

Turn find_turn(const Policy& policy, const Case& casefile, std::uint16_t claim) {
  const ClaimState& state = casefile.claims().at(claim);
  if (state.agreement && !is_carried_out(casefile, *state.agreement)) return Turn::consumer;
  if (is_answered(casefile, claim)) return Turn::nobody;
  const Facts no_facts;
  const Exposure no_exposure;
  const ClaimView view =
      view_claim(policy, Situation{casefile, claim, no_facts, no_exposure, {}, {}, 0});
  if (!view.offered || view.counter) return Turn::brand;
  if (view.declined && has_alternative(view)) return Turn::brand;
  return view.own ? Turn::consumer : Turn::nobody;
}

}  // namespace
}  // namespace policy

std::optional<std::uint16_t> next_claim(const Policy& policy, const Case& casefile) {
  for (const auto& entry : casefile.claims()) {
    switch (policy::find_turn(policy, casefile, entry.first)) {
      case policy::Turn::brand:
        return entry.first;
      case policy::Turn::consumer:
        if (policy.claims_sequential()) return std::nullopt;
        break;
      case policy::Turn::nobody:
        break;
    }
  }
  return std::nullopt;
}

}  // namespace entente
