#pragma once
// A log in memory, honest until a test changes it, and its auditor.

#include <entente/audit/checkpoint.h>
#include <entente/crypto/signature.h>
#include <entente/replay/replay.h>
#include <entente/wire/codec.h>
#include <entente/wire/log_life.h>
#include <entente/wire/part.h>
#include <entente/wire/retention.h>

#include <functional>

#include "catch.h"

namespace entente::tests {

inline constexpr const char* origin = "kettle.example/log";

inline KeyPair log_key() { return std::move(*KeyPair::from_seed(Bytes(32, 7))); }

struct MemoryLog : EntrySource {
  LogHeader head;
  Trust trust;  // of the auditor
  std::vector<LoggedEntry> entries;
  std::size_t at = 0;
  std::int64_t begin_ms;  // each entry is a millisecond after the one before

  // Erasure records of one case: kinds that no later check looks into.
  explicit MemoryLog(std::size_t count, std::int64_t from_ms = 1000) : begin_ms(from_ms) {
    MerkleTree tree;
    Digest last;
    for (std::size_t i = 0; i < count; ++i) {
      EntryContent content{.salt = {static_cast<std::uint8_t>(i)}, .bytes = to_bytes("hold")};
      LogEntry leaf{.kind = EntryKind::hold,
                    .time_ms = begin_ms + static_cast<std::int64_t>(i),
                    .blind_case = Digest{{1}},
                    .direction = Direction::own,
                    .commit = commitment(content.salt, content.bytes),
                    .prev_leaf = last,
                    .engine = "entente/test"};
      entries.push_back({.index = i, .leaf = encode(leaf), .content = content});
      last = leaf_hash(entries.back().leaf);
      tree.append(last);
    }
    const KeyPair key = log_key();
    head.origin = origin;
    head.owner = Party::brand;
    trust.logs.push_back({*Vkey::make(origin, SignatureType::ed25519, key.public_key()), {}});
    head.checkpoint = *sign_checkpoint({origin, tree.size(), tree.root()}, key);
  }

  // Makes the entry anew with its content, and leaves the tree as it was.
  void edit(std::size_t index, const std::function<void(LogEntry&)>& change) {
    LogEntry leaf = *decode<LogEntry>(entries[index].leaf);
    change(leaf);
    entries[index].leaf = encode(leaf);
  }

  // An erasure of what stood behind the entries before it, which are messages from now on.
  void erase_at(std::size_t index, const std::vector<std::string>& classes) {
    for (std::size_t i = 0; i < index; ++i) {
      edit(i, [](LogEntry& leaf) { leaf.kind = EntryKind::message; });
    }
    EntryContent content{.salt = {9},
                         .bytes = encode(ErasureRecord{.case_id = Digest{{1}},
                                                       .classes = classes,
                                                       .reason = "request",
                                                       .authority = "somebody",
                                                       .at_ms = 1,
                                                       .effective_ms = 1})};
    edit(index, [&](LogEntry& leaf) {
      leaf.kind = EntryKind::erasure;
      leaf.commit = commitment(content.salt, content.bytes);
    });
    entries[index].content = std::move(content);
  }

  TreeHead tree_at(std::size_t size) const {
    MerkleTree tree;
    for (std::size_t i = 0; i < size; ++i) tree.append(leaf_hash(entries[i].leaf));
    return tree.head();
  }

  // One more entry, of no case, and a checkpoint over all of them.
  void add(EntryKind kind, const Bytes& bytes) {
    EntryContent content{.salt = {7}, .bytes = bytes};
    const LogEntry leaf{.kind = kind,
                        .time_ms = begin_ms + static_cast<std::int64_t>(entries.size()),
                        .direction = Direction::received,
                        .commit = commitment(content.salt, content.bytes),
                        .engine = "entente/test"};
    entries.push_back({.index = entries.size(), .leaf = encode(leaf), .content = content});
    const TreeHead now = tree_at(entries.size());
    head.checkpoint = *sign_checkpoint({origin, now.size, now.root}, log_key());
  }
  // A checkpoint as one witness has cosigned it: on record, or beside the newest.
  void add_cosigned(const Checkpoint& checkpoint, std::uint8_t witness = 9) {
    const std::string note = cosigned(checkpoint, witness);
    add(EntryKind::cosignature, encode(CosignatureRecord{.note = note, .at_ms = 1000}));
  }
  void put_cosigned(const Checkpoint& checkpoint, std::uint8_t witness = 9) {
    head.cosigned = cosigned(checkpoint, witness);
  }
  static std::string cosigned(const Checkpoint& checkpoint, std::uint8_t witness) {
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, witness)));
    return *add_signature(*sign_checkpoint(checkpoint, log_key()),
                          *cosign_checkpoint(checkpoint, "w.example", key, 1));
  }
  void trust_witness() {
    const KeyPair key = std::move(*KeyPair::from_seed(Bytes(32, 9)));
    trust.take(*WitnessPolicy::parse(
        "witness w " +
        Vkey::make("w.example", SignatureType::cosignature_v1, key.public_key())->encode() +
        "\nquorum w\n"));
  }

  Result<LogHeader> header() override { return head; }
  Result<std::optional<LoggedEntry>> next() override {
    if (at >= entries.size()) return std::optional<LoggedEntry>();
    return std::optional(entries[at++]);
  }
  Result<std::vector<LoggedPart>> parts_of(const CaseId&) override {
    return std::vector<LoggedPart>();
  }
  Result<std::vector<LoggedReceipt>> receipts_of(const CaseId&) override {
    return std::vector<LoggedReceipt>();
  }
};

inline Report verify(MemoryLog& log) {
  auto replayed = replay(log, {.trust = log.trust, .integrity_only = true, .explain_prefix = {}});
  REQUIRE(replayed);
  return std::move(replayed->report);
}

}  // namespace entente::tests
