#pragma once
// The body of a message: fields of each verb, one by one, both ways.

#include <entente/protocol/verbs.h>
#include <message.capnp.h>

#include "wire/decoder.h"

namespace entente::wire {

void write(const entente::Body& from, Message::Body::Builder to);
entente::Body read_body(Message::Body::Reader from, Decoder& in);

// In opening_codec.cpp and offer_codec.cpp.
void write(const entente::Open& from, Open::Builder to);
void read(Open::Reader from, entente::Open& to, Decoder& in);
void write(const entente::Link& from, Link::Builder to);
void read(Link::Reader from, entente::Link& to, Decoder& in);
void write(const entente::Inform& from, Inform::Builder to);
void read(Inform::Reader from, entente::Inform& to, Decoder& in);
void write(const entente::Ask& from, Ask::Builder to);
void read(Ask::Reader from, entente::Ask& to, Decoder& in);
void write(const entente::Offer& from, Offer::Builder to);
void read(Offer::Reader from, entente::Offer& to, Decoder& in);
void write(const entente::Accept& from, Accept::Builder to);
void read(Accept::Reader from, entente::Accept& to, Decoder& in);
void write(const entente::Decline& from, Decline::Builder to);
void read(Decline::Reader from, entente::Decline& to, Decoder& in);
void write(const entente::Retract& from, Retract::Builder to);
void read(Retract::Reader from, entente::Retract& to, Decoder& in);
void write(const entente::Determine& from, Determine::Builder to);
void read(Determine::Reader from, entente::Determine& to, Decoder& in);
void write(const entente::Grant& from, Grant::Builder to);
void read(Grant::Reader from, entente::Grant& to, Decoder& in);
void write(const entente::Exercise& from, Exercise::Builder to);
void read(Exercise::Reader from, entente::Exercise& to, Decoder& in);

void write(const entente::Adr& from, Determine::Adr::Builder to);
void read(Determine::Adr::Reader from, entente::Adr& to, Decoder& in);

}  // namespace entente::wire
