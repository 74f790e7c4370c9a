#include "contradictions_kept.h"

#include <entente/audit/proof.h>
#include <entente/journal/content.h>

#include <algorithm>

namespace entente {
namespace {

// What a brand can make us keep as proof against it; more would prove nothing more.
constexpr std::size_t contradictions_max = 16;

Result<std::vector<Bytes>> cards_in(const Ledger& ledger) {
  std::vector<Bytes> cards;
  ENTENTE_LET(documents, ledger.entries_of(no_case));
  for (const std::uint64_t index : documents) {
    ENTENTE_LET(entry, ledger.read(index));
    if (entry.leaf.kind == EntryKind::card) cards.push_back(std::move(entry.content));
  }
  return cards;
}

}  // namespace

Status ContradictionsKept::keep(const Shelf& shelf, const CaseId& case_id,
                                std::vector<Contradiction> found) {
  for (Contradiction& each : found) {
    ENTENTE_LET(cards, cards_in(shelf.ledger));
    each.cards = std::move(cards);
    if (!shelf.mandate.empty()) each.mandates.push_back(shelf.mandate);
    const bool known = std::ranges::find(list_, each) != list_.end();
    if (known || list_.size() >= contradictions_max) continue;
    if (each.kind != Contradiction::Kind::refusal) {
      shelf.ledger.append({.kind = EntryKind::freeze,
                           .case_id = case_id,
                           .direction = Direction::received,
                           .time_ms = shelf.now_ms,
                           .content = to_bytes(to_json(each))});
    }
    list_.push_back(std::move(each));
  }
  return shelf.ledger.commit();
}

Status ContradictionsKept::load(ByteView content) {
  ENTENTE_LET(known, contradiction_from_json(to_text(content)));
  list_.push_back(std::move(known));
  return {};
}

std::optional<Contradiction> find_disowned(const Placed& said, const Authority& authority) {
  if (said.message->author.party != Party::brand) return std::nullopt;
  const auto from = authority.find_revocation(said.message->author.key, said.under.origin);
  if (!from || said.index < *from) return std::nullopt;
  const ByteView envelope = said.message.envelope();
  return Contradiction{.kind = Contradiction::Kind::revocation,
                       .cards = {},
                       .checkpoints = {},
                       .receipts = {said.receipt},
                       .envelopes = {Bytes(envelope.begin(), envelope.end())},
                       .mandates = {}};
}

Result<std::vector<Contradiction>> find_disowned(const FollowedCase& followed, const Store& store,
                                                 const Authority& authority) {
  ENTENTE_LET(rows, store.receipts_of(followed.record.casefile.id()));
  const auto& messages = followed.record.casefile.messages();
  for (std::size_t position = 0; position < messages.size(); ++position) {
    const auto row = std::ranges::find(rows, messages[position].id(), &ReceiptRow::message);
    if (row == rows.end()) continue;
    const Receipt receipt{row->leaf, row->salt, row->proof};
    ENTENTE_LET(proof, decode_proof(receipt.proof));
    ENTENTE_LET(under, decode_unverified_checkpoint(proof.checkpoint));  // verified when it came
    auto found = find_disowned({.message = messages[position].verified(),
                                .leaf = {},
                                .index = followed.record.entries[position],
                                .receipt = receipt,
                                .under = under,
                                .parts = {}},
                               authority);
    if (found) return std::vector{std::move(*found)};
  }
  return std::vector<Contradiction>();
}

}  // namespace entente
