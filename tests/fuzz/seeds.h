#pragma once
// What fuzzing starts from: inputs that are right or nearly so, made anew from our own vectors,
// samples and examples, from a negotiation that really takes place, from the test data of others
// where it is there (ENTENTE_SHARED), and what was found before (found/).
//
//     for (const Bytes& seed : fuzz::seeds_of("wire")) ...

#include "fuzz.h"

namespace entente::fuzz {

std::vector<Bytes> seeds_of(std::string_view target);

}  // namespace entente::fuzz
