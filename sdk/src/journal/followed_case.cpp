#include "followed_case.h"

#include <entente/audit/proof.h>
#include <entente/crypto/hash.h>
#include <entente/identity/authority.h>
#include <entente/wire/part.h>

#include <algorithm>

#include "reply.h"

namespace entente {
namespace {

std::unexpected<Error> unproved(std::string detail) {
  return fail(ErrorCode::receipt_invalid, std::move(detail));
}

std::string effect_text(const Outcome& outcome) {
  return std::string(outcome.effect == Effect::binding ? "binding" : name(outcome.code));
}

}  // namespace

Result<std::optional<Placed>> open_receipt(const Receipt& receipt,
                                           std::span<const Verified<Message>> messages,
                                           std::span<const Vkey> log_keys) {
  ENTENTE_LET(proof, decode_proof(receipt.proof));
  Result<Checkpoint> shown = fail(ErrorCode::key_unknown, "no key of the brand's log is known");
  for (std::size_t i = 0; i < log_keys.size() && !shown; ++i) {
    shown = verify_proof_of_leaf(proof, receipt.leaf, log_keys[i]);
  }
  if (!shown) return unproved(describe(shown.error()));
  ENTENTE_LET(leaf, decode<LogEntry>(receipt.leaf));
  if (leaf.kind != EntryKind::message) return std::optional<Placed>();
  const auto opened = std::ranges::find_if(messages, [&](const Verified<Message>& message) {
    return commitment(receipt.salt, message.envelope()) == leaf.commit;
  });
  // A receipt of something we do not hold says nothing to us.
  if (opened == messages.end()) return std::optional<Placed>();
  return std::optional(Placed{.message = *opened,
                              .leaf = leaf,
                              .index = proof.index,
                              .receipt = receipt,
                              .under = *shown,
                              .parts = {}});
}

void FollowedCase::hear(const Verified<Refusal>& refusal) {
  record.note_busy(refusal);
  const auto own = unplaced.find(refusal->message);
  if (own == unplaced.end() || refusal->code == name(ErrorCode::busy)) return;
  if (!is_never_refused(*own->second)) unplaced.erase(own);
}

std::optional<std::uint64_t> FollowedCase::hear_head(const CheckedReply& reply) {
  // Refusals alone do not say how far the case has come.
  if (!reply.view || (reply.placed.empty() && !reply.refusals.empty())) return std::nullopt;
  const bool is_renamed = !shown_by.empty() && shown_by != reply.view->origin;
  if (is_renamed && !reply.placed.empty()) {
    const std::uint64_t next = reply.placed.rbegin()->first + 1;
    if (next < record.casefile.next_position()) return next;
  }
  shown_by = reply.view->origin;
  return std::nullopt;
}

Status FollowedCase::fold(Authority& authority, TakenBack& taken_back,
                          std::map<std::uint64_t, Placed> placed, std::vector<Placed>& folded) {
  Case& casefile = record.casefile;
  for (auto& [position, item] : placed) {
    if (position < casefile.next_position()) {
      if (casefile.messages()[position].id() != item.message.id()) {
        return unproved("another message at a position that was taken");
      }
      continue;
    }
    if (position > casefile.next_position()) {
      return unproved("position " + std::to_string(position) + " is shown, and not position " +
                      std::to_string(casefile.next_position()));
    }
    const GateTime time = taken_back.time_of(casefile, *item.message, item.place());
    ENTENTE_LET(message, pass_gate(authority, casefile, item.message, time));
    casefile.advance(time.now_ms);
    const Outcome outcome = casefile.admit(message, time.now_ms);
    if (outcome.effect == Effect::refused || effect_text(outcome) != item.leaf.effect) {
      return unproved("the receipt says " + item.leaf.effect + ", the rules give " +
                      describe(outcome));
    }
    taken_back.take(authority, *message, item.place());
    record.entries.push_back(item.index);
    leaves.push_back(sha256(item.receipt.leaf));
    shown_by = item.under.origin;
    for (const Part& part : item.parts) record.keep(part);
    const bool known = unplaced.erase(item.message.id()) > 0;
    item.is_found_again = !known && message->author.party == Party::consumer;
    folded.push_back(std::move(item));
  }
  return {};
}

}  // namespace entente
