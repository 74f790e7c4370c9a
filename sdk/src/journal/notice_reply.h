#pragma once
// What a brand says to notices of erasure, and what it makes of answers to its own: who is a member
// of the case is heard and answered at once, anybody else is told what any stranger is told.

#include "batch.h"

namespace entente {

// Puts what is new on record and the answers into `reply`. A notice that came before gets the
// answer it had.
void answer_notices(Batch& batch, const Arrived& arrived, Reply& reply);

// The key that the first thing said here beside messages is signed by; null if nothing verifies.
const PublicKey* notice_signer(const Arrived& arrived);

}  // namespace entente
