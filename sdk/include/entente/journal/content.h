#pragma once
// How content lies in the store: sealed under the key of its case and class, so that destroying one
// key forgets one class of one case. Shared by the ledger, which writes, and the auditor's reader.

#include <entente/core/clock.h>
#include <entente/protocol/retention.h>
#include <entente/store/key_store.h>

#include <optional>

namespace entente {

// The key craft of crypto/seal.h for the key store.
KeyCraft sealing_craft(Entropy& entropy);

// The case id under which content of no case is kept.
inline constexpr CaseId no_case{};

// The key that an entry's content lies under. Records of keeping and forgetting have one for the
// whole log, made with it: a key store that is restored must be able to read what to erase again.
KeyScope key_scope(const std::optional<CaseId>& owner, EntryKind kind);

struct OpenedContent {
  std::array<std::uint8_t, 32> salt{};
  Bytes content;
};
Bytes seal_entry(const WrapKey& key, const OpenedContent& content, std::uint64_t index,
                 Entropy& entropy);
Result<OpenedContent> open_entry(const WrapKey& key, ByteView sealed, std::uint64_t index);

Bytes seal_part(const WrapKey& key, const Part& part, const Digest& digest, Entropy& entropy);
// Fails with store_corrupt unless it opens to a part with this digest.
Result<Part> open_part(const WrapKey& key, const PartRow& row);

}  // namespace entente
