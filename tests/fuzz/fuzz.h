#pragma once
// What the fuzz targets share. A target is one function over bytes of a stranger: it comes back, or
// throws Broken with the sentence that does not hold. libFuzzer calls it with bytes it makes up
// (main.cpp), the ordinary tests with the seeds (seeds_test.cpp).
//
//     void fuzz::text(ByteView bytes) { Input input(bytes); ... require(gives(parse(text), value),
//     "it reads the same"); }

#include <entente/core/bytes.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

namespace entente::fuzz {

struct Target {
  std::string_view name;
  std::string_view what;  // one line for people
  // Of ENTENTE_SHARED/vectors/afl-dictionaries, or empty; <name>.dict lies beside the target.
  std::string_view dictionary;
  void (*run)(ByteView bytes);
};

void address(ByteView bytes);
void audit(ByteView bytes);
void casefile(ByteView bytes);
void http(ByteView bytes);
void log(ByteView bytes);
void text(ByteView bytes);
void wire(ByteView bytes);
void witness(ByteView bytes);

inline constexpr Target targets[] = {
    {"address", "URLs that the client follows, cards, domains, socket addresses", "url", address},
    {"audit", "evidence, exports and stores as an auditor reads them", "", audit},
    {"casefile", "what two parties say to each other, against the rules of a case", "", casefile},
    {"http", "request heads however they are cut, answers, escapes", "http", http},
    {"log", "notes, checkpoints, proofs, changes of key, tiles, small trees", "", log},
    {"text", "JSON, YAML, policies, goals, tests of policies", "json", text},
    {"wire", "envelopes, messages, cards, mandates, parcels, records", "", wire},
    {"witness", "requests to cosign, answers, policies on witnesses", "", witness},
};

class Broken : public std::logic_error {
  using std::logic_error::logic_error;
};

inline void require(bool holds, const char* sentence) {
  if (!holds) throw Broken(sentence);
}

template <class T>
bool gives(const Result<T>& result, const T& value) {
  return result && *result == value;
}

// Bytes taken from the front: choices, numbers, pieces. Used up, it gives zeros.
class Input {
 public:
  explicit Input(ByteView bytes) : left_(bytes) {}

  bool is_empty() const { return left_.empty(); }
  std::uint8_t byte() {
    if (left_.empty()) return 0;
    const std::uint8_t first = left_.front();
    left_ = left_.subspan(1);
    return first;
  }
  // Big-endian, of `bytes` bytes.
  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = (value << 8) | byte();
    return value;
  }
  // Requires 1 <= count <= 256.
  std::size_t below(std::size_t count) { return byte() % count; }
  ByteView take(std::size_t count) {
    const ByteView taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }
  // A length of two bytes and so many.
  ByteView piece() { return take(number(2)); }
  ByteView rest() { return take(left_.size()); }

 private:
  ByteView left_;
};

inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace entente::fuzz
