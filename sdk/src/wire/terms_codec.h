#pragma once
// Fields of claims, wishes and terms, one by one, both ways.

#include <entente/protocol/terms.h>

#include "wire/shapes_codec.h"

namespace entente::wire {

void write(const entente::Claim& from, Claim::Builder to);
void read(Claim::Reader from, entente::Claim& to, Decoder& in);
// Claim ids must be unique.
std::vector<entente::Claim> read_claims(capnp::List<Claim>::Reader from, Decoder& in);

void write(const entente::Term& from, Term::Builder to);
// Term ids must be unique, and each failure remedy one that is there.
std::vector<entente::Term> read_terms(capnp::List<Term>::Reader from, Place place, Decoder& in);

}  // namespace entente::wire
