#pragma once
// Files read once from end to end: digested, and copied while they are.

#include "custody_files.h"

namespace entente {

using BytesRead = std::function<void(std::uint64_t bytes)>;

// Fails with file_missing, and file_invalid for what is no plain file.
Result<KeptFile> digest_file(const std::filesystem::path& file, const BytesRead& progress);
// The copy is new and synced. Fails so, with store_failed, and with store_locked if the file has
// changed meanwhile.
Result<KeptFile> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                           const BytesRead& progress);

}  // namespace entente
