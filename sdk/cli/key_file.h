#pragma once
// A secret key in a file of one line, readable by its owner alone:
//
//     entente-key-v1 ed25519 <base64 of the seed>

#include <entente/crypto/signature.h>

#include <filesystem>

namespace entente::cli {

// Fails with file_invalid if there is a file already, store_failed.
Result<KeyPair> make_key_file(const std::filesystem::path& file, Entropy& entropy);
// Fails with file_missing, and file_invalid, also if others may read the file.
Result<KeyPair> read_key_file(const std::filesystem::path& file);
// Reads it, or makes it if there is none.
Result<KeyPair> read_or_make_key_file(const std::filesystem::path& file, Entropy& entropy);

}  // namespace entente::cli
