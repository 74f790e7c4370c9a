#include "wire/message_codec.h"

#include "wire/canonical.h"
#include "wire/encoder.h"
#include "wire/verbs_codec.h"

namespace entente::wire {
namespace {

void write(const entente::Author& from, Author::Builder to) {
  to.setParty(enumerant<Party>(from.party));
  to.setActor(enumerant<Actor>(from.actor));
  to.setKey(raw(from.key));
  if (!from.authority.is_zero()) to.setAuthority(raw(from.authority));
}

void read(Author::Reader from, entente::Author& to, Decoder& in) {
  to.party = in.enumerator(from.getParty(), entente::Party::brand);
  to.actor = in.enumerator(from.getActor(), entente::Actor::rules);
  to.key = in.key(from.getKey());
  to.authority = in.find_digest(from.getAuthority(), "author.authority");
  in.require(to.party != entente::Party::brand || !to.authority.is_zero(), ErrorCode::malformed,
             "a brand speaks under a card");
}

void write(const entente::Audience& from, Audience::Builder to) {
  if (!from.party.empty()) to.setParty(words(from.party));
  if (!from.card.is_zero()) to.setCard(raw(from.card));
}

void read(Audience::Reader from, entente::Audience& to, Decoder& in) {
  to.party = in.did(from.getParty());
  to.card = in.find_digest(from.getCard(), "audience.card");
}

void write(const entente::Seen& from, Seen::Builder to) {
  if (!from.origin.empty()) to.setOrigin(words(from.origin));
  to.setSize(from.size);
  if (!from.root.is_zero()) to.setRoot(raw(from.root));
}

void read(Seen::Reader from, entente::Seen& to, Decoder& in) {
  to.origin = in.text(from.getOrigin(), "seen.origin");
  to.size = in.count(from.getSize(), "seen.size");
  to.root = in.find_digest(from.getRoot(), "seen.root");
  in.require((to.size == 0) == to.root.is_zero(), ErrorCode::malformed,
             "a checkpoint has a size and a root");
}

void write(const PartRef& from, Part::Builder to) {
  if (!from.digest.is_zero()) to.setDigest(raw(from.digest));
  if (!from.media_type.empty()) to.setMediaType(words(from.media_type));
  to.setBytes(from.bytes);
  to.setClass(enumerant<Part::Class>(from.part_class));
}

PartRef read_part(Part::Reader from, Decoder& in) {
  PartRef to;
  to.digest = in.digest(from.getDigest(), "part.digest");
  to.media_type = in.media_type(from.getMediaType());
  to.bytes = from.getBytes();
  to.part_class = in.enumerator(from.getClass(), PartClass::reference);
  in.require(to.bytes <= limits::part_bytes_max, ErrorCode::too_large, "part");
  return to;
}

std::vector<PartRef> read_parts(capnp::List<Part>::Reader from, Decoder& in) {
  auto to = in.list(from, limits::parcel_parts_max, [&](auto item) { return read_part(item, in); });
  in.require_unique(
      to, [](const PartRef& part) { return part.digest; }, ErrorCode::malformed,
      "names one part twice");
  in.part_count = to.size();
  return to;
}

void check_opening(const entente::Message& message, Decoder& in) {
  const bool opens = std::holds_alternative<entente::Open>(message.body);
  in.require(message.case_id.is_zero() == opens, ErrorCode::malformed,
             "every message but open names its case");
  in.require(message.prev.is_zero() == opens, ErrorCode::malformed,
             "every message but open names the one before");
}

}  // namespace

void write(const entente::Extension& from, Extension::Builder to) {
  if (!from.id.empty()) to.setId(words(from.id));
  to.setCritical(from.critical);
  if (!from.bytes.empty()) to.setBytes(raw(from.bytes));
}

std::vector<entente::Extension> read_extensions(capnp::List<Extension>::Reader from, Decoder& in) {
  auto to = in.list(from, limits::list_items_max, [&](auto item) {
    entente::Extension extension;
    extension.id = in.code(item.getId(), "ext.id");
    extension.critical = item.getCritical();
    extension.bytes = in.data(item.getBytes(), limits::envelope_bytes_max, "ext.bytes");
    return extension;
  });
  in.require_unique(
      to, [](const auto& extension) { return extension.id; }, ErrorCode::malformed,
      "one extension twice");
  return to;
}

void write(const entente::Message& from, Message::Builder to) {
  to.setVersion(from.version);
  to.setEnvironment(enumerant<Environment>(from.environment));
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  to.setActId(raw(from.act_id));
  to.setNonce(raw(from.nonce));
  if (!from.prev.is_zero()) to.setPrev(raw(from.prev));
  to.setSentAtMs(from.sent_at_ms);
  to.setAdmitByMs(from.admit_by_ms);
  write(from.author, to.initAuthor());
  write(from.audience, to.initAudience());
  if (from.seen != entente::Seen{}) write(from.seen, to.initSeen());
  if (!from.parts.empty()) {
    auto parts = to.initParts(count(from.parts));
    for (std::size_t i = 0; i < from.parts.size(); ++i) {
      write(from.parts[i], parts[static_cast<unsigned>(i)]);
    }
  }
  if (!from.ext.empty()) write_structs(from.ext, to.initExt(count(from.ext)));
  write(from.body, to.initBody());
}

void read(Message::Reader from, entente::Message& to, Decoder& in) {
  to.version = from.getVersion();
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.case_id = in.find_digest(from.getCaseId(), "case_id");
  to.act_id = in.fixed<16>(from.getActId(), "an act id has 16 bytes");
  to.nonce = in.fixed<32>(from.getNonce(), "a nonce has 32 bytes");
  to.prev = in.find_digest(from.getPrev(), "prev");
  to.sent_at_ms = in.required_instant(from.getSentAtMs(), "sent_at");
  to.admit_by_ms = in.instant(from.getAdmitByMs(), "admit_by");
  read(from.getAuthor(), to.author, in);
  read(from.getAudience(), to.audience, in);
  read(from.getSeen(), to.seen, in);
  to.parts = read_parts(from.getParts(), in);
  to.ext = read_extensions(from.getExt(), in);
  to.body = read_body(from.getBody(), in);
  in.require(to.version != 0, ErrorCode::out_of_range, "version 0");
  in.require(to.admit_by_ms == 0 || to.admit_by_ms >= to.sent_at_ms, ErrorCode::out_of_range,
             "admit_by lies before sent_at");
  check_opening(to, in);
}

}  // namespace entente::wire

namespace entente {
ENTENTE_CODEC(Message, Message, limits::envelope_bytes_max)
}  // namespace entente
