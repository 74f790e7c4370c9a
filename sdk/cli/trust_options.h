#pragma once
// Whom the auditor at the command line believes: one file, or the key of one log.
//
//     .options = {trust_option, log_key_option, json_option}
//     ENTENTE_LET(trust, trust_of(arguments));

#include <entente/replay/trust.h>

#include "arguments.h"

namespace entente::cli {

inline constexpr OptionRule trust_option{
    "trust", "FILE", "whom you believe and when (docs/reference/trust-yaml.md)"};
inline constexpr OptionRule log_key_option{"log-key", "VKEY|CARD",
                                           "or the log's key alone, as you know it"};

// What both say, together. A card vouches for its log's key and for its root.
Result<Trust> trust_of(const Arguments& arguments);

}  // namespace entente::cli
