#pragma once
// What every decode function asks of a field before it becomes a value. The first complaint is
// kept and the rest of the message is still read, which keeps the code that names fields free of
// branches; the value is thrown away at the end.

#include <capnp/blob.h>
#include <capnp/list.h>
#include <entente/core/limits.h>
#include <entente/protocol/message.h>

#include <algorithm>
#include <set>

namespace entente::wire {

class Decoder {
 public:
  void complain(ErrorCode code, const char* about);
  void require(bool holds, ErrorCode code, const char* about) {
    if (!holds) complain(code, about);
  }
  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }

  // Parts of the message, which part indices must not exceed.
  std::size_t part_count = 0;

  // Words of the vocabulary's form; a required one may not be empty.
  std::string code(capnp::Text::Reader from, const char* about);
  std::string find_code(capnp::Text::Reader from, const char* about);
  // Text of a stranger: well-formed UTF-8 that shows what it is, without control characters.
  std::string text(capnp::Text::Reader from, const char* about);
  std::string required_text(capnp::Text::Reader from, const char* about);
  // Text of our own, or a signed note: bounded, and nothing else is asked.
  std::string raw_text(capnp::Text::Reader from, std::size_t bytes_max, const char* about);
  std::string did(capnp::Text::Reader from);
  std::string media_type(capnp::Text::Reader from);
  Bytes data(capnp::Data::Reader from, std::size_t bytes_max, const char* about);

  template <std::size_t size>
  std::array<std::uint8_t, size> fixed(capnp::Data::Reader from, const char* about) {
    std::array<std::uint8_t, size> to{};
    require(from.size() == size, ErrorCode::malformed, about);
    if (from.size() == size) std::copy(from.begin(), from.end(), to.begin());
    return to;
  }
  Digest digest(capnp::Data::Reader from, const char* about);
  // Empty is the zero digest: none.
  Digest find_digest(capnp::Data::Reader from, const char* about);
  PublicKey key(capnp::Data::Reader from) { return {fixed<32>(from, "a key has 32 bytes")}; }

  std::int64_t integer(std::int64_t value, const char* about);
  // 0: not said.
  std::int64_t instant(std::int64_t value, const char* about);
  std::int64_t required_instant(std::int64_t value, const char* about);
  std::uint64_t count(std::uint64_t value, const char* about);
  // From 1: claims, terms, questions.
  std::uint16_t id(std::uint16_t value, const char* about);
  PartIndex part(PartIndex index);       // must name a part
  PartIndex find_part(PartIndex index);  // or no_part

  // The schema's enumerators and ours have the same numbers; `last` is the greatest of ours.
  template <class Ours, class Theirs>
  Ours enumerator(Theirs value, Ours last) {
    const Ours ours = find_enumerator(value, last);
    require(ours != Ours::unset || static_cast<unsigned>(value) > static_cast<unsigned>(last),
            ErrorCode::unset_value, "enum");
    return ours;
  }
  template <class Ours, class Theirs>
  Ours find_enumerator(Theirs value, Ours last) {
    if (static_cast<unsigned>(value) <= static_cast<unsigned>(last)) {
      return static_cast<Ours>(value);
    }
    complain(ErrorCode::unknown_type, "enumerant");
    return Ours::unset;
  }
  void unset_union(const char* about) { complain(ErrorCode::unset_value, about); }
  void unknown_union(const char* about) { complain(ErrorCode::unknown_type, about); }

  // Reads each item by `read_item`; more than `most` are refused unread.
  template <class List, class Read>
  auto list(List from, std::size_t most, Read read_item) {
    std::vector<std::decay_t<decltype(read_item(from[0]))>> to;
    if (from.size() > most) {
      complain(ErrorCode::too_large, "list");
      return to;
    }
    to.reserve(from.size());
    for (const auto item : from) to.push_back(read_item(item));
    return to;
  }
  // A list of structs, each by the read(from, to, in) found for it.
  template <class To, class List>
  std::vector<To> structs(List from, std::size_t most = limits::list_items_max) {
    return list(from, most, [&](auto item) {
      To to;
      read(item, to, *this);
      return to;
    });
  }
  std::vector<std::string> codes(capnp::List<capnp::Text>::Reader from, const char* about);
  std::vector<std::string> texts(capnp::List<capnp::Text>::Reader from, const char* about);
  std::vector<Digest> digests(capnp::List<capnp::Data>::Reader from, const char* about);
  // Each at least 1, none twice.
  std::vector<std::uint16_t> ids(capnp::List<std::uint16_t>::Reader from, const char* about);

  template <class Items, class Key>
  void require_unique(const Items& items, Key key, ErrorCode code, const char* about) {
    std::set<std::decay_t<decltype(key(items.front()))>> seen;
    for (const auto& item : items) require(seen.insert(key(item)).second, code, about);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace entente::wire
