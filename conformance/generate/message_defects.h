#pragma once
// Defects that a message's author can put into plain values; the bytes are canonical all the same.

#include <entente/core/error.h>
#include <entente/protocol/message.h>

#include <span>

namespace entente::vectors {

struct Defect {
  const char* name;
  ErrorCode expect;
  const char* comment;
  Message (*make)();
};

std::span<const Defect> message_defects();

}  // namespace entente::vectors
