// What travels: envelopes, refusals, and the parcel that holds them.
#include <parcel.capnp.h>

#include "wire/canonical.h"
#include "wire/encoder.h"

namespace entente::wire {
namespace {

void write(const entente::Part& from, PartContent::Builder to) {
  to.setClass(enumerant<Part::Class>(from.part_class));
  if (!from.media_type.empty()) to.setMediaType(words(from.media_type));
  to.setSalt(raw(from.salt));
  if (!from.content.empty()) to.setContent(raw(from.content));
}

entente::Part read_part(PartContent::Reader from, Decoder& in) {
  entente::Part to;
  to.part_class = in.enumerator(from.getClass(), PartClass::reference);
  to.media_type = in.media_type(from.getMediaType());
  to.salt = in.fixed<32>(from.getSalt(), "a salt has 32 bytes");
  to.content = in.data(from.getContent(), limits::part_bytes_max, "part");
  return to;
}

void write(const entente::Receipt& from, Receipt::Builder to) {
  if (!from.leaf.empty()) to.setLeaf(raw(from.leaf));
  to.setSalt(raw(from.salt));
  if (!from.proof.empty()) to.setProof(words(from.proof));
}

entente::Receipt read_receipt(Receipt::Reader from, Decoder& in) {
  entente::Receipt to;
  to.leaf = in.data(from.getLeaf(), limits::leaf_bytes_max, "receipt.leaf");
  to.salt = in.fixed<32>(from.getSalt(), "a salt has 32 bytes");
  to.proof = in.raw_text(from.getProof(), limits::note_bytes_max, "receipt.proof");
  in.require(!to.leaf.empty() && !to.proof.empty(), ErrorCode::malformed,
             "a receipt has a leaf and a proof");
  return to;
}

std::vector<Bytes> read_envelopes(capnp::List<capnp::Data>::Reader from, Decoder& in) {
  return in.list(from, limits::parcel_envelopes_max, [&](auto item) {
    in.require(item.size() > 0, ErrorCode::malformed, "an envelope without bytes");
    return in.data(item, limits::envelope_bytes_max, "envelope");
  });
}

template <class Items, class List>
void write_each(const Items& from, List to) {
  for (std::size_t i = 0; i < from.size(); ++i) write(from[i], to[static_cast<unsigned>(i)]);
}

}  // namespace

void write(const entente::Envelope& from, Envelope::Builder to) {
  if (!from.payload_type.empty()) to.setPayloadType(words(from.payload_type));
  if (!from.payload.empty()) to.setPayload(raw(from.payload));
  auto signature = to.initSignatures(1)[0];
  if (!from.keyid.empty()) signature.setKeyid(raw(from.keyid));
  if (!from.signature.empty()) signature.setSig(raw(from.signature));
}

void read(Envelope::Reader from, entente::Envelope& to, Decoder& in) {
  to.payload_type = in.required_text(from.getPayloadType(), "payload_type");
  to.payload = in.data(from.getPayload(), limits::envelope_bytes_max, "payload");
  const auto signatures = from.getSignatures();
  in.require(signatures.size() == 1, ErrorCode::signature_invalid, "exactly one signature");
  if (signatures.size() != 1) return;
  const auto keyid = signatures[0].getKeyid();
  const auto signature = signatures[0].getSig();
  to.keyid = in.data(keyid, 32, "keyid");
  to.signature = in.data(signature, 64, "signature");
  in.require(keyid.size() == 32 && signature.size() == 64, ErrorCode::malformed,
             "a keyid has 32 bytes, a signature 64");
}

void write(const entente::Refusal& from, Refusal::Builder to) {
  if (!from.message.is_zero()) to.setMessage(raw(from.message));
  if (!from.code.empty()) to.setCode(words(from.code));
  if (!from.head.is_zero()) to.setHead(raw(from.head));
  to.setHeadPos(from.head_pos);
  to.setAtMs(from.at_ms);
  to.setRetryAfterMs(from.retry_after_ms);
  to.setEnvironment(enumerant<Environment>(from.environment));
  if (!from.case_id.is_zero()) to.setCaseId(raw(from.case_id));
  to.setUnlogged(from.unlogged);
}

void read(Refusal::Reader from, entente::Refusal& to, Decoder& in) {
  to.message = in.digest(from.getMessage(), "refusal.message");
  to.code = in.code(from.getCode(), "refusal.code");
  to.head = in.find_digest(from.getHead(), "refusal.head");
  to.head_pos = in.count(from.getHeadPos(), "refusal.head_pos");
  to.at_ms = in.required_instant(from.getAtMs(), "refusal.at");
  to.retry_after_ms = in.instant(from.getRetryAfterMs(), "refusal.retry_after");
  to.environment = in.enumerator(from.getEnvironment(), entente::Environment::production);
  to.case_id = in.find_digest(from.getCaseId(), "refusal.case_id");
  to.unlogged = from.getUnlogged();
}

void write(const entente::Parcel& from, Parcel::Builder to) {
  if (!from.envelopes.empty()) write_data(from.envelopes, to.initEnvelopes(count(from.envelopes)));
  if (!from.parts.empty()) write_each(from.parts, to.initParts(count(from.parts)));
  if (!from.receipts.empty()) write_each(from.receipts, to.initReceipts(count(from.receipts)));
  if (!from.checkpoint.empty()) to.setCheckpoint(words(from.checkpoint));
  if (!from.consistency.empty()) {
    write_data(from.consistency, to.initConsistency(count(from.consistency)));
  }
  if (!from.cosignatures.empty()) {
    write_texts(from.cosignatures, to.initCosignatures(count(from.cosignatures)));
  }
  if (!from.cards.empty()) write_data(from.cards, to.initCards(count(from.cards)));
  if (!from.mandates.empty()) write_data(from.mandates, to.initMandates(count(from.mandates)));
  if (!from.packages.empty()) write_data(from.packages, to.initPackages(count(from.packages)));
  if (!from.notices.empty()) write_data(from.notices, to.initNotices(count(from.notices)));
}

void read(Parcel::Reader from, entente::Parcel& to, Decoder& in) {
  to.envelopes = read_envelopes(from.getEnvelopes(), in);
  to.parts = in.list(from.getParts(), limits::parcel_parts_max,
                     [&](auto item) { return read_part(item, in); });
  to.receipts = in.list(from.getReceipts(), limits::parcel_receipts_max,
                        [&](auto item) { return read_receipt(item, in); });
  to.checkpoint = in.raw_text(from.getCheckpoint(), limits::note_bytes_max, "checkpoint");
  to.consistency = in.list(from.getConsistency(), limits::proof_hashes_max,
                           [&](auto item) { return in.digest(item, "consistency"); });
  to.cosignatures = in.list(from.getCosignatures(), limits::note_signatures_max, [&](auto item) {
    return in.raw_text(item, limits::text_bytes_max, "cosignature");
  });
  to.cards = read_envelopes(from.getCards(), in);
  to.mandates = read_envelopes(from.getMandates(), in);
  to.packages = read_envelopes(from.getPackages(), in);
  to.notices = read_envelopes(from.getNotices(), in);
}

}  // namespace entente::wire

namespace entente {
ENTENTE_CODEC(Envelope, Envelope, limits::envelope_bytes_max)
ENTENTE_CODEC(Refusal, Refusal, limits::envelope_bytes_max)
ENTENTE_CODEC(Parcel, Parcel, limits::parcel_bytes_max)
}  // namespace entente
