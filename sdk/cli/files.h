#pragma once
// Files as the command line reads and writes them: whole, with a bound, and with the path in every
// error.

#include <entente/core/bytes.h>
#include <entente/protocol/primitives.h>

#include <filesystem>

namespace entente::cli {

enum class Access : std::uint8_t { everyone, owner };

// Fails with file_missing, too_large.
Result<Bytes> read_file(const std::filesystem::path& file);
Result<std::string> read_text(const std::filesystem::path& file);
// Replaces the file at once or not at all; `owner` makes it mode 0600. Fails with store_failed.
Status write_file(const std::filesystem::path& file, ByteView bytes,
                  Access access = Access::everyone);
Status write_file(const std::filesystem::path& file, std::string_view text,
                  Access access = Access::everyone);
Status make_directory(const std::filesystem::path& directory);

// `path`, seen from the directory that holds `file`, unless it is absolute.
std::filesystem::path beside(const std::filesystem::path& file, const std::filesystem::path& path);

// A signed thing in a file: base64 between two lines that name its kind, so that it can be pasted.
//     -----BEGIN ENTENTE CARD-----
Status write_armoured(const std::filesystem::path& file, std::string_view kind, ByteView envelope);
// Fails with file_missing, file_invalid.
Result<Bytes> read_armoured(const std::filesystem::path& file, std::string_view kind);

}  // namespace entente::cli
