#pragma once
// How content lies in the store: sealed under the key of its case and class, so that destroying one
// key forgets one class of one case. Shared by the ledger, which writes, and the auditor's reader.

#include <entente/core/clock.h>
#include <entente/protocol/log_entry.h>
#include <entente/store/key_store.h>

#include <filesystem>

namespace entente {

// The key craft of crypto/seal.h for the key store.
KeyCraft sealing_craft(Entropy& entropy);

// Reads 64 hex digits. Fails with file_missing, file_invalid.
Result<WrapKey> read_master_key(const std::filesystem::path& file);
// Reads the file, or makes it with mode 0600 if it is not there.
Result<WrapKey> read_or_make_master_key(const std::filesystem::path& file, Entropy& entropy);

// Which key an entry's content lies under: "terms" for messages and what rests on them, "facts"
// for what the back office said.
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
