// Payloads of messages: one good one of each verb, the defects of message_defects.cpp, and those
// that only bytes can have.
#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/schema.h>
#include <entente/wire/codec.h>
#include <message.capnp.h>

#include <set>

#include "message_defects.h"
#include "samples.h"
#include "vector.h"

using namespace entente;
using namespace entente::tests;
using vectors::Vector;

namespace {

Vector vector(std::string name, std::optional<ErrorCode> expect, std::string comment, Bytes bytes) {
  return {std::move(name), expect, std::move(comment), {{"kind", "message"}}, std::move(bytes)};
}

Bytes bytes_of(kj::ArrayPtr<const capnp::word> words) {
  return {words.asBytes().begin(), words.asBytes().end()};
}

// A good message as a builder, changed, and brought into Cap'n Proto's canonical form again.
template <class Change>
Bytes changed(const Message& message, Change change) {
  const Bytes good = encode(message);
  const kj::ArrayPtr<const capnp::word> words(reinterpret_cast<const capnp::word*>(good.data()),
                                              good.size() / sizeof(capnp::word));
  const kj::ArrayPtr<const capnp::word> segments[] = {words};
  capnp::SegmentArrayMessageReader reader(segments);
  capnp::MallocMessageBuilder builder;
  builder.setRoot(reader.getRoot<wire::Message>());
  change(builder.getRoot<wire::Message>());
  return bytes_of(builder.getRoot<capnp::AnyStruct>().asReader().canonicalize());
}

void add_verbs(std::vector<Vector>& all) {
  std::set<Verb> added;
  for (const Message& message : samples::messages()) {
    if (!added.insert(message.verb()).second) continue;
    all.push_back(vector("ok_" + std::string(name(message.verb())), std::nullopt,
                         "every field where it belongs", encode(message)));
  }
}

// As a newer version might write: one more word of data behind those we know.
Bytes with_newer_field(const Message& message) {
  const Bytes good = encode(message);
  const kj::ArrayPtr<const capnp::word> words(reinterpret_cast<const capnp::word*>(good.data()),
                                              good.size() / sizeof(capnp::word));
  const kj::ArrayPtr<const capnp::word> segments[] = {words};
  capnp::SegmentArrayMessageReader reader(segments);
  const auto from = reader.getRoot<capnp::AnyStruct>();
  capnp::MallocMessageBuilder builder;
  constexpr std::uint16_t data_words = 6;
  auto to = builder.getRoot<capnp::AnyPointer>().initAsAnyStruct(
      data_words, static_cast<std::uint16_t>(from.getPointerSection().size()));
  const auto data = from.getDataSection();
  std::copy(data.begin(), data.end(), to.getDataSection().begin());
  to.getDataSection()[data_words * sizeof(capnp::word) - 1] = 1;
  for (unsigned i = 0; i < from.getPointerSection().size(); ++i) {
    to.getPointerSection()[i].set(from.getPointerSection()[i]);
  }
  return bytes_of(to.asReader().canonicalize());
}

void set_discriminant(wire::Message::Builder message, std::uint8_t value) {
  const auto schema = capnp::Schema::from<wire::Message::Body>();
  const std::size_t at = std::size_t{schema.getProto().getStruct().getDiscriminantOffset()} * 2;
  capnp::AnyStruct::Builder(capnp::toAny(message)).getDataSection()[at] = value;
}

void add_bytes(std::vector<Vector>& all) {
  const auto bad = [&](const char* name, ErrorCode expect, const char* comment, Bytes bytes) {
    all.push_back(vector(name, expect, comment, std::move(bytes)));
  };
  const Message leave = samples::message(Leave{"resolved_elsewhere"});
  const Message ask = samples::message(Ask{{{.id = 1, .topic = "photo", .optional = true}}});
  bad("body_unset", ErrorCode::unset_value, "discriminant 0 is refused",
      changed(leave, [](auto message) { message.getBody().setUnset(); }));
  bad("body_unknown", ErrorCode::unknown_type, "a verb of a newer version is refused",
      changed(leave, [](auto message) { set_discriminant(message, 200); }));
  bad("actor_unknown", ErrorCode::unknown_type, "an enumerant of a newer version is refused",
      changed(leave,
              [](auto message) { message.getAuthor().setActor(static_cast<wire::Actor>(9)); }));
  bad("newer_field", ErrorCode::not_canonical, "a field of a newer version is refused",
      with_newer_field(leave));
  bad("empty_text_not_null", ErrorCode::not_canonical, "empty text is a null pointer",
      changed(samples::message(Leave{}),
              [](auto message) { message.getBody().getLeave().setReason(""); }));
  bad("empty_list_not_null", ErrorCode::not_canonical, "an empty list is a null pointer",
      changed(leave, [](auto message) { message.initExt(0); }));
  bad("padding_bit", ErrorCode::not_canonical, "bits without a meaning are zero",
      changed(ask, [](auto message) {
        auto question = message.getBody().getAsk().getQuestions()[0];
        capnp::AnyStruct::Builder(capnp::toAny(question)).getDataSection()[4] |= 0x80;
      }));
  bad("key_of_31_bytes", ErrorCode::malformed, "a key has 32 bytes",
      changed(leave, [](auto message) { message.getAuthor().initKey(31); }));
  bad("nonce_of_16_bytes", ErrorCode::malformed, "a nonce has 32 bytes",
      changed(leave, [](auto message) { message.initNonce(16); }));
  bad("act_id_of_15_bytes", ErrorCode::malformed, "an act id has 16 bytes",
      changed(leave, [](auto message) { message.initActId(15); }));
  bad("prev_of_33_bytes", ErrorCode::malformed, "a digest has 32 bytes",
      changed(leave, [](auto message) { message.initPrev(33); }));
  bad("digest_of_zeros", ErrorCode::malformed, "32 zeros are no digest of anything",
      changed(leave, [](auto message) { message.initPrev(32); }));
  Bytes longer = encode(leave);
  longer.resize(longer.size() + 8);
  bad("trailing_word", ErrorCode::not_canonical, "the length is exact", longer);
  bad("null_root", ErrorCode::unset_value, "a message is not nothing", Bytes(8, 0));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Vector> all;
  add_verbs(all);
  for (const vectors::Defect& defect : vectors::message_defects()) {
    all.push_back(vector(defect.name, defect.expect, defect.comment, encode(defect.make())));
  }
  add_bytes(all);
  return vectors::write_all(all, argc, argv);
}
