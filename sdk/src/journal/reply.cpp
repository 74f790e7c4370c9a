#include "reply.h"

#include <entente/audit/proof.h>
#include <entente/crypto/hash.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "batch.h"
#include "contradictions_kept.h"

namespace entente {
namespace {

Bytes bytes_of(const Verified<Message>& message) {
  const ByteView envelope = message.envelope();
  return {envelope.begin(), envelope.end()};
}

bool is_busy(const Refusal& refusal) { return refusal.code == name(ErrorCode::busy); }

// Busy because the log cannot be written: an acknowledgement, whatever was asked.
bool acknowledges(const Refusal& refusal) { return refusal.unlogged && is_busy(refusal); }

Contradiction two_receipts(const Placed& item, const Receipt& other, Bytes other_envelope) {
  return {.kind = Contradiction::Kind::receipts,
          .cards = {},
          .checkpoints = {},
          .receipts = {other, item.receipt},
          .envelopes = {std::move(other_envelope), bytes_of(item.message)},
          .mandates = {}};
}

}  // namespace

std::vector<std::string> BrandLine::signatures() const {
  std::vector<std::string> lines;
  const std::string own = "\u2014 " + head.origin + " ";
  std::size_t at = note.find("\n\n");
  while (at != std::string::npos && at + 1 < note.size()) {
    const std::size_t from = note.find("\u2014", at);
    if (from == std::string::npos) break;
    at = note.find('\n', from);
    const std::string line = note.substr(from, at - from) + "\n";
    if (line.starts_with(own)) lines.push_back(line);
  }
  return lines;
}

std::unexpected<Error> ReplyCheck::forked(Contradiction contradiction, std::string detail) {
  contradictions_.push_back(std::move(contradiction));
  return fail(ErrorCode::log_forked, std::move(detail));
}

Result<CheckedReply> ReplyCheck::check(const Parcel& parcel) {
  ENTENTE_LET(log, Vkey::decode(known_.authority.newest_card()->log_vkey));
  CheckedReply reply;
  ENTENTE_TRY(check_view(parcel, log, reply));
  std::vector<Verified<Message>> said;
  if (!reply.is_behind) {
    ENTENTE_LET(messages, read_messages(parcel));
    said = std::move(messages);
  }
  ENTENTE_LET(refusals, read_refusals(parcel, said));
  reply.refusals = std::move(refusals);
  if (reply.is_behind) {
    reply.view.reset();
    return reply;
  }
  ENTENTE_TRY(check_acts(said));
  for (const auto& [id, message] : known_.followed.unplaced) said.push_back(message);
  for (const auto& message : known_.followed.record.casefile.messages()) {
    said.push_back(message.verified());
  }
  ENTENTE_LET(placed, place(parcel, said));
  for (auto& [position, item] : placed) {
    ENTENTE_TRY(check_under(item, parcel, reply));
    ENTENTE_TRY(check_standing(item));
    const bool news = position >= known_.followed.record.casefile.next_position();
    if (auto disowned = news ? find_disowned(item, known_.authority) : std::nullopt) {
      contradictions_.push_back(std::move(*disowned));
    }
    for (const PartRef& ref : item.message->parts) {
      if (const Part* part = find_part(parcel.parts, ref)) item.parts.push_back(*part);
    }
  }
  reply.placed = std::move(placed);
  return reply;
}

// One line: the same entries, or more after them.
Status ReplyCheck::check_view(const Parcel& parcel, const Vkey& log, CheckedReply& reply) {
  if (parcel.checkpoint.empty()) return {};
  const auto signed_view = verify_checkpoint(parcel.checkpoint, log);
  // A key that was changed signs nothing any more that is believed. A second history of this log is
  // one all the same, whichever of its keys made it.
  for (std::size_t i = 0; i < known_.log_keys.size() && !signed_view; ++i) {
    const auto older = verify_checkpoint(parcel.checkpoint, known_.log_keys[i]);
    if (older) ENTENTE_TRY(check_line(parcel, *older));
  }
  if (!signed_view) return std::unexpected(signed_view.error());
  const Checkpoint& view = *signed_view;
  const Checkpoint& head = known_.line.head;
  ENTENTE_TRY(check_line(parcel, view));
  const bool renamed = head.size > 0 && view.origin != head.origin;
  if (view.size < head.size && !renamed) {
    return fail(ErrorCode::log_forked, "the brand's log had " + std::to_string(head.size) +
                                           " entries and shows " + std::to_string(view.size));
  }
  reply.view = view;
  const bool follows = head.size == 0 || (view.size == head.size && !renamed) ||
                       verify_consistency(head.head(), view.head(), parcel.consistency);
  reply.follows_renamed = renamed && follows;
  // A card under the brand's root has named another log. What it does not go on from, it does not
  // undo: every receipt we hold still has to stand where it stood.
  if (follows || renamed) return {};
  reply.is_behind = follows_older(view, parcel);
  if (reply.is_behind) return {};
  return fail(ErrorCode::proof_invalid, "nothing shows that the brand's log grew from the " +
                                            std::to_string(head.size) + " entries we know");
}

Status ReplyCheck::check_line(const Parcel& parcel, const Checkpoint& view) {
  const Checkpoint both[] = {known_.line.head, view};
  if (compare(both)) return {};
  return forked({.kind = Contradiction::Kind::checkpoints,
                 .cards = {},
                 .checkpoints = {known_.line.note, parcel.checkpoint},
                 .receipts = {},
                 .envelopes = {},
                 .mandates = {}},
                "the brand has signed two histories of " + std::to_string(view.size) + " entries");
}

// Bytes that are sent again name what was known when they were first sent, be it of a log that
// does not go on.
bool ReplyCheck::follows_older(const Checkpoint& view, const Parcel& parcel) const {
  return std::ranges::any_of(known_.followed.unplaced, [&](const auto& own) {
    const Seen& named = own.second->seen;
    if (named.size == 0) return parcel.consistency.empty();
    if (named.origin != view.origin) return true;
    if (named.size >= known_.line.head.size) return false;
    return verify_consistency({named.size, named.root}, view.head(), parcel.consistency)
        .has_value();
  });
}

Result<std::vector<HeardRefusal>> ReplyCheck::read_refusals(
    const Parcel& parcel, std::span<const Verified<Message>> said) {
  std::vector<HeardRefusal> refusals;
  for (const Bytes& envelope : parcel.envelopes) {
    ENTENTE_LET(type, unverified_payload_type(envelope));
    if (type != payload_type::refusal) continue;
    ENTENTE_LET(refusal, Admission::admit<Refusal>(envelope));
    // A busy comes again with the receipt, however long ago it was said, and by which key.
    const bool is_old = is_busy(*refusal) && !refusal->unlogged;
    ENTENTE_TRY(is_old ? known_.authority.check_brand_key(refusal.signer(), KeyPurpose::message)
                       : known_.authority.check_brand_key(refusal.signer(), KeyPurpose::message,
                                                          known_.line.head.size));
    const Verified<Message>* refused = find_refused(refusal->message, said);
    // Of what we did not ask, or have a receipt of, a refusal says nothing to us.
    if (refused == nullptr) continue;
    if (refusal->environment != known_.environment) return fail(ErrorCode::environment_mismatch);
    const bool is_breach = is_never_refused(**refused) && !acknowledges(*refusal);
    if (is_breach) {
      contradictions_.push_back({.kind = Contradiction::Kind::refusal,
                                 .cards = {},
                                 .checkpoints = {},
                                 .receipts = {},
                                 .envelopes = {bytes_of(*refused), envelope},
                                 .mandates = {}});
    }
    refusals.push_back({refusal, is_breach});
  }
  return refusals;
}

// One that waits for its receipt, or that this log had lost and the answer brings back.
const Verified<Message>* ReplyCheck::find_refused(const MessageId& id,
                                                  std::span<const Verified<Message>> said) const {
  const auto& unplaced = known_.followed.unplaced;
  if (const auto own = unplaced.find(id); own != unplaced.end()) return &own->second;
  if (known_.followed.record.casefile.find_position(id)) return nullptr;
  const auto found = std::ranges::find(said, id, &Verified<Message>::id);
  return found == said.end() || (*found)->author.party != Party::consumer ? nullptr : &*found;
}

Result<std::vector<Verified<Message>>> ReplyCheck::read_messages(const Parcel& parcel) {
  std::vector<Verified<Message>> messages;
  for (const Bytes& envelope : parcel.envelopes) {
    ENTENTE_LET(type, unverified_payload_type(envelope));
    if (type != payload_type::message) continue;
    ENTENTE_LET(message, Admission::admit<Message>(envelope));
    if (message->case_id != known_.case_id) return fail(ErrorCode::peer_failed, "of another case");
    messages.push_back(std::move(message));
  }
  return messages;
}

// An act id stands for one act: under it the brand may say the same again, and nothing else.
Status ReplyCheck::check_acts(std::span<const Verified<Message>> said) {
  const Case& casefile = known_.followed.record.casefile;
  for (std::size_t at = 0; at < said.size(); ++at) {
    const Message& message = *said[at];
    const auto* held = casefile.find_act(message.author.key, message.act_id);
    const Verified<Message>* other = held != nullptr ? &held->verified() : nullptr;
    for (std::size_t before = 0; before < at && other == nullptr; ++before) {
      if (is_same_act(*said[before], message)) other = &said[before];
    }
    if (other == nullptr || says_the_same(**other, message)) continue;
    ENTENTE_TRY(known_.authority.check_brand_key(message.author.key, KeyPurpose::message,
                                                 known_.line.head.size));
    contradictions_.push_back({.kind = Contradiction::Kind::acts,
                               .cards = {},
                               .checkpoints = {},
                               .receipts = {},
                               .envelopes = {bytes_of(*other), bytes_of(said[at])},
                               .mandates = {}});
    return fail(ErrorCode::act_conflict, "the brand has said two different things as one act");
  }
  return {};
}

Result<std::map<std::uint64_t, Placed>> ReplyCheck::place(
    const Parcel& parcel, std::span<const Verified<Message>> messages) {
  std::map<std::uint64_t, Placed> placed;
  for (const Receipt& receipt : parcel.receipts) {
    ENTENTE_LET(item, open_receipt(receipt, messages, known_.log_keys));
    if (!item) continue;
    const auto [at, fresh] = placed.try_emplace(item->leaf.position, *item);
    if (fresh || at->second.receipt.leaf == receipt.leaf) continue;
    return forked(two_receipts(*item, at->second.receipt, bytes_of(at->second.message)),
                  "two receipts for position " + std::to_string(item->leaf.position));
  }
  return placed;
}

// A receipt under another tree than the one shown would be a second view of the log.
Status ReplyCheck::check_under(const Placed& item, const Parcel& parcel,
                               const CheckedReply& reply) {
  if (!reply.view) return fail(ErrorCode::receipt_invalid, "receipts without a checkpoint");
  if (item.under == *reply.view) return {};
  // What the brand has taken back from us keeps the receipt that it got under an earlier name.
  if (item.under.origin != reply.view->origin) return {};
  const Checkpoint both[] = {item.under, *reply.view};
  if (!compare(both)) {
    ENTENTE_LET(proof, decode_proof(item.receipt.proof));
    return forked({.kind = Contradiction::Kind::checkpoints,
                   .cards = {},
                   .checkpoints = {parcel.checkpoint, proof.checkpoint},
                   .receipts = {},
                   .envelopes = {},
                   .mandates = {}},
                  "a receipt under another history than the answer's");
  }
  return fail(ErrorCode::receipt_invalid, "a receipt under another checkpoint than the answer's");
}

// What was receipted once stays where it is, as it is.
Status ReplyCheck::check_standing(const Placed& item) {
  const FollowedCase& followed = known_.followed;
  const Case& casefile = followed.record.casefile;
  const auto earlier = casefile.find_position(item.message.id());
  const bool taken = item.leaf.position < casefile.next_position();
  if (!taken && !earlier) return {};
  const std::uint64_t position = taken ? item.leaf.position : *earlier;
  if (followed.leaves.at(position) == sha256(item.receipt.leaf)) return {};
  const auto& standing = casefile.messages()[position];
  ENTENTE_LET(rows, known_.store.receipts_of(known_.case_id));
  const auto row = std::ranges::find(rows, standing.id(), &ReceiptRow::message);
  if (row == rows.end()) return fail(ErrorCode::receipt_invalid, "another receipt than before");
  return forked(
      two_receipts(item, {row->leaf, row->salt, row->proof}, bytes_of(standing.verified())),
      "the receipt for position " + std::to_string(position) + " is not the one given before");
}

}  // namespace entente
