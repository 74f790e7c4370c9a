#pragma once
// What a mandate must be, and what it lets an assistant say.

#include <entente/core/result.h>
#include <entente/protocol/mandate.h>
#include <entente/protocol/message.h>

namespace entente {

// Fails with environment_mismatch, audience_mismatch, mandate_invalid, key_invalid.
Status check_mandate(const Mandate& mandate, std::string_view brand_did, Environment environment);

// The verb, the categories of its claims, the remedies wished for or promised. `subject` is the
// offer that an accept names. Fails with mandate_exceeded.
Status check_carries(const Mandate& mandate, const Message& message, const Message* subject);

}  // namespace entente
