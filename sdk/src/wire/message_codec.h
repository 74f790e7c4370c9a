#pragma once
// What the fields of a message share with other signed things.

#include <entente/protocol/message.h>
#include <message.capnp.h>

#include "wire/decoder.h"

namespace entente::wire {

void write(const entente::Extension& from, Extension::Builder to);
std::vector<entente::Extension> read_extensions(capnp::List<Extension>::Reader from, Decoder& in);

}  // namespace entente::wire
