// Whatever arrives as Cap'n Proto: it is refused by a code, or it is exactly what its value encodes
// to. Nothing throws, nothing is signed by anyone but its signer.
#include <capnp/any.h>
#include <capnp/message.h>
#include <entente/core/limits.h>
#include <entente/protocol/render.h>
#include <entente/text/json.h>
#include <entente/wire/admission.h>
#include <entente/wire/json_view.h>
#include <entente/wire/part.h>
#include <kj/exception.h>

#include "fuzz.h"
#include "samples.h"

namespace entente::fuzz {
namespace {

// The canonical form of what these bytes say, so that the fuzzer gets past the first gate.
Bytes canonical(ByteView bytes) {
  try {
    const std::size_t count = bytes.size() / sizeof(capnp::word);
    auto words = kj::heapArray<capnp::word>(count);
    std::copy_n(bytes.begin(), count * sizeof(capnp::word), words.asBytes().begin());
    const kj::ArrayPtr<const capnp::word> segments[] = {words};
    capnp::ReaderOptions options;
    options.traversalLimitInWords = 4 * count + 64;
    capnp::SegmentArrayMessageReader reader(segments, options);
    const auto made = reader.getRoot<capnp::AnyStruct>().canonicalize();
    return {made.asBytes().begin(), made.asBytes().end()};
  } catch (const kj::Exception&) {
    return {bytes.begin(), bytes.end()};
  }
}

// What people read of it: texts are made of any value that decodes.
template <class T>
void show(const T& value) {
  const auto shown = json_view(value);
  require(shown.has_value(), "what decodes can be shown");
  constexpr JsonLimits as_large{.bytes_max = std::size_t{1} << 28, .depth_max = 64};
  require(parse_json(*shown, as_large).has_value(), "the view is JSON");
}

void render(const Message& message) {
  const bool is_offer = message.verb() == Verb::propose;
  for (const char* language : {"en", "es"}) {
    require(render_offer(message, "did:web:kettle.example", language).empty() != is_offer,
            "an offer has a text, and nothing else does");
    render_exercise(message, language);
  }
}

template <class T>
void read(ByteView bytes) {
  const auto value = decode<T>(bytes);
  // Readers want words at word boundaries; bytes in a buffer lie where they lie.
  Bytes odd(1);
  append(odd, bytes);
  const auto again = decode<T>(ByteView(odd).subspan(1));
  require(value.has_value() == again.has_value(), "a verdict does not depend on where bytes lie");
  if (!value) {
    require(value.error().code == again.error().code, "a code does not depend on where bytes lie");
    require(value.error().code != ErrorCode::internal, "a stranger's bytes are not our fault");
    return;
  }
  require(*value == *again, "a value does not depend on where its bytes lie");
  require(equal(encode(*value), bytes), "what is accepted is what its value encodes to");
  show(*value);
  if constexpr (std::same_as<T, Message>) render(*value);
}

template <class T>
void admit(ByteView envelope) {
  const auto admitted = Admission::admit<T>(envelope);
  if (!admitted) return;
  const auto opened = decode<Envelope>(envelope);
  require(opened.has_value(), "what was admitted is an envelope");
  require(equal(opened->payload, encode(**admitted)), "what was admitted is what was signed");
  require(equal(admitted->envelope(), envelope), "what is kept is what came");
  require(admitted->id() == id_of(**admitted), "an id is that of the content");
  require(opened->payload_type == payload_type_of<T>(), "a type is the one asked for");
}

// Signed by somebody: the payload's form and the key it names decide, and nothing else.
template <class T>
void sign_and_admit(ByteView payload, std::uint8_t key_number) {
  const KeyPair key = tests::samples::key(static_cast<std::uint8_t>(1 + key_number % 5));
  const auto envelope = sign_payload(payload_type_of<T>(), payload, key);
  require(envelope.has_value(), "a key in memory signs");
  const auto value = decode<T>(payload);
  const auto admitted = Admission::admit<T>(*envelope);
  if (envelope->size() > limits::envelope_bytes_max) return;
  if (!value) {
    require(!admitted && admitted.error().code == value.error().code,
            "a signature makes no difference to what is refused for its form");
    return;
  }
  if (!admitted) {
    require(admitted.error().code == ErrorCode::signature_invalid,
            "what decodes and is signed is refused for its signer alone");
    return;
  }
  require(admitted->signer() == key.public_key(), "the signer is who signed");
  admit<T>(*envelope);
}

template <class T>
void read_signed_kind(std::uint8_t how, ByteView bytes) {
  switch (how % 4) {
    case 0:
      return read<T>(bytes);
    case 1:
      return read<T>(canonical(bytes));
    case 2:
      return admit<T>(bytes);
    default:
      return sign_and_admit<T>(canonical(bytes), how / 4);
  }
}

template <class T>
void read_record(std::uint8_t how, ByteView bytes) {
  if (how % 2 == 0) {
    read<T>(bytes);
  } else {
    read<T>(canonical(bytes));
  }
}

}  // namespace

void wire(ByteView bytes) {
  Input input(bytes);
  const std::size_t kind = input.below(14);
  const std::uint8_t how = input.byte();
  const ByteView rest = input.rest();
  switch (kind) {
    case 0:
      return read_signed_kind<Message>(how, rest);
    case 1:
      return read_signed_kind<Card>(how, rest);
    case 2:
      return read_signed_kind<Mandate>(how, rest);
    case 3:
      return read_signed_kind<Approval>(how, rest);
    case 4:
      return read_signed_kind<Read>(how, rest);
    case 5:
      return read_signed_kind<Refusal>(how, rest);
    case 6:
      return read_record<Envelope>(how, rest);
    case 7:
      return read_record<Parcel>(how, rest);
    case 8:
      return read_record<LogEntry>(how, rest);
    case 9:
      return read_record<Facts>(how, rest);
    case 10:
      return read_record<DecisionRecord>(how, rest);
    case 11:
      return read_record<PerformanceRecord>(how, rest);
    case 12:
      return read_record<HandoffClockRecord>(how, rest);
    default:
      return read_record<CheckpointSeenRecord>(how, rest);
  }
}

}  // namespace entente::fuzz
