#pragma once
// Fields of the handoff structs in message.capnp, one by one, both ways.

#include <entente/protocol/handoff.h>
#include <message.capnp.h>

#include "wire/decoder.h"

namespace entente::wire {

void write(const entente::HandoffRequest& from, HandoffRequest::Builder to);
void read(HandoffRequest::Reader from, entente::HandoffRequest& to, Decoder& in);
void write(const entente::Handoff& from, Handoff::Builder to);
void read(Handoff::Reader from, entente::Handoff& to, Decoder& in);

}  // namespace entente::wire
