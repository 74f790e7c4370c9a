#pragma once
// The two ends of every codec: canonical bytes from a written root, and a value from bytes that are
// exactly what the value encodes to. Here is where kj::Exception stops.

#include <capnp/any.h>
#include <capnp/message.h>
#include <entente/wire/codec.h>
#include <kj/exception.h>

#include <cstring>

#include "wire/decoder.h"

namespace entente::wire {

// Zeroed words, as builders want them: on the stack for most messages, else on the heap.
class Scratch {
 public:
  explicit Scratch(std::size_t words) {
    if (words > std::size(small_)) large_ = kj::heapArray<capnp::word>(words);
    if (large_ != nullptr) std::memset(large_.begin(), 0, large_.asBytes().size());
  }
  kj::ArrayPtr<capnp::word> words() {
    return large_ != nullptr ? large_.asPtr() : kj::arrayPtr(small_, std::size(small_));
  }

 private:
  capnp::word small_[512] = {};
  kj::Array<capnp::word> large_;
};

// Shows `use` the canonical bytes of a value.
template <class Root, class T, class Use>
auto with_canonical(const T& value, Use use) {
  Scratch written(0);
  capnp::MallocMessageBuilder builder(written.words());
  auto root = builder.initRoot<Root>();
  write(value, root);
  const auto reader = root.asReader();
  // What capnp::canonicalize() does, without copying the result twice; one word more for the root.
  Scratch canonical(reader.totalSize().wordCount + 1);
  capnp::FlatMessageBuilder flat(canonical.words());
  flat.getRoot<capnp::AnyPointer>().template setCanonicalAs<Root>(reader);
  const auto bytes = flat.getSegmentsForOutput()[0].asBytes();
  return use(ByteView(bytes.begin(), bytes.size()));
}

template <class Root, class T>
Bytes encode_root(const T& value) {
  return with_canonical<Root>(value,
                              [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); });
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
  const bool same =
      with_canonical<Root>(value, [&](ByteView canonical) { return equal(canonical, bytes); });
  if (!same) return fail(ErrorCode::not_canonical);
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
