#pragma once
// What carrying an exercised right out waits for. What it owes is worded in decide.h.
//
//     assurance_suffices(link.assurance, assurance_for_right(policy, "withdrawal"))

#include <entente/policy/policy.h>

namespace entente {

// The assurance of the link that the policy asks for; empty: none.
std::string assurance_for_right(const Policy& policy, std::string_view right);

}  // namespace entente
