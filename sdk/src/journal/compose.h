#pragma once
// From a speech, which no one has signed, to a message with its parts salted and its frame filled.

#include <entente/policy/speech.h>
#include <entente/wire/part.h>

namespace entente {

struct Composition {
  Message message;              // author, audience, seen and order are the caller's to fill in
  std::vector<Part> new_parts;  // what must travel with it
};

Composition compose(const Speech& speech, std::int64_t now_ms, Entropy& entropy);

}  // namespace entente
