#pragma once
// How plain values are written into builders. Empty text, bytes, lists and absent structs stay null
// pointers: that is their only canonical form.

#include <capnp/blob.h>
#include <capnp/list.h>
#include <entente/protocol/message.h>

namespace entente::wire {

inline capnp::Text::Reader words(const std::string& from) { return {from.c_str(), from.size()}; }
inline capnp::Data::Reader raw(ByteView from) { return {from.data(), from.size()}; }

// The schema's enumerators have our numbers.
template <class Theirs, class Ours>
Theirs enumerant(Ours from) {
  return static_cast<Theirs>(from);
}

template <class Items, class List>
void write_structs(const Items& from, List to) {
  for (std::size_t i = 0; i < from.size(); ++i) write(from[i], to[static_cast<unsigned>(i)]);
}
inline void write_texts(const std::vector<std::string>& from,
                        capnp::List<capnp::Text>::Builder to) {
  for (std::size_t i = 0; i < from.size(); ++i) to.set(static_cast<unsigned>(i), words(from[i]));
}
template <class Items>
void write_data(const Items& from, capnp::List<capnp::Data>::Builder to) {
  for (std::size_t i = 0; i < from.size(); ++i) to.set(static_cast<unsigned>(i), raw(from[i]));
}
inline void write_numbers(const std::vector<std::uint16_t>& from,
                          capnp::List<std::uint16_t>::Builder to) {
  for (std::size_t i = 0; i < from.size(); ++i) to.set(static_cast<unsigned>(i), from[i]);
}
template <class Items>
unsigned count(const Items& items) {
  return static_cast<unsigned>(items.size());
}

}  // namespace entente::wire
