#pragma once
// Files of this program: whole texts, and JSON as nlohmann's library reads it.

#include <entente/core/result.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace retail {

using Json = nlohmann::json;
using entente::Result;
using entente::Status;

// Fails with file_missing.
Result<std::string> read_text(const std::filesystem::path& file);
// Fails with file_missing, json_invalid.
Result<Json> read_json(const std::filesystem::path& file);
// Fails with file_invalid.
Status write_text(const std::filesystem::path& file, std::string_view text);

// Prices in the data are decimal numbers; here money is whole cents. Zero for what is no number.
std::int64_t to_cents(const Json& price);
// The text of a member, or nothing.
std::string text_of(const Json& object, std::string_view key);
std::vector<std::string> texts_of(const Json& object, std::string_view key);

}  // namespace retail
