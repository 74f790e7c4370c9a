#pragma once
// A negotiation that really took place, with endpoint, assistant and stores, told as bytes: what
// fuzzing an auditor starts from.

#include "fuzz.h"

namespace entente::fuzz {

struct Negotiated {
  Negotiated();
  Bytes brand;           // its log, as told_log.h tells it
  Bytes consumer;        // the other one
  std::string evidence;  // the brand's, as exported
};

}  // namespace entente::fuzz
