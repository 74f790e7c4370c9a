#pragma once
// How content lies in the store: sealed under the key of its case and class, so that destroying one
// key forgets one class of one case. Shared by the ledger, which writes, and the auditor's reader.

#include <entente/core/clock.h>
#include <entente/protocol/log_entry.h>
#include <entente/store/key_store.h>

namespace entente {

// The key craft of crypto/seal.h for the key store.
KeyCraft sealing_craft(Entropy& entropy);

// Which key an entry's content lies under: "terms" for messages and what rests on them, "decision"
// for the brand's own grounds, "record" for what is said about keeping and forgetting, which is
// never forgotten.
std::string_view content_class(EntryKind kind);
// The case id under which content of no case is kept.
inline constexpr CaseId no_case{};

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
