#pragma once
// What a rule wants said, before anybody signs it: a body, the parts it repeats from earlier
// messages of the case, and new parts that have no salt and digest yet.
//
// Indices in `body` count the repeated parts first, then the added ones.

#include <entente/protocol/message.h>

#include <vector>

namespace entente {

struct NewPart {
  PartClass part_class = PartClass::unset;
  std::string media_type;
  Bytes content;
  bool operator==(const NewPart&) const = default;
};

struct Speech {
  Body body;
  std::vector<PartRef> repeated;
  std::vector<NewPart> added;
  bool operator==(const Speech&) const = default;
};

}  // namespace entente
