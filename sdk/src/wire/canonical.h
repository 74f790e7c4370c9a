#pragma once
// The two ends of every codec: canonical bytes from a written root, and a value from bytes that are
// exactly what the value encodes to. Here is where kj::Exception stops.

#include <capnp/message.h>
#include <entente/wire/codec.h>
#include <kj/exception.h>

#include "wire/decoder.h"

namespace entente::wire {

inline Bytes to_bytes(kj::ArrayPtr<const capnp::word> words) {
  const auto bytes = words.asBytes();
  return Bytes(bytes.begin(), bytes.end());
}

template <class Root, class T>
Bytes encode_root(const T& value) {
  // Most messages fit; a longer one spills to the heap.
  capnp::word scratch[512] = {};
  capnp::MallocMessageBuilder builder(kj::arrayPtr(scratch, std::size(scratch)));
  auto root = builder.initRoot<Root>();
  write(value, root);
  return to_bytes(capnp::canonicalize(root.asReader()));
}

// Readers want words at word boundaries.
class AlignedWords {
 public:
  explicit AlignedWords(ByteView bytes) {
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeof(capnp::word) == 0) {
      words_ = {reinterpret_cast<const capnp::word*>(bytes.data()),
                bytes.size() / sizeof(capnp::word)};
      return;
    }
    copy_ = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
    std::copy(bytes.begin(), bytes.end(), copy_.asBytes().begin());
    words_ = copy_;
  }
  kj::ArrayPtr<const capnp::word> words() const { return words_; }

 private:
  kj::Array<capnp::word> copy_;
  kj::ArrayPtr<const capnp::word> words_;
};

inline capnp::ReaderOptions reader_options(std::size_t words) {
  capnp::ReaderOptions options;
  // Each field is read once; what claims to be more than it is runs into this.
  options.traversalLimitInWords = 4 * words + 64;
  options.nestingLimit = static_cast<int>(limits::nesting_max);
  return options;
}

template <class Root, class T>
Result<T> read_root(kj::ArrayPtr<const capnp::word> words) {
  try {
    const kj::ArrayPtr<const capnp::word> segments[] = {words};
    capnp::SegmentArrayMessageReader reader(segments, reader_options(words.size()));
    T value;
    Decoder in;
    read(reader.getRoot<Root>(), value, in);
    if (!in.ok()) return std::unexpected<Error>(in.error());
    return value;
  } catch (const kj::Exception&) {
    return fail(ErrorCode::malformed, "not Cap'n Proto of this schema");
  }
}

template <class Root, class T>
Result<T> decode_root(ByteView bytes, std::size_t bytes_max) {
  if (bytes.size() > bytes_max)
    return fail(ErrorCode::too_large, "more bytes than its kind may have");
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0) {
    return fail(ErrorCode::malformed, "not whole words");
  }
  const AlignedWords aligned(bytes);
  ENTENTE_LET(value, (read_root<Root, T>(aligned.words())));
  if (!equal(encode_root<Root>(value), bytes)) return fail(ErrorCode::not_canonical);
  return std::move(value);
}

}  // namespace entente::wire

// The two functions of entente/wire/codec.h for one T.
#define ENTENTE_CODEC(T, Root, bytes_max)                      \
  template <>                                                  \
  Bytes encode<T>(const T& value) {                            \
    return wire::encode_root<wire::Root>(value);               \
  }                                                            \
  template <>                                                  \
  Result<T> decode<T>(ByteView bytes) {                        \
    return wire::decode_root<wire::Root, T>(bytes, bytes_max); \
  }
